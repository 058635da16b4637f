import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'

/** Where it looks. */
export interface Chain {
  /** OTLP over HTTP. */
  collector: string
  /** The trace store: of Tempo `…/api/v2/traces`, of Jaeger `…/api/v3/traces`. */
  traces: string
  prometheus: string
  /** How long a call may take to come out, in milliseconds. */
  patience: number
}

/** What may go wrong, in the order of the data: the first that does is the cause. */
export const STAGES = ['collector', 'traces', 'price', 'counters'] as const
export type Stage = (typeof STAGES)[number]
/** What is wrong at each stage; no entry where it is well. */
export type Outcome = Partial<Record<Stage, string>>

/** The call: 100 tokens in at 1 USD a million and 20 out at 5, by the provider's list. */
export interface ProbeCall {
  provider: string
  model: string
  input: number
  output: number
  cost: number
}
export const CALL: ProbeCall = {
  provider: 'anthropic',
  model: 'claude-haiku-4-5-20251001',
  input: 100,
  output: 20,
  cost: 0.0002,
}
export const SERVICE = 'genai-probe'
const COUNTERS = {
  input: 'genai_probe_client_inference_usage_input_tokens_total',
  output: 'genai_probe_client_inference_usage_output_tokens_total',
  cost: 'genai_probe_client_inference_usage_cost_total',
} as const

interface Value {
  stringValue?: string
  intValue?: string | number
  doubleValue?: number
}
interface Spans {
  resourceSpans?: {
    scopeSpans?: { spans?: { name?: string; attributes?: { key: string; value: Value }[] }[] }[]
  }[]
}

export const words = (error: unknown) => {
  const { message, cause } = error as { message?: string; cause?: { code?: string } }
  return cause?.code ?? message ?? String(error)
}
const near = (a: number, b: number) => Math.abs(a - b) < 1e-9 * Math.max(1, Math.abs(b)) + 1e-12

/** Sends a call through the Collector, and looks whether it comes out at both ends as it should. */
export class Probe {
  readonly #chain: Chain
  readonly #call: ProbeCall
  /** Calls before this one that were sent and have not been seen in the counters: they may come with it. */
  #owed = 0

  constructor(chain: Chain, call = CALL) {
    this.#chain = chain
    this.#call = call
  }

  async run(): Promise<Outcome> {
    const outcome: Outcome = {}
    const before = await this.#counted().catch(() => undefined)
    const traceId = randomBytes(16).toString('hex')
    try {
      await this.#send(traceId)
    } catch (error) {
      // What did not get in cannot come out.
      return { collector: words(error) }
    }
    const deadline = Date.now() + this.#chain.patience
    await Promise.all([
      this.#stored(traceId, deadline, outcome),
      this.#counters(before, deadline).then(
        () => (this.#owed = 0),
        (error: unknown) => {
          this.#owed++
          outcome.counters = words(error)
        },
      ),
    ])
    return outcome
  }

  async #send(traceId: string): Promise<void> {
    const { provider, model, input, output } = this.#call
    const end = BigInt(Date.now()) * 1_000_000n
    const text = (key: string, stringValue: string) => ({ key, value: { stringValue } })
    const number = (key: string, count: number) => ({ key, value: { intValue: String(count) } })
    const body = {
      resourceSpans: [
        {
          resource: {
            attributes: [text('service.name', SERVICE), text('deployment.environment.name', 'probe')],
          },
          scopeSpans: [
            {
              scope: { name: SERVICE },
              spans: [
                {
                  traceId,
                  spanId: randomBytes(8).toString('hex'),
                  name: `chat ${model}`,
                  kind: 3,
                  startTimeUnixNano: String(end - 100_000_000n),
                  endTimeUnixNano: String(end),
                  attributes: [
                    text('gen_ai.operation.name', 'chat'),
                    text('gen_ai.provider.name', provider),
                    text('gen_ai.request.model', model),
                    text('gen_ai.response.model', model),
                    number('gen_ai.usage.input_tokens', input),
                    number('gen_ai.usage.output_tokens', output),
                  ],
                },
              ],
            },
          ],
        },
      ],
    }
    const response = await fetch(`${this.#chain.collector}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(10_000),
    })
    if (!response.ok) throw new Error(`the Collector answered ${response.status}`)
  }

  /** The span by its id, with its price. */
  async #stored(traceId: string, deadline: number, outcome: Outcome): Promise<void> {
    let why = 'the trace store does not have the call'
    while (Date.now() < deadline) {
      try {
        const response = await fetch(`${this.#chain.traces}/${traceId}`, {
          headers: { accept: 'application/json' },
          signal: AbortSignal.timeout(5000),
        })
        if (response.ok) {
          const { trace, result } = (await response.json()) as { trace?: Spans; result?: Spans }
          const [span] = ((trace ?? result)?.resourceSpans ?? []).flatMap(({ scopeSpans = [] }) =>
            scopeSpans.flatMap(({ spans = [] }) => spans),
          )
          if (span !== undefined) {
            const cost = span.attributes?.find(({ key }) => key === 'gen_ai.usage.cost.amount')?.value
            const got = cost?.doubleValue ?? Number(cost?.intValue ?? NaN)
            if (!near(got, this.#call.cost))
              outcome.price = `the call costs ${Number.isNaN(got) ? 'nothing' : got} USD, not ${this.#call.cost}`
            return
          }
        } else if (response.status !== 404) why = `the trace store answered ${response.status}`
      } catch (error) {
        why = `the trace store does not answer: ${words(error)}`
      }
      await sleep(1000)
    }
    outcome.traces = why
  }

  async #counted(): Promise<Record<keyof typeof COUNTERS, number>> {
    const read = async (counter: string) => {
      const response = await fetch(`${this.#chain.prometheus}/api/v1/query`, {
        method: 'POST',
        body: new URLSearchParams({ query: `sum(${counter}) or vector(0)` }),
        signal: AbortSignal.timeout(5000),
      })
      if (!response.ok) throw new Error(`Prometheus answered ${response.status}`)
      const { data } = (await response.json()) as { data: { result: { value: [number, string] }[] } }
      return Number(data.result[0]!.value[1])
    }
    const [input, output, cost] = await Promise.all(Object.values(COUNTERS).map(read))
    return { input: input!, output: output!, cost: cost! }
  }

  /** By as many calls as were sent: tokens, and USD. @throws why not, when the time is over */
  async #counters(
    before: Record<keyof typeof COUNTERS, number> | undefined,
    deadline: number,
  ): Promise<void> {
    let why = 'Prometheus does not answer'
    while (Date.now() < deadline) {
      try {
        const now = await this.#counted()
        // After a restart of the Collector they begin at 0.
        const from =
          before === undefined || now.input < before.input ? { input: 0, output: 0, cost: 0 } : before
        const calls = (now.input - from.input) / this.#call.input
        // Without a first look, what was counted long ago cannot be told from this.
        if (before === undefined) before = now
        else if (
          Number.isInteger(calls) &&
          calls >= 1 &&
          calls <= 1 + this.#owed &&
          near(now.output - from.output, calls * this.#call.output) &&
          near(now.cost - from.cost, calls * this.#call.cost)
        )
          return
        else
          why = `counted ${now.input - from.input} tokens in, ${now.output - from.output} out and ${now.cost - from.cost} USD for one call`
      } catch (error) {
        why = `Prometheus does not answer: ${words(error)}`
      }
      await sleep(1000)
    }
    throw new Error(why)
  }
}

/** In Prometheus' text format. */
export function metrics(outcome: Outcome | undefined, lastRight: number | undefined): string {
  const lines = [
    '# HELP genai_probe_ok Whether the last synthetic call came out right at this stage.',
    '# TYPE genai_probe_ok gauge',
  ]
  if (outcome !== undefined)
    for (const stage of STAGES) lines.push(`genai_probe_ok{stage="${stage}"} ${stage in outcome ? 0 : 1}`)
  if (lastRight !== undefined)
    lines.push(
      '# HELP genai_probe_last_right_timestamp_seconds When a synthetic call came out right for the last time.',
      '# TYPE genai_probe_last_right_timestamp_seconds gauge',
      `genai_probe_last_right_timestamp_seconds ${lastRight / 1000}`,
    )
  return `${lines.join('\n')}\n`
}
