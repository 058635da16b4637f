import { z } from 'zod'
import type { Provider } from './models.ts'
import { seededRandom } from './random.ts'
import type { Random } from './random.ts'

/** What `POST /faults` takes. Without `times` and `probability`: the next matching request. */
export const faultSchema = z
  .strictObject({
    match: z
      .strictObject({
        provider: z.enum(['anthropic', 'openai', 'gcp.gemini']).optional(),
        /** The start of the requested model's name. */
        model: z.string().optional(),
        /** The whole path, such as `/v1/messages`. */
        path: z.string().optional(),
      })
      .default({}),
    /** The next so many matching requests; together with `probability`, at most so many. */
    times: z.int().min(1).optional(),
    /** The share of matching requests, 0 to 1. */
    probability: z.number().gt(0).max(1).optional(),
    /**
     * An HTTP status, or: `connection_reset` before any answer, `stream_cut` (the connection breaks in the
     * middle of the answer), `stream_error` (streams only: an error event in the middle), `slow` (nothing but
     * `delay_seconds`).
     */
    status: z.union([
      z.int().min(400).max(599),
      z.enum(['connection_reset', 'stream_cut', 'stream_error', 'slow']),
    ]),
    /** The API's error type. Default: as the API has it for this status. */
    type: z.string().optional(),
    message: z.string().optional(),
    /** Anthropic's `error.details.error_code`, OpenAI's `error.code`. */
    error_code: z.string().optional(),
    /** Seconds. Default: 1 for a 429 that may be retried, else none. null: none. */
    retry_after: z.number().positive().nullable().optional(),
    /** Before the fault, in seconds. */
    delay_seconds: z.number().min(0).max(3600).default(0),
    /** `stream_cut` and `stream_error`: after so many output tokens. Default: half of them. */
    after_tokens: z.int().min(0).optional(),
  })
  .refine((fault) => fault.status !== 'slow' || fault.delay_seconds > 0, {
    path: ['delay_seconds'],
    message: 'slow needs delay_seconds',
  })

export type FaultSpec = z.output<typeof faultSchema>

export interface Fault extends FaultSpec {
  id: number
  /** How many requests it has hit. */
  hits: number
}

export interface FaultTarget {
  provider: Provider
  path: string
  model: string
  stream: boolean
}

/** The faults that are set, oldest first; a request is hit by the first that fits. */
export class Faults {
  private faults: Fault[] = []
  private nextId = 1
  private random: Random = seededRandom(2)

  add(spec: FaultSpec): Fault {
    const times = spec.times ?? (spec.probability === undefined ? 1 : undefined)
    const fault: Fault = { ...spec, ...(times !== undefined && { times }), id: this.nextId++, hits: 0 }
    this.faults.push(fault)
    return fault
  }

  /** The fault that this request is hit by, if any. One that has hit as often as it should is gone then. */
  take(target: FaultTarget): Fault | undefined {
    for (const fault of this.faults) {
      if (!fits(fault, target)) continue
      if (fault.probability !== undefined && this.random() >= fault.probability) continue
      fault.hits++
      if (fault.hits === fault.times) this.faults = this.faults.filter((other) => other !== fault)
      return fault
    }
    return undefined
  }

  clear(): void {
    this.faults = []
    this.random = seededRandom(2)
  }

  list(): Fault[] {
    return this.faults
  }
}

function fits({ match, status }: Fault, target: FaultTarget): boolean {
  return (
    (match.provider === undefined || match.provider === target.provider) &&
    (match.path === undefined || match.path === target.path) &&
    (match.model === undefined || target.model.startsWith(match.model)) &&
    (status !== 'stream_error' || target.stream)
  )
}
