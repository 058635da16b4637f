import { flagged, has, hasFailed, hasFlag, isChat, isStream, number, roleOf, text } from '../finding.ts'
import type { Finding, Look } from '../finding.ts'

const attemptsOf = (look: Look) => look.spans.filter((span) => roleOf(span) === 'attempt')
const ERRORS = /^(_OTHER|error|Error|Exception)$/

export const calls: Finding[] = [
  {
    id: 'attempts-missing',
    severity: 'hidden',
    says: 'There are no spans of HTTP requests, and no count of resends.',
    so: 'Retries, rate limits that were overcome and refused attempts cannot be seen.',
    fix: 'Instrument HTTP too. Python: `opentelemetry-instrumentation-httpx` (SDKs on `httpx2` are not seen by it). Node: `@opentelemetry/instrumentation-undici`.',
    fixes: {
      'spring-ai': 'Give its `RestClient` an `ObservationRegistry`, or start OpenTelemetry’s Java agent.',
    },
    where: (_, look) =>
      attemptsOf(look).length === 0 && !look.calls.some((call) => has(call, 'http.request.resend_count')),
  },
  {
    id: 'retries-hidden',
    severity: 'hidden',
    says: 'Calls were sent again, and no attempt has a span.',
    so: 'The number of resends is counted, their status is not: a rate limit looks like slowness.',
    fix: 'Instrument HTTP too: `opentelemetry-instrumentation-httpx`, `@opentelemetry/instrumentation-undici`.',
    where: (span, look) =>
      (number(span, 'http.request.resend_count') ?? 0) > 0 && attemptsOf(look).length === 0,
  },
  {
    id: 'not-instrumented',
    severity: 'wrong',
    says: 'Requests to a model’s API belong to no call.',
    so: 'They are counted as attempts only, without tokens and cost.',
    fix: 'Instrument the SDK: `opentelemetry-instrumentation-genai-openai`, `@opentelemetry/instrumentation-openai` (to `openai` 6), or update Anthropic’s SDK to 2.0 (Python) or 0.134 (Node).',
    among: 'spans',
    where: (span, look) =>
      roleOf(span) === 'attempt' &&
      !look.traces.some((other) => other.traceId === span.traceId && roleOf(other) === 'inference'),
  },
  {
    id: 'first-chunk-missing',
    severity: 'hidden',
    says: 'Streamed calls do not tell the time to the first chunk.',
    so: 'How long users wait for the first word cannot be seen.',
    fix: 'Set `gen_ai.response.time_to_first_chunk` in seconds on the span.',
    fixes: {
      'otel-openai-v2': 'Take its successor, `opentelemetry-instrumentation-genai-openai` 1.3.',
      'openllmetry-python': 'It never tells it. Anthropic’s SDK from 2.0 on does, by itself.',
      'openllmetry-js': 'It never tells it. Anthropic’s SDK from 0.134 on does, by itself.',
      openinference: 'It never tells it. Anthropic’s SDK from 2.0 on does, by itself.',
      'openinference-js': 'It never tells it. Anthropic’s SDK from 0.134 on does, by itself.',
    },
    where: (span) => isStream(span) && !hasFailed(span) && !has(span, 'gen_ai.response.time_to_first_chunk'),
  },
  {
    id: 'first-chunk-unusable',
    severity: 'hidden',
    says: 'The time to the first chunk is negative, above a day or no number.',
    so: 'It was taken out.',
    fix: 'Set it in seconds, from one clock that never goes back.',
    where: hasFlag(/^time_to_first_chunk_invalid$/),
    counter: flagged('time_to_first_chunk_invalid'),
  },
  {
    id: 'finish-reason-missing',
    severity: 'hidden',
    says: 'Answers do not tell why they ended.',
    so: 'Answers that were cut at the token limit, and refusals, cannot be seen.',
    fix: 'Set `gen_ai.response.finish_reasons` on the span.',
    fixes: {
      'openllmetry-js':
        'Streams of Anthropic have none with it. Anthropic’s SDK from 0.134 on tells it by itself.',
      'otel-openai-v2': 'Take its successor, `opentelemetry-instrumentation-genai-openai` 1.3.',
      'openllmetry-python': 'Update to 0.62 or later.',
    },
    where: (span) => isChat(span) && !hasFailed(span) && !has(span, 'genai.finish_reason'),
  },
  {
    id: 'error-without-type',
    severity: 'hidden',
    says: 'Failed calls do not tell why.',
    so: 'Rate limits, wrong keys and overload cannot be told apart.',
    fix: 'Call `span.record_exception(error)`, or set `error.type` to the class of the error or to the API’s own type.',
    where: (span) => ERRORS.test(text(span, 'error.type')),
  },
  {
    id: 'error-type-unusable',
    severity: 'hidden',
    says: '`error.type` is empty, too long or no text.',
    so: 'It was taken out or cut.',
    fix: 'Set the class of the error or the API’s own type, not its message.',
    where: hasFlag(/^error\.type_/),
    counter: flagged('error.type_'),
  },
  {
    id: 'timed-out',
    severity: 'hidden',
    says: 'Calls ended by a time-out.',
    so: 'The provider may have answered, and bills it. No usage was read.',
    fix: 'Set a longer time-out, stream long answers, or ask for less output. The SDKs’ default is 10 minutes.',
    where: (span) =>
      /time_?out|timed_?out|deadline|^408$|^504$/i.test(text(span, 'error.type')) && text(span, 'error.type'),
  },
  {
    id: 'tool-name-missing',
    severity: 'hidden',
    says: 'Spans of tools do not name the tool.',
    so: 'Which tool is slow or fails cannot be seen.',
    fix: 'Set `gen_ai.tool.name`.',
    among: 'spans',
    where: (span) => roleOf(span) === 'tool' && !text(span, 'gen_ai.tool.name'),
  },
  {
    id: 'agent-name-missing',
    severity: 'hidden',
    says: 'Spans of agents do not name the agent.',
    so: 'Which agent runs away cannot be seen.',
    fix: 'Set `gen_ai.agent.name`.',
    fixes: {
      'pydantic-ai': 'Name it: `Agent(…, name="support")`.',
      'ai-sdk-7': 'Set `experimental_telemetry: { functionId: "support" }`.',
    },
    among: 'spans',
    where: (span) =>
      roleOf(span) === 'agent' &&
      !/workflow/.test(text(span, 'gen_ai.operation.name')) &&
      !text(span, 'gen_ai.agent.name'),
  },
]
