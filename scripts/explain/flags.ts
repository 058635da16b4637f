/** What each flag says, in a sentence. */

const WHAT: Record<string, string> = {
  'provider.name': 'gen_ai.provider.name',
  'request.model': 'gen_ai.request.model',
  'response.model': 'gen_ai.response.model',
  'error.type': 'error.type',
  'app.feature': 'app.feature',
  'app.endpoint': 'app.endpoint',
  input_tokens: 'gen_ai.usage.input_tokens',
  output_tokens: 'gen_ai.usage.output_tokens',
  'cache_read.input_tokens': 'gen_ai.usage.cache_read.input_tokens',
  'cache_write.input_tokens': 'gen_ai.usage.cache_write.input_tokens',
  'cache_write.1h.input_tokens': 'genai.usage.cache_write.1h.input_tokens',
  'reasoning.output_tokens': 'gen_ai.usage.reasoning.output_tokens',
  'compaction.input_tokens': 'anthropic.usage.compaction.input_tokens',
  'compaction.output_tokens': 'anthropic.usage.compaction.output_tokens',
  web_searches: 'The number of web searches',
  time_to_first_chunk: 'gen_ai.response.time_to_first_chunk',
}

const SENTENCES: Record<string, string> = {
  basis_unknown:
    'Nothing says whether the input includes the cached tokens, or the output the reasoning. The conventions were taken to hold: both are included.',
  clock_ahead: 'The span ends more than 5 minutes in the future. The clock of its machine is ahead.',
  clock_behind:
    'The span ended more than 12 hours before it arrived. A span that was recorded earlier always has this flag.',
  cost_invalid: 'The billed cost is below 0, above a million, or no number. It was not taken.',
  duration_too_long: 'The span is longer than a day. Its start is wrong, and it counts as a call of 0 s.',
  duration_unknown: 'The library does not tell how long the call took.',
  end_before_start: 'The span ends before it starts. It counts as a call of 0 s.',
  end_time_missing: 'The span has no end. It counts as a call of 0 s.',
  input_tokens_missing:
    'The span tells output tokens and no input tokens. The call used more than is counted.',
  output_tokens_missing:
    'The span tells input tokens and no output tokens. The call used more than is counted.',
  input_tokens_zero:
    'The span tells 0 input tokens for a call that did not fail. No model answers to nothing.',
  invalid_utf8: 'A text is no valid UTF-8. Each byte that is none became U+FFFD.',
  sampling_threshold_invalid:
    'The trace state says that the span stands for more than a million others. It counts as one.',
  server_tools_unpriced: 'No price is known for the searches of the call. It cost more than is counted.',
  span_id_missing: 'The span has no span id. It was given one.',
  trace_id_missing: 'The span has no trace id. It was given one.',
  usage_missing: 'The span tells no usage. The call is counted, and its tokens and its cost are not.',
  usage_on_event: 'The usage is on an event of the span, where nothing counts it.',
}

const ENDINGS: Record<string, string> = {
  _invalid: 'cannot be used (not a value of its kind, or out of its range). It was taken out.',
  _empty: 'is empty. It was taken out.',
  _too_long: 'is longer than 256 characters. It was cut.',
}

/** A sentence about a flag; undefined for one that is not known. */
export function meaning(flag: string): string | undefined {
  if (flag in SENTENCES) return SENTENCES[flag]
  const [ending, says] = Object.entries(ENDINGS).find(([ending]) => flag.endsWith(ending)) ?? []
  const what = ending && WHAT[flag.slice(0, -ending.length)]
  return what && `${what} ${says}`
}
