/**
 * `npm run drills -- invoice`: what SDKs called against the simulator differs from what Collector and Prometheus counted by
 * nothing; what is provoked is named, printed, and in a metric.
 */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { parseCsv } from '../../scripts/invoice/csv.ts'
import { eventually } from '../../scripts/lib/eventually.ts'
import { query } from '../../scripts/lib/prometheus.ts'
import { createSimulator } from '../../services/llm-simulator/src/index.ts'
import { call } from '../lib/calls.ts'
import { root } from '../lib/docker.ts'
import { ledgerTotals } from '../lib/ledger.ts'
import { sendSpans } from '../lib/otlp.ts'
import { startPipeline } from '../lib/pipeline.ts'
import type { Pipeline } from '../lib/pipeline.ts'

let pipeline: Pipeline
beforeAll(async () => {
  pipeline = await startPipeline()
}, 120_000)
afterAll(() => pipeline.stop())

function command(
  script: string,
  args: string[],
  env: NodeJS.ProcessEnv,
): Promise<{ code: number; text: string }> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [script, ...args],
      { cwd: root, env },
      (_error, stdout, stderr) => resolve({ code: child.exitCode ?? -1, text: stdout + stderr }),
    )
  })
}

const callOf = (model: string) => call({ 'gen_ai.request.model': model, 'gen_ai.response.model': model })

test('the invoice: what SDKs called differs by nothing; what is provoked is named, in a metric as well', async () => {
  const simulator = await createSimulator()
  const first = new Date().toISOString().slice(0, 10)
  const invoice = (...args: string[]) => {
    const keys = { ANTHROPIC_ADMIN_KEY: 'sk-ant-admin01-test', OPENAI_ADMIN_KEY: 'sk-admin-test' }
    const at = ['--anthropic-url', simulator.url, '--openai-url', `${simulator.url}/v1`]
    const days = ['--from', first, '--to', new Date().toISOString().slice(0, 10)]
    const mine = ['--match', 'service_name="invoice"', '--prometheus', pipeline.prometheusUrl]
    const arguments_ = [...at, ...days, ...mine, '--otlp', pipeline.otlpUrl, ...args]
    return command('scripts/invoice/main.ts', arguments_, { ...process.env, ...keys })
  }
  try {
    simulator.state.behavior.patch({
      latency_seconds: 0,
      time_to_first_token_seconds: 0,
      tokens_per_second: null,
    })
    const program = ['--import', '@genai-otel-kit/telemetry/register', 'test/drills/lib/invoice-program.ts']
    await promisify(execFile)(process.execPath, program, {
      cwd: root,
      env: {
        ...process.env,
        ANTHROPIC_BASE_URL: simulator.url,
        ANTHROPIC_API_KEY: 'service',
        OPENAI_BASE_URL: `${simulator.url}/v1`,
        OPENAI_API_KEY: 'service',
        OTEL_SERVICE_NAME: 'invoice',
        OTEL_EXPORTER_OTLP_ENDPOINT: pipeline.otlpUrl,
      },
    })
    const totals = await ledgerTotals(simulator.url)
    const agreement = await eventually(async () => {
      const answer = await invoice('--all')
      expect(answer.code).toBe(0)
      // Durations, which count requests, come after tokens.
      expect(answer.text).toMatch(/gpt-5-mini-2025-08-07 +requests +3 +3\n/)
      return answer
    })
    const usd = [...totals.values()].reduce((sum, { cost }) => sum + cost, 0).toFixed(6)
    expect([...totals.keys()].sort()).toEqual([
      'claude-haiku-4-5-20251001',
      'claude-opus-4-8',
      'claude-sonnet-5',
      'gpt-5-mini-2025-08-07',
      'text-embedding-3-small',
    ])
    expect(agreement.text).toContain(
      `the providers report ${usd} USD, the kit counted ${usd} USD; 5 of 5 models and days agree.`,
    )
    for (const kind of ['cache read', 'cache write 5m', 'cache write 1h'])
      expect(agreement.text).toMatch(new RegExp(`claude-sonnet-5 +input, ${kind} +[1-9][\\d,]+ +[1-9]`))

    const { text } = await invoice('--focus')
    const charges = parseCsv(text).map(({ BilledCost }) => Number(BilledCost))
    expect(charges.reduce((sum, cost) => sum + cost, 0).toFixed(6)).toBe(usd)

    // A key that is used elsewhere, a batch, and a model that has no price here.
    const elsewhere = { usage: { input_tokens: 7, output_tokens: 300_000 }, api_key_id: 'apikey_laptop' }
    const batch = { batch: true, usage: { prompt_tokens: 5, completion_tokens: 400_000 } }
    for (const one of [
      { provider: 'anthropic', model: 'claude-haiku-4-5-20251001', ...elsewhere },
      { provider: 'openai', model: 'gpt-5-mini-2025-08-07', ...batch },
      {
        provider: 'anthropic',
        model: 'claude-haiku-4-5-20991231',
        usage: { input_tokens: 10, output_tokens: 1 },
      },
    ]) {
      const headers = { 'content-type': 'application/json' }
      await fetch(`${simulator.url}/ledger`, { method: 'POST', headers, body: JSON.stringify(one) })
    }
    await sendSpans(pipeline.otlpUrl, { service: 'invoice', spans: [callOf('claude-haiku-4-5-20991231')] })
    const difference = await eventually(async () => {
      const answer = await invoice('--write')
      expect(answer.text).toContain('1 calls have no price here')
      return answer
    })
    expect(difference.code).toBe(1)
    expect(difference.text).toContain(
      'claude-haiku-4-5-20251001: 1.500007 USD more than the kit counted. Likely: other_key',
    )
    expect(difference.text).toContain(
      'gpt-5-mini-2025-08-07: 0.400001 USD more than the kit counted. Likely: batch',
    )
    expect(difference.text).toContain(
      'claude-haiku-4-5-20991231: 0.000015 USD more than the kit counted. Likely: unpriced',
    )
    expect(difference.text).toContain('3 of 6 models and days agree.')
    await eventually(async () => {
      const found = await query(
        pipeline.prometheusUrl,
        'sum by (gen_ai_provider_name, genai_invoice_reason) (genai_invoice_difference) > 0.1',
      )
      expect(found.map(({ labels, value }) => ({ ...labels, value: Number(value.toFixed(6)) }))).toEqual(
        expect.arrayContaining([
          { gen_ai_provider_name: 'anthropic', genai_invoice_reason: 'other_key', value: 1.500007 },
          { gen_ai_provider_name: 'openai', genai_invoice_reason: 'batch', value: 0.400001 },
        ]),
      )
      expect(await query(pipeline.prometheusUrl, 'genai_invoice_cost')).toHaveLength(4)
      expect(await query(pipeline.prometheusUrl, 'genai_invoice_day_seconds')).toHaveLength(2)
    })
  } finally {
    await simulator.close()
  }
}, 150_000)
