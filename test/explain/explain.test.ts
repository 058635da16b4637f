/** `npm run explain` on spans as libraries exported them, in the real Collector; what it says is held against the simulator's ledger. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { calcPrice } from '@pydantic/genai-prices'
import { explainSpans } from '../../scripts/explain/collector.ts'
import { readInput } from '../../scripts/explain/input.ts'
import { explain } from '../../scripts/explain/report.ts'
import type { Explanation } from '../../scripts/explain/report.ts'
import { readFixtures } from '../dialects/fixture.ts'
import type { Fixture } from '../dialects/fixture.ts'
import { root } from '../lib/docker.ts'

const fixtures = readFixtures()
const fixture = (name: string): Fixture => fixtures.find((fixture) => fixture.name === name)!

const sdk = fixture('anthropic-sdk/anthropic-cached')
const content = fixture('openllmetry-python/anthropic-plain')
const nameless = fixture('codex/session')
const spanOf = ({ otlp }: Fixture) => otlp.resourceSpans[0]!.scopeSpans[0]!.spans[0]!

/** A function of the application's around the SDK's first call, which says what it knows of it. */
const wrapper = {
  name: 'answer a question',
  scope: 'my-app',
  traceId: spanOf(sdk).traceId,
  spanId: '00000000000000aa',
  attributes: {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'anthropic',
    'gen_ai.request.model': 'claude-sonnet-5',
    'gen_ai.usage.input_tokens': sdk.truth[0]!.input,
    'gen_ai.usage.output_tokens': sdk.truth[0]!.output,
  },
}
const wrapped = structuredClone(sdk.otlp)
wrapped.resourceSpans[0]!.scopeSpans[0]!.spans[0]!.parentSpanId = wrapper.spanId

const unrecognized = {
  name: 'my.llm',
  spanId: '00000000000000bb',
  attributes: { 'llm.model': 'claude-sonnet-5', 'tokens.input': 100, 'tokens.output': 20 },
}
const unpriced = {
  name: 'chat claude-sonnet-5-5-super',
  spanId: '00000000000000cc',
  attributes: {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'anthropic',
    'gen_ai.request.model': 'claude-sonnet-5-5-super',
    'gen_ai.usage.input_tokens': 100,
    'gen_ai.usage.output_tokens': 'many',
    'app.note': 'the key is sk-ant-api03-abcdefghijklmnop',
  },
}
const plain = { name: 'GET /health', spanId: '00000000000000dd', attributes: {}, kind: 'server' }

let explained: Explanation[]
beforeAll(async () => {
  const others = [wrapper, content.otlp, nameless.otlp, unrecognized, unpriced, plain]
  const input = readInput(JSON.stringify([wrapped, ...others]))
  explained = explain(input, await explainSpans(input))
}, 120_000)

const of = (spanId: string) => explained.find((explanation) => explanation.spanId === spanId)!
const metric = ({ metrics }: Explanation, name: string) =>
  metrics.filter((metric) => metric.name === name).reduce((sum, { value }) => sum + value, 0)

test('a call of Anthropic’s SDK: tokens, price and metrics as the ledger and genai-prices have them', () => {
  const [truth] = sdk.truth
  const call = of(spanOf(sdk).spanId)
  expect(call).toMatchObject({
    dialect: { name: 'anthropic-sdk', file: 'collector/understand/dialects/anthropic-sdk.yaml' },
    role: 'inference',
    layer: 'sdk',
    provider: { value: 'anthropic' },
    responseModel: { value: truth!.model },
    tokens: { input: truth!.input, cache_write: truth!.cache_write, output: truth!.output },
    counts: true,
  })
  const { input, cache_read, cache_write, output, model } = truth!
  const usage = {
    input_tokens: input,
    cache_read_tokens: cache_read,
    cache_write_tokens: cache_write,
    output_tokens: output,
  }
  const price = calcPrice(usage, model!, { providerId: 'anthropic' })!.total_price
  expect(call.price).toMatchObject({
    source: 'book',
    why: expect.stringContaining('anthropic / claude-sonnet-5.') as string,
  })
  expect(call.price!.amount).toBeCloseTo(price, 12)
  expect(call.price!.parts.map(({ name }) => name)).toEqual(['input', 'cache_write', 'output'])

  const labels = { service_name: 'dialect-recorder', gen_ai_request_model: 'claude-sonnet-5' }
  for (const { labels: own } of call.metrics) expect(own).toMatchObject(labels)
  expect(call.metrics.some(({ labels }) => 'service_namespace' in labels)).toBe(false)
  expect(metric(call, 'gen_ai_client_inference_usage_input_tokens_total')).toBe(input)
  expect(metric(call, 'gen_ai_client_inference_usage_output_tokens_total')).toBe(output)
  expect(metric(call, 'gen_ai_client_inference_usage_cost_total')).toBeCloseTo(price, 12)
  const { startTimeUnixNano, endTimeUnixNano } = spanOf(sdk)
  const seconds = Number(BigInt(endTimeUnixNano) - BigInt(startTimeUnixNano)) / 1e9
  expect(metric(call, 'gen_ai_client_inference_duration_seconds')).toBeCloseTo(seconds, 6)
})

test('a wrapper above the SDK: left out, for whom, and without metrics', () => {
  const around = of(wrapper.spanId)
  expect(around).toMatchObject({ role: 'inference', layer: 'wrapper', counts: false, metrics: [] })
  expect(around.why).toContain(`The sdk layer’s span anthropic.messages.create (${spanOf(sdk).spanId})`)
})

test('content: what was taken out, by its key', () => {
  const call = of(spanOf(content).spanId)
  expect(call.hidden).toEqual({
    removed: ['gen_ai.input.messages', 'gen_ai.output.messages'],
    masked: [],
    cut: [],
  })
  expect(call).toMatchObject({ layer: 'instrumentation', tokens: { input: content.truth[0]!.input } })
})

test('without a price: why, and that it is counted', () => {
  const call = of(unpriced.spanId)
  expect(call.price).toMatchObject({ source: 'none', parts: [] })
  expect(call.price!.why).toContain('The book has no model claude-sonnet-5-5-super, of anthropic.')
  expect(metric(call, 'gen_ai_client_inference_unpriced_total')).toBe(1)
  expect(call.flags.map(({ flag }) => flag)).toContain('output_tokens_invalid')
  expect(call.hidden.masked).toEqual(['app.note'])
  expect(call.metrics.some(({ name }) => name.includes('cost'))).toBe(false)
})

test('a dialect that names no model says so', () => {
  const calls = explained.filter(({ dialect }) => dialect?.name === 'codex')
  const priced = calls.filter(({ price }) => price !== undefined)
  expect(priced.length).toBeGreaterThan(0)
  for (const { price, flags, counts, why } of priced) {
    expect({ counts, why }).toEqual({ counts: false, why: expect.stringContaining('GENAI_AGENTS') as string })
    expect(price!.why).toContain('The span names no model.')
    expect(flags).toContainEqual({
      flag: 'duration_unknown',
      meaning: 'The library does not tell how long the call took.',
    })
  }
})

test('usage that nobody recognises', () => {
  const span = of(unrecognized.spanId)
  expect(span).toMatchObject({ role: 'unrecognized', counts: true })
  expect(span.why).toContain('LLMUsageUnrecognized.md')
  expect(span.metrics.map(({ name, value }) => [name, value])).toEqual([
    ['gen_ai_client_inference_unrecognized_total', 1],
  ])
})

test('a span that has nothing to do with models', () => {
  expect(of(plain.spanId)).toMatchObject({ counts: false, metrics: [] })
  expect(of(plain.spanId).role).toBeUndefined()
})

describe('the command', () => {
  const run = (input: string, ...args: string[]) => {
    const child = promisify(execFile)(process.execPath, ['scripts/explain/main.ts', ...args], { cwd: root })
    child.child.stdin!.end(input)
    return child
  }

  test('says it aligned and without colours, in seconds', async () => {
    const began = Date.now()
    const { stdout } = await run(
      '',
      join('test', 'dialects', 'fixtures', 'openllmetry-python', 'anthropic-plain.json'),
    )
    // A busy machine is slow; on a free one it is 7 to 15 s.
    expect(Date.now() - began).toBeLessThan(45_000)
    expect(stdout).toMatch(/^anthropic\.chat {3}span [0-9a-f]{16}, /)
    expect(stdout).toMatch(/^ {2}counts {6}yes\. As a call\./m)
    expect(stdout).toMatch(/^ {2}tokens {6}input 12$/m)
    expect(stdout).toMatch(/^ {2}hidden {6}taken out: gen_ai\.input\.messages, gen_ai\.output\.messages$/m)
    expect(stdout).toMatch(/^ {14} +12 {2}gen_ai_client_inference_usage_input_tokens_total\{/m)
    expect(stdout).not.toContain('\u001b')
  }, 90_000)

  test('says what is wrong with its input, and runs nothing', async () => {
    await expect(run('{"spans": []}', '-')).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('It has neither `resourceSpans`') as string,
    })
    await expect(run('', 'nowhere.json')).rejects.toMatchObject({ code: 2 })
  })
})
