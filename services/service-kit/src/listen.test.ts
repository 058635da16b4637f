import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { pino } from 'pino'
import { listen } from './listen.ts'

const logger = pino({ level: 'silent' })
const host = '127.0.0.1'

test('stop lets a request in flight end, then runs onStop', async () => {
  const order: string[] = []
  const { port, stop } = await listen(
    (_request, response) => {
      setTimeout(() => {
        order.push('answered')
        response.end('done')
      }, 100)
    },
    { logger, host, port: 0, onStop: () => void order.push('flushed') },
  )
  const answer = fetch(`http://${host}:${port}`)
  await new Promise((resolve) => setTimeout(resolve, 30))
  const start = performance.now()
  await stop()
  expect(await (await answer).text()).toBe('done')
  expect(order).toEqual(['answered', 'flushed'])
  // Not the keep-alive timeout of 5 s.
  expect(performance.now() - start).toBeLessThan(2000)
  await expect(fetch(`http://${host}:${port}`)).rejects.toThrow()
  await stop()
  expect(order).toHaveLength(2)
})

test('stop cuts a request that takes longer than it may', async () => {
  const { port, stop } = await listen(() => {}, { logger, host, port: 0, drainSeconds: 0.1 })
  const answer = fetch(`http://${host}:${port}`)
  const failed = expect(answer).rejects.toThrow()
  await new Promise((resolve) => setTimeout(resolve, 30))
  await stop()
  await failed
})

test('stop fails when onStop does not end', async () => {
  const onStop = () => new Promise<void>(() => {})
  const { stop } = await listen(() => {}, { logger, host, port: 0, onStop, onStopSeconds: 0.05 })
  await expect(stop()).rejects.toThrow('onStop took more than 0.05 s')
})

test('a port in use is an error', async () => {
  const { port, stop } = await listen(() => {}, { logger, host, port: 0 })
  await expect(listen(() => {}, { logger, host, port })).rejects.toThrow('EADDRINUSE')
  await stop()
})

test.each(['SIGTERM', 'SIGINT'] as const)('%s ends the process with 0, after the flush', async (signal) => {
  const program = `
    import { listen, createLogger } from './src/index.ts'
    await listen((request, response) => setTimeout(() => response.end('done'), 200), {
      logger: createLogger('child'), host: '${host}', port: 0,
      onStop: () => new Promise((resolve) => setTimeout(() => { console.log('flushed'); resolve() }, 50)),
    })`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    cwd: new URL('..', import.meta.url),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const nextLine = async () => (await lines.next()).value as string
  const { port } = JSON.parse(await nextLine()) as { port: number }
  const answer = fetch(`http://${host}:${port}`).then((response) => response.text())
  await new Promise((resolve) => setTimeout(resolve, 50))
  const exit = once(child, 'exit')
  child.kill(signal)
  child.kill(signal)
  expect(await answer).toBe('done')
  expect(await nextLine()).toContain('stopping')
  const rest = [await nextLine(), await nextLine()].join()
  expect(rest).toContain('flushed')
  expect(await exit).toEqual([0, null])
})
