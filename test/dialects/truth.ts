/** What one model call was, as the simulator's ledger has it: the oracle for a fixture's spans. */
export interface Truth {
  provider: string
  /** `chat` or `embeddings`; `chat` where it is absent. */
  operation?: string
  request_model: string | null
  /** As the answer named it; null where there was none. */
  model: string | null
  /** All input tokens, cached ones included. */
  input: number
  cache_read: number
  cache_write: number
  /** Of those written, the ones kept for an hour. */
  cache_write_1h: number
  output: number
  /** What a library that is known to count wrong says instead of `output`; its dialect's header has why. */
  misstated_output?: number
  reasoning: number
  stream: boolean
  error_type: string | null
  /** In the API's words. */
  stop_reason: string | null
}
