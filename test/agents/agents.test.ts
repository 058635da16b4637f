/**
 * Coding agents as they really export, all signals on: tokens, cost and calls are what the simulator's ledger has, once; and so
 * after each was started ten times more. How they are recorded: record/.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { calcPrice } from '@pydantic/genai-prices'
import { eventually } from '../../scripts/lib/eventually.ts'
import { counterTotals, query } from '../../scripts/lib/prometheus.ts'
import type { Truth } from '../dialects/truth.ts'
import { startPipeline } from '../lib/pipeline.ts'
import type { Pipeline } from '../lib/pipeline.ts'
import { sendAgain } from './again.ts'
import type { Recording } from './again.ts'

const folder = join(import.meta.dirname, 'fixtures')
const recordings = readdirSync(folder).flatMap((agent) =>
  readdirSync(join(folder, agent)).map((file) => ({
    agent,
    name: file.replace('.json', ''),
    recording: JSON.parse(readFileSync(join(folder, agent, file), 'utf8')) as Recording,
  })),
)

/** The first time, and ten starts after it. */
const STARTS = 11

let pipeline: Pipeline
beforeAll(async () => {
  pipeline = await startPipeline()
  for (let start = 0; start < STARTS; start++) {
    for (const { agent, name, recording } of recordings) {
      await sendAgain(pipeline.otlpUrl, recording, `${agent}/${name}`)
    }
  }
}, 180_000)
afterAll(() => pipeline.stop())

const USAGE = 'gen_ai_client_inference_usage_'
const total = async (selector: string) =>
  (await counterTotals(pipeline.prometheusUrl, selector)).reduce((sum, { value }) => sum + value, 0)
const sum = (truth: Truth[], of: (call: Truth) => number) => truth.reduce((all, call) => all + of(call), 0)

/** By the data set, from the ledger alone. Agents do not tell the model that answered. */
const costOf = (call: Truth) =>
  call.error_type === null
    ? calcPrice(
        {
          input_tokens: call.input,
          cache_read_tokens: call.cache_read,
          cache_write_tokens: call.cache_write,
          cache_write_1h_tokens: call.cache_write_1h,
          output_tokens: call.output,
        },
        call.request_model!,
        { providerId: call.provider === 'gcp.gemini' ? 'google' : call.provider },
      )!.total_price
    : 0

/**
 * What is counted as failed. Claude Code tells a call that failed in the end, Gemini CLI each request. Codex tells five of the six
 * requests that the ledger has, and none whose connection it made again by itself.
 */
const FAILURES: Record<string, [type: string, count: number][]> = {
  'claude-code/failed': [['authentication_error', 1]],
  'codex/failed': [['authentication_error', 5]],
  'gemini-cli/failed': [['authentication_error', 1]],
  'gemini-cli/retried': [['overloaded_error', 1]],
}

test.each(recordings.map((entry) => [`${entry.agent} ${entry.name}`, entry] as const))(
  '%s',
  async (_, { agent, name, recording: { truth } }) => {
    const of = `service_name="${agent}/${name}"`
    const told = {
      input_tokens: sum(truth, ({ input }) => input),
      cache_read_input_tokens: sum(truth, ({ cache_read }) => cache_read),
      cache_write_input_tokens: sum(truth, ({ cache_write }) => cache_write),
      output_tokens: sum(truth, ({ output }) => output),
    }
    const succeeded = truth.filter(({ error_type }) => error_type === null).length
    await eventually(async () => {
      for (const [what, expected] of Object.entries(told)) {
        expect([what, await total(`${USAGE}${what}_total{${of}}`)]).toEqual([what, expected * STARTS])
      }
      const cost = sum(truth, costOf) * STARTS
      expect(Math.abs((await total(`${USAGE}cost_total{${of}}`)) - cost)).toBeLessThanOrEqual(cost * 1e-9)
      const [calls] = await query(
        pipeline.prometheusUrl,
        `sum(histogram_count(gen_ai_client_inference_duration_seconds{${of}, error_type=""}))`,
      )
      expect(calls?.value ?? 0).toBe(succeeded * STARTS)
    }, 20_000)
    const failures = FAILURES[`${agent}/${name}`] ?? []
    await eventually(async () => {
      const failed = await query(
        pipeline.prometheusUrl,
        `sum by (error_type) (histogram_count(gen_ai_client_inference_duration_seconds{${of}, error_type!=""}))`,
      )
      expect(failed.map(({ labels, value }) => [labels['error_type'], value])).toEqual(
        failures.map(([type, count]) => [type, count * STARTS]),
      )
    }, 20_000)
  },
  120_000,
)

test('for whom they work is told, and who they are is not', async () => {
  const found = await query(
    pipeline.prometheusUrl,
    '{__name__=~"gen_ai_.+|claude_.+|codex_.+|gemini_.+|target_info"}',
  )
  const cost = found.filter(({ labels }) => labels['__name__'] === `${USAGE}cost_total`)
  expect(cost.length).toBeGreaterThan(0)
  for (const { labels } of cost) {
    expect(labels).toMatchObject({ team: 'checkout', cost_center: 'cc-17', vcs_repository_name: 'shop' })
  }
  const ids = recordings.flatMap(({ recording }) => [
    ...JSON.stringify(recording).matchAll(
      /"key":"(?:user\.id|session\.id|installation\.id|conversation\.id|prompt\.id|host\.name)","value":\{"stringValue":"([^"]+)"/g,
    ),
  ])
  expect(ids.length).toBeGreaterThan(10)
  const labels = new Set(found.flatMap(({ labels }) => Object.values(labels)))
  expect(ids.map(([, id]) => id!).filter((id) => labels.has(id))).toEqual([])
})

test('what spans tell again is left out, and counted as that', async () => {
  for (const agent of ['claude-code', 'codex', 'gemini-cli']) {
    expect(
      await total(
        `gen_ai_client_inference_left_out_total{service_name="${agent}/headless", genai_signal="spans"}`,
      ),
    ).toBeGreaterThanOrEqual(STARTS)
  }
})

test('prompts, decisions and the agents’ own metrics arrive', async () => {
  for (const { agent } of recordings.filter(({ name }) => name === 'headless')) {
    const of = `service_name="${agent}/headless"`
    expect(await total(`gen_ai_coding_agent_prompts_total{${of}}`)).toBe(STARTS)
  }
  expect(
    await total(
      'gen_ai_coding_agent_tool_decisions_total{service_name="claude-code/headless", decision="accept"}',
    ),
  ).toBe(STARTS)
  const reported = await total(`${USAGE}cost_reported_total{service_name="claude-code/headless"}`)
  expect(reported).toBeGreaterThan(0)
  expect(
    await total('claude_code_token_usage_tokens_total{service_name="claude-code/headless"}'),
  ).toBeGreaterThan(0)
})
