/**
 * Canaries: texts that are nowhere else, in every field of every dialect that carries content. Without
 * GENAI_CAPTURE_CONTENT none is in what Tempo (or Jaeger) and Prometheus store, in the Collector's log or in its queue on disk; with
 * it content is kept, cut, and without secrets and personal data.
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { eventually } from '../../scripts/lib/eventually.ts'
import { docker } from '../lib/docker.ts'
import { newTraceId, sendSpans } from '../lib/otlp.ts'
import type { Batch } from '../lib/otlp.ts'
import { startPipeline } from '../lib/pipeline.ts'
import type { Pipeline } from '../lib/pipeline.ts'
import {
  behindTheCut,
  canaries,
  CANARY,
  everyKeyInEveryDialect,
  fixturesWithCanaries,
  unreadable,
} from './canaries.ts'
import { coreOf, makeSecrets } from './secrets.ts'
import type { Secret } from './secrets.ts'

let pipeline: Pipeline
afterEach(() => pipeline?.stop())

async function post(otlp: unknown): Promise<void> {
  const response = await fetch(`${pipeline.otlpUrl}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(otlp),
  })
  if (!response.ok) throw new Error(`the Collector answered ${response.status}: ${await response.text()}`)
}

/** Sends everything that carries canaries. Gives its traces with the number of spans in each. */
async function sendCanaries(): Promise<Map<string, number>> {
  const traces = new Map<string, number>()
  for (const { otlp, traceId, spans } of fixturesWithCanaries()) {
    await post(otlp)
    traces.set(traceId, spans)
  }
  for (const { batch, traceId } of everyKeyInEveryDialect()) {
    await sendSpans(pipeline.otlpUrl, batch)
    traces.set(traceId, batch.spans.length)
  }
  await sendSpans(pipeline.otlpUrl, ...unreadable())
  return traces
}

/** What the trace store has of the traces, as it answers, once all of their spans are there. */
async function stored(traces: Map<string, number>): Promise<string> {
  const texts = [...traces].map(([traceId, count]) =>
    eventually(async () => {
      const response = await fetch(pipeline.traces.address(traceId), {
        headers: { accept: 'application/json' },
      })
      const text = await response.text()
      const spans = text.match(/"spanId"/g)?.length ?? 0
      if (!response.ok || spans < count) throw new Error(`${traceId}: ${spans} of ${count} spans`)
      return text
    }),
  )
  return (await Promise.all(texts)).join('\n')
}

/** Names and values of every label of every series, and every exemplar. */
async function labels(): Promise<string> {
  const everything = encodeURIComponent('{__name__=~".+"}')
  const paths = [
    `series?match[]=${everything}`,
    `query_exemplars?query=${everything}&start=${Date.now() / 1000 - 3600}&end=${Date.now() / 1000 + 60}`,
  ]
  const answers = await Promise.all(
    paths.map(async (path) => (await fetch(`${pipeline.prometheusUrl}/api/v1/${path}`)).text()),
  )
  return answers.join('\n')
}

/** Every byte of the Collector's queues on disk. */
async function queued(): Promise<string> {
  const files = await Promise.all(
    pipeline.queues.map(async (folder) => {
      const names = await readdir(folder)
      return Promise.all(names.map((name) => readFile(join(folder, name), 'latin1')))
    }),
  )
  return files.flat().join('\n')
}

const log = () => docker('logs', pipeline.collector.getId())

/** The places of the canaries that are in the text, which is read once: there are megabytes of it, and thousands of them. */
const found = (text: string) => {
  const inText = new Set(text.match(CANARY))
  return [...canaries()].flatMap(([bird, place]) => (inText.has(bird) ? [place] : []))
}

/** A call with a secret in each place where texts are, content kept or not; `marker` shows that the search finds things. */
function withSecrets(marker: string, traceId: string): { batches: Batch[]; secrets: Secret[] } {
  const secrets: Secret[] = []
  const batches = makeSecrets().map(({ kind }): Batch => {
    const next = () => {
      const secret = makeSecrets().find((made) => made.kind === kind)!
      secrets.push(secret)
      return secret.text
    }
    return {
      service: 'secrets',
      scope: 'acme.agent',
      resource: { 'process.command_args': ['node', next()] },
      scopeAttributes: { note: `of ${next()}` },
      spans: [
        {
          traceId,
          name: `chat with ${next()}`,
          attributes: {
            'gen_ai.operation.name': 'chat',
            'gen_ai.provider.name': 'anthropic',
            'gen_ai.request.model': 'claude-haiku-4-5',
            'gen_ai.response.model': 'claude-haiku-4-5',
            'gen_ai.usage.input_tokens': 10,
            'gen_ai.usage.output_tokens': 1,
            'app.feature': marker,
            'app.endpoint': `/users/${next()}`,
            'app.user_id': next(),
            'url.full': `https://api.example.com/v1/messages?note=${next()}`,
            'error.type': `failed for ${next()}`,
            'error.message': `failed for ${next()}`,
            'acme.note': `of ${next()}`,
            'acme.notes': [next(), 'second'],
            'gen_ai.input.messages': JSON.stringify([
              { role: 'user', parts: [{ type: 'text', content: `Mine:\n${next()}` }] },
            ]),
            'gen_ai.output.messages': [
              { role: 'assistant', parts: [{ type: 'text', content: `Yours is ${next()}` }] },
            ],
          },
          status: 'error',
          statusMessage: `The call for ${next()} failed`,
          events: [
            {
              name: 'exception',
              attributes: {
                'exception.type': 'Error',
                'exception.message': `refused for ${next()}`,
                'exception.stacktrace': `Error: refused for ${next()}\n    at call (/app/llm.ts:1:2)`,
              },
            },
            { name: 'gen_ai.user.message', attributes: { content: `Hello, I am ${next()}` } },
            { name: `asked for ${next()}`, attributes: { note: next() } },
          ],
        },
      ],
    }
  })
  return { batches, secrets }
}

/** The kinds of secrets that are in the text, as they are or escaped as in JSON. */
const leaked = (text: string, secrets: Secret[]) =>
  secrets.flatMap((secret) => {
    const core = coreOf(secret)
    return text.includes(core) || text.includes(JSON.stringify(core).slice(1, -1)) ? [secret.kind] : []
  })

test('without GENAI_CAPTURE_CONTENT: no canary and no secret is anywhere', async () => {
  pipeline = await startPipeline()
  const marker = 'stored-marker'
  const secretTrace = newTraceId()
  const { batches, secrets } = withSecrets(marker, secretTrace)
  const traces = await sendCanaries()
  await sendSpans(pipeline.otlpUrl, ...batches)
  traces.set(secretTrace, batches.length)
  expect(canaries().size).toBeGreaterThan(200)
  expect(secrets.length).toBeGreaterThan(200)

  const inTraces = await stored(traces)
  expect(inTraces).toContain(marker)
  expect({ content: found(inTraces), secrets: leaked(inTraces, secrets) }).toEqual({
    content: [],
    secrets: [],
  })

  const inPrometheus = await eventually(async () => {
    const text = await labels()
    expect(text).toContain(marker)
    expect(text).toContain('every key 21')
    return text
  })
  expect({ content: found(inPrometheus), secrets: leaked(inPrometheus, secrets) }).toEqual({
    content: [],
    secrets: [],
  })

  // With a backend away, errors are logged and spans wait on disk.
  await pipeline.stopBackend('traces')
  const again = withSecrets('queued-marker', newTraceId())
  await sendCanaries()
  await sendSpans(pipeline.otlpUrl, ...again.batches)
  const onDisk = await eventually(async () => {
    const text = await queued()
    expect(text).toContain('queued-marker')
    return text
  })
  // Values that cannot be read are no content, and stay in the span.
  const content = found(onDisk).filter((place) => !place.startsWith('unreadable'))
  expect({ content, secrets: leaked(onDisk, again.secrets) }).toEqual({
    content: [],
    secrets: [],
  })

  const logged = await eventually(async () => {
    const text = await log()
    expect(text).toContain('Exporting failed')
    return text
  })
  expect({ content: found(logged), secrets: leaked(logged, [...secrets, ...again.secrets]) }).toEqual({
    content: [],
    secrets: [],
  })
}, 300_000)

test('with GENAI_CAPTURE_CONTENT: content is kept and cut, secrets and personal data are masked', async () => {
  pipeline = await startPipeline({ environment: { GENAI_CAPTURE_CONTENT: 'true' } })
  const before = new Set(canaries().keys())
  const secretTrace = newTraceId()
  const { batches, secrets } = withSecrets('stored-marker', secretTrace)
  const traces = await sendCanaries()
  const longTrace = newTraceId()
  await sendSpans(pipeline.otlpUrl, ...batches, {
    service: 'long',
    spans: [
      {
        traceId: longTrace,
        name: 'chat',
        attributes: {
          'gen_ai.operation.name': 'chat',
          'gen_ai.input.messages': 'zqlong '.repeat(5000),
          'gen_ai.output.messages': Array.from({ length: 500 }, () => ({ content: 'zqlong' })),
        },
      },
    ],
  })
  traces.set(secretTrace, batches.length).set(longTrace, 1)

  const inTraces = await stored(traces)
  expect(leaked(inTraces, secrets)).toEqual([])
  const kept = new Set(inTraces.match(CANARY))
  const sent = [...canaries()].filter(([bird]) => !before.has(bird))
  // Values that normalisation cannot read are no content.
  expect(sent.length - behindTheCut.size).toBeGreaterThan(200)
  const lost = sent.filter(
    ([bird, place]) => !place.startsWith('unreadable') && !behindTheCut.has(bird) && !kept.has(bird),
  )
  expect(lost.map(([, place]) => place)).toEqual([])
  const long = [...inTraces.matchAll(/"stringValue":"((?:[^"\\]|\\.)*zqlong(?:[^"\\]|\\.)*)"/g)].map(
    ([, text]) => JSON.parse(`"${text}"`) as string,
  )
  expect(long).toHaveLength(2)
  for (const text of long) {
    expect(Buffer.byteLength(text)).toBeGreaterThan(1900)
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(2000)
  }

  // In logs and labels content is no more welcome than before.
  const elsewhere = (await labels()) + (await log())
  expect({ content: found(elsewhere), secrets: leaked(elsewhere, secrets) }).toEqual({
    content: [],
    secrets: [],
  })
}, 300_000)
