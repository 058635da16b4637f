/** The command as people run it: its exit codes, and that a key is nowhere but in the request to its provider. */
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { Bills, DAY_BEFORE } from './test-support.ts'

const CANARIES = {
  ANTHROPIC_ADMIN_KEY: 'sk-ant-admin01-canary-5d1c',
  OPENAI_ADMIN_KEY: 'sk-admin-canary-9e2a',
}

let bills: Bills
/** Prometheus that has nothing, and what takes OTLP. */
let server: Server
let url: string
let folder: string
const received: string[] = []
beforeAll(async () => {
  bills = await Bills.start()
  const answer = async (request: IncomingMessage) => {
    received.push(`${request.url} ${JSON.stringify(request.headers)} ${await text(request)}`)
    return JSON.stringify({ status: 'success', data: { resultType: 'vector', result: [] } })
  }
  server = createServer((request, response) => void answer(request).then((body) => response.end(body)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  folder = await mkdtemp(join(tmpdir(), 'invoice-'))
})
afterAll(async () => {
  await bills.close()
  server.close()
  await rm(folder, { recursive: true })
})

function invoice(
  environment: Record<string, string>,
  ...args: string[]
): Promise<{ code: number; output: string }> {
  const main = join(import.meta.dirname, 'main.ts')
  const where = [
    '--prometheus',
    url,
    '--anthropic-url',
    bills.url,
    '--openai-url',
    `${bills.url}/v1`,
    '--otlp',
    url,
  ]
  return new Promise((resolve) => {
    const env = {
      PATH: process.env['PATH'],
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20inside',
      ...environment,
    }
    const child = execFile(
      process.execPath,
      [main, ...where, ...args],
      { cwd: folder, env },
      (_, stdout, stderr) => resolve({ code: child.exitCode ?? -1, output: stdout + stderr }),
    )
  })
}

test('what differs is printed and sent; the keys are in neither, nor in any file', async () => {
  bills.call({ provider: 'anthropic', tokens: { output: 1_000_000 } })
  bills.call({ provider: 'openai', tokens: { output: 1_000_000 } })
  const { code, output } = await invoice(CANARIES, '--from', DAY_BEFORE, '--write')
  expect(output).toMatch(
    /anthropic claude-haiku-4-5-20251001: 5\.000000 USD more than .* Likely: no_telemetry/,
  )
  expect(output).toMatch(/openai gpt-5-mini-2025-08-07: 2\.000000 USD more than .* Likely: no_telemetry/)
  expect(output).toContain(
    'the providers report 7.000000 USD, the kit counted 0.000000 USD; 0 of 2 models and days agree',
  )
  expect(code).toBe(1)
  const sent = received.filter((request) => request.startsWith('/v1/metrics'))
  expect(sent).toHaveLength(1)
  expect(sent[0]).toContain('"authorization":"Bearer inside"')
  expect(sent[0]).toContain('"stringValue":"no_telemetry"')
  const json = await invoice(CANARIES, '--from', DAY_BEFORE, '--json')
  expect(JSON.parse(json.output)).toMatchObject([
    { reported: { usd: 5 }, reasons: [{ name: 'no_telemetry' }] },
    { provider: 'openai' },
  ])
  for (const canary of Object.values(CANARIES)) {
    expect([output, json.output, ...received].filter((what) => what.includes(canary))).toEqual([])
    // It was used all the same.
    expect(JSON.stringify(bills.state.ledger.page())).not.toContain(canary)
  }
  expect(await readdir(folder)).toEqual([])
}, 120_000)

test('a key that is refused, and an API that fails, are told without it', async () => {
  const refused = await invoice({ ANTHROPIC_ADMIN_KEY: 'sk-ant-api03-canary' }, '--from', DAY_BEFORE)
  expect(refused).toEqual({
    code: 2,
    output: expect.stringContaining('Anthropic refuses the key (401)') as string,
  })
  const poor = await invoice({ OPENAI_ADMIN_KEY: 'sk-proj-canary' }, '--from', DAY_BEFORE)
  expect(poor).toEqual({ code: 2, output: expect.stringContaining('api.usage.read') as string })
  for (const { output } of [refused, poor]) expect(output).not.toContain('canary')
}, 120_000)

test('nothing to compare, or nothing to read', async () => {
  expect(await invoice({})).toEqual({
    code: 2,
    output: expect.stringContaining('set ANTHROPIC_ADMIN_KEY or') as string,
  })
  expect(await invoice(CANARIES, '--from', '2999-01-01')).toMatchObject({ code: 2 })
  expect(await invoice(CANARIES, '--from', DAY_BEFORE, '--prometheus', 'http://127.0.0.1:2')).toEqual({
    code: 2,
    output: expect.stringContaining(
      'Prometheus (http://127.0.0.1:2) could not be read: ECONNREFUSED',
    ) as string,
  })
}, 120_000)
