/** `npm run reconcile` agrees with what was sent, names what differs, and says when it could not look. */
import { execFile } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '../../scripts/lib/eventually.ts'
import { call } from '../lib/calls.ts'
import { newTraceId, sendSpans } from '../lib/otlp.ts'
import { root } from '../lib/docker.ts'
import { startPipeline } from '../lib/pipeline.ts'
import type { Pipeline } from '../lib/pipeline.ts'

let pipeline: Pipeline
beforeAll(async () => {
  pipeline = await startPipeline()
}, 120_000)
afterAll(() => pipeline.stop())

function reconcile(...args: string[]): Promise<{ code: number; text: string }> {
  const where = [
    `--${pipeline.traces.name.toLowerCase()}`,
    pipeline.traces.url,
    '--prometheus',
    pipeline.prometheusUrl,
  ]
  return new Promise((resolve) => {
    const command = ['scripts/reconcile.ts', ...where, '--settle', '1s', '--until', '1s', ...args]
    const child = execFile(process.execPath, command, { cwd: root }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, text: stdout + stderr }),
    )
  })
}

const callOf = (model: string) => call({ 'gen_ai.request.model': model, 'gen_ai.response.model': model })

test('agreement, difference, and neither', async () => {
  expect(await reconcile()).toEqual({ code: 2, text: expect.stringContaining('has a call') as string })

  // More calls in a trace than one answer of Tempo's search has spans.
  const traceId = newTraceId()
  await sendSpans(pipeline.otlpUrl, {
    service: 'agent',
    spans: Array.from({ length: 130 }, () => ({ ...call(), traceId })),
  })
  await sendSpans(pipeline.otlpUrl, {
    service: 'chat',
    spans: [...Array.from({ length: 20 }, () => call()), callOf('claude-opus-4-8'), callOf('no-price')],
  })
  // A sampler that keeps one in four.
  await sendSpans(pipeline.otlpUrl, {
    service: 'sampled',
    spans: Array.from({ length: 5 }, () => ({ ...call(), traceState: 'ot=th:c' })),
  })
  const agreement = await eventually(async () => {
    const answer = await reconcile('--all')
    expect(answer.code).toBe(0)
    expect(answer.text).not.toContain(' to the calls within')
    return answer
  })
  expect(agreement.text).toContain(`157 calls in ${pipeline.traces.name}, which stand for 172;`)
  expect(agreement.text).toMatch(/agent +claude-haiku-4-5-20251001 +calls +130 +130\n/)
  expect(agreement.text).toMatch(/chat +claude-haiku-4-5-20251001 +cost +0\.000300 USD +0\.000300 USD\n/)
  expect(agreement.text).toMatch(/sampled +claude-haiku-4-5-20251001 +calls +20 +20\n/)
  expect(agreement.text).toMatch(/sampled +claude-haiku-4-5-20251001 +input +200 +200\n/)
  expect(agreement.text).toMatch(/chat +no-price +input +10 +10\n/)

  // Counted now, but by the span's time long before the range.
  const start = Date.now() - 7_200_000
  await sendSpans(pipeline.otlpUrl, { service: 'chat', spans: [{ ...callOf('claude-opus-4-8'), start }] })
  const difference = await eventually(async () => {
    const answer = await reconcile()
    // All of it: the calls' durations and their tokens come at intervals of their own.
    expect(answer.text.match(/claude-opus-4-8/g)).toHaveLength(4)
    return answer
  })
  expect(difference.text).toMatch(/chat +claude-opus-4-8 +calls +1 +2 +\+1\n/)
  expect(difference.text).not.toContain('agent')
  expect(difference.code).toBe(1)

  // What was counted before a range is no part of it.
  await sleep(20_000)
  expect(await reconcile('--since', '10s')).toEqual({
    code: 2,
    text: expect.stringContaining('has a call') as string,
  })
}, 150_000)

test('what cannot be reached or read is named', async () => {
  expect(await reconcile('--prometheus', 'http://127.0.0.1:9')).toMatchObject({
    code: 2,
    text: expect.stringContaining('Prometheus (http://127.0.0.1:9) could not be read') as string,
  })
  expect(await reconcile('--since', 'yesterday')).toMatchObject({
    code: 2,
    text: expect.stringContaining('"yesterday" is no duration') as string,
  })
})
