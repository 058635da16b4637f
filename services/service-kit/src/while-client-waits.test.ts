import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import express from 'express'
import { whileClientWaits } from './while-client-waits.ts'

let server: Server
afterEach(() => server.close())

/** Serves with `run`; `settled` resolves with what it threw, if it threw. */
async function serve(run: (signal: AbortSignal, answer: (body: string) => void) => Promise<void>) {
  const settled = Promise.withResolvers<unknown>()
  const app = express().get('/', (_request, response) => {
    whileClientWaits(response, (signal) => run(signal, (body) => response.end(body))).then(
      () => settled.resolve(undefined),
      (error: unknown) => {
        settled.resolve(error)
        response.status(500).end()
      },
    )
  })
  server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, settled: settled.promise }
}

test('aborts when the client goes, and drops what that throws', async () => {
  const { url, settled } = await serve(async (signal) => {
    await pause(10_000, undefined, { signal })
  })
  await expect(fetch(url, { signal: AbortSignal.timeout(50) })).rejects.toThrow()
  expect(await settled).toBeUndefined()
})

test('does not abort when the answer is done', async () => {
  let aborted = false
  const { url, settled } = await serve((signal, answer) => {
    signal.addEventListener('abort', () => (aborted = true))
    answer('hello')
    return Promise.resolve()
  })
  expect(await (await fetch(url)).text()).toBe('hello')
  await settled
  await pause(20)
  expect(aborted).toBe(false)
})

test('an error while the client waits is thrown', async () => {
  const { url, settled } = await serve(() => Promise.reject(new Error('mine')))
  expect((await fetch(url)).status).toBe(500)
  expect(await settled).toEqual(new Error('mine'))
})
