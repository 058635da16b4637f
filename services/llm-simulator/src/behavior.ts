import { z } from 'zod'
import type { Clock } from './clock.ts'
import { jittered, seededRandom } from './random.ts'
import type { Random } from './random.ts'

const share = z.number().min(0).max(1)

const settingsSchema = z.strictObject({
  /** From the request to the headers of the answer, in seconds. */
  latency_seconds: z.number().min(0).max(3600),
  /** From the headers to the first token, in seconds. */
  time_to_first_token_seconds: z.number().min(0).max(3600),
  /** null: as fast as it can. */
  tokens_per_second: z.number().min(0.01).nullable(),
  /** How long an answer is, if `max_tokens` lets it. */
  output_tokens: z.int().min(1).max(1_000_000),
  /** Spent before the answer by models that reason (OpenAI) or were asked to think (Anthropic). */
  reasoning_tokens: z.int().min(0).max(1_000_000),
  /** All of the above vary uniformly by this share of them. 0: exact. */
  jitter: z.number().min(0).max(0.95),
  /** The shares of answers that do not end of themselves. */
  stop_reasons: z
    .strictObject({ max_tokens: share.default(0), refusal: share.default(0) })
    .refine((shares) => shares.max_tokens + shares.refusal <= 1, 'the shares add up to more than 1'),
  /** How many rounds of tool calls an answer takes when tools fit the question. 0: never a tool. */
  tool_rounds: z.int().min(0).max(1000),
})

/** How the simulated models behave. */
export type Settings = z.output<typeof settingsSchema>

const overrideSchema = settingsSchema.partial()

/** What `PATCH /behavior` takes: settings to change, and per model prefix what is different there. */
export const behaviorPatchSchema = overrideSchema.extend({
  /** By the start of the model's name; the longest that fits wins. null takes an override back. */
  models: z.record(z.string().min(1), overrideSchema.nullable()).optional(),
  /** Moves the clock that caches expire by, in seconds from the real time. */
  clock_offset_seconds: z.number().min(0).max(1e9).optional(),
})

export type BehaviorPatch = z.output<typeof behaviorPatchSchema>

/** Quick enough for tests and with a shape that a dashboard can show: about half a second per call. */
const defaults: Settings = {
  latency_seconds: 0.03,
  time_to_first_token_seconds: 0.15,
  tokens_per_second: 400,
  output_tokens: 120,
  reasoning_tokens: 40,
  jitter: 0.3,
  stop_reasons: { max_tokens: 0, refusal: 0 },
  tool_rounds: 1,
}

const defaultModels: Record<string, Partial<Settings>> = {
  'claude-haiku': { time_to_first_token_seconds: 0.1, tokens_per_second: 700 },
  'claude-opus': { time_to_first_token_seconds: 0.25, tokens_per_second: 250 },
  'text-embedding-': { latency_seconds: 0.05 },
}

/** How one answer will go, drawn from the settings. Times in milliseconds. */
export interface Draw {
  latencyMs: number
  firstTokenMs: number
  msPerToken: number
  outputTokens: number
  reasoningTokens: number
  stop: 'end' | 'max_tokens' | 'refusal'
}

/** The settings in force. */
export class Behavior {
  private settings: Settings = defaults
  private models = defaultModels
  private random: Random = seededRandom(1)
  private readonly clock: Clock

  constructor(clock: Clock) {
    this.clock = clock
  }

  patch(patch: BehaviorPatch): void {
    const { models = {}, clock_offset_seconds, ...settings } = patch
    this.settings = { ...this.settings, ...defined(settings) }
    this.models = { ...this.models }
    for (const [prefix, override] of Object.entries(models)) {
      if (override) this.models[prefix] = { ...this.models[prefix], ...defined(override) }
      else delete this.models[prefix]
    }
    if (clock_offset_seconds !== undefined) this.clock.offsetSeconds = clock_offset_seconds
  }

  /** Back to the defaults, the real time and the start of the random numbers. */
  reset(): void {
    this.settings = defaults
    this.models = defaultModels
    this.random = seededRandom(1)
    this.clock.offsetSeconds = 0
  }

  for(model: string): Settings {
    const prefix = Object.keys(this.models)
      .filter((prefix) => model.startsWith(prefix))
      .reduce((longest, prefix) => (prefix.length > longest.length ? prefix : longest), '')
    return { ...this.settings, ...this.models[prefix] }
  }

  draw(model: string): Draw {
    const settings = this.for(model)
    const vary = (value: number) => jittered(value, settings.jitter, this.random)
    const stop = this.random()
    const { max_tokens, refusal } = settings.stop_reasons
    return {
      latencyMs: vary(settings.latency_seconds) * 1000,
      firstTokenMs: vary(settings.time_to_first_token_seconds) * 1000,
      msPerToken: settings.tokens_per_second === null ? 0 : 1000 / vary(settings.tokens_per_second),
      outputTokens: Math.max(1, Math.round(vary(settings.output_tokens))),
      reasoningTokens: Math.round(vary(settings.reasoning_tokens)),
      stop: stop < max_tokens ? 'max_tokens' : stop < max_tokens + refusal ? 'refusal' : 'end',
    }
  }

  toJSON() {
    return { ...this.settings, models: this.models, clock_offset_seconds: this.clock.offsetSeconds }
  }
}

/** Without the keys that are undefined, which would hide what they override. */
function defined<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never
}
