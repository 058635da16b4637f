import {
  type Aggregation,
  attempts,
  calls,
  cost,
  failed,
  finishes,
  label,
  metric,
  orZero,
  quantile,
  ratio,
  resends,
  sum,
  type Take,
  tokens,
} from './query.ts'

// What several dashboards ask, so that they compute it alike. `take` is `rate` for a graph, `increase` for a time range.

type By = Pick<Aggregation, 'by'>

/** Share of calls that failed. */
export const errorRate = (take: Take, { by }: By = {}) => ratio(calls, calls, take, { by, where: failed })

/** Share of answers that ended for a reason, of those that gave one. */
export const finishRate = (reason: string, take: Take, { by }: By = {}) =>
  ratio(finishes, finishes, take, { by, where: `${label.finish}="${reason}"` })

/** USD per call. */
export const costPerCall = (take: Take, { by }: By = {}) => ratio(cost, calls, take, { by })

/** Output tokens per second of the median call, waiting for the first one included. */
export const tokensPerSecond = (take: Take, { by }: By = {}) =>
  quantile(0.5, metric.outputSpeed, take, { by })

/**
 * HTTP requests for each call; 1 without retries. Of services whose attempts are seen, or whose SDK counts resends: the calls
 * of others, and of other providers, would make it less. As the alert has it, attempts win over resends.
 */
export const attemptsPerCall = (take: Take, { by = [] }: By = {}) => {
  const who = [label.environment, label.service, label.provider]
  const each = { by: [...new Set([...by, ...who])] }
  const on = (other: string) => `on (${who.join(', ')}) (${other})`
  const seen = `${take(attempts, { by: who })} > 0`
  const made = take(calls, each)
  const retries = `(${take(attempts, each)} > 0) - ${made} or ${take(resends, each)} unless ${on(seen)}`
  const theirs = `${made} and ${on(`${seen} or ${take(resends, { by: who })}`)}`
  return `1 + ${sum(retries, by)} / ${sum(theirs, by)}`
}

/** Share of input tokens read from the cache. */
export const hitRate = (take: Take, { by }: By = {}) => ratio(tokens.cacheRead, tokens.input, take, { by })

/** Input tokens that were neither read from nor written to the cache. */
export const uncached = (take: Take, { by }: By = {}) => {
  const input = take(tokens.input, { by })
  return `(${input} - ${orZero(take(tokens.cacheRead, { by }), input)} - ${orZero(take(tokens.cacheWrite, { by }), input)})`
}

const model = [label.provider, label.model, label.responseModel]
export const inputPrice = 'model:gen_ai_client_inference_usage_cost:per_input_token1d'
export const outputPrice = 'model:gen_ai_client_inference_usage_cost:per_output_token1d'

/** USD that cached tokens would have cost as plain input, less what reading and writing them did cost. */
export const saving = (take: Take, { by = [] }: By = {}) => {
  const each = { by: [...new Set([...by, ...model])] }
  const read = take(tokens.cacheRead, each)
  const cached = `(${read} + ${orZero(take(tokens.cacheWrite, each), read)})`
  const paid = take(cost, { ...each, where: `${label.component}=~"cache_.*"` })
  const worth = `${cached} * on (${model.join(', ')}) group_left () ${inputPrice}`
  const net = `${worth} - ${orZero(paid, read)}`
  return by.length > 0 ? `sum by (${by.join(', ')}) (${net})` : `sum(${net})`
}

export const noCalls = 'No model calls in this time'
export const noCost = 'No priced calls in this time'
export const noOutput = 'No calls with output tokens in this time'
export const noStreams = 'No streamed calls in this time'
export const noCache = 'No tokens read from or written to a cache in this time'
export const noRuns = 'No runs of agents (invoke_agent spans) in this time'
export const noTools = 'No tool calls (execute_tool spans) in this time'
export const noAttempts = 'No HTTP attempts: they need spans of HTTP requests below the calls'
export const noRetries =
  'No HTTP attempts or resends: they need spans of HTTP requests, or an SDK that counts resends'
export const noRequests = 'No requests: they need server spans that say app.endpoint'
