import { flagged, hasFlag, number, roleOf } from '../finding.ts'
import type { Finding } from '../finding.ts'

export const layers: Finding[] = [
  {
    id: 'layers-doubled',
    severity: 'waste',
    says: 'Calls are reported by more than one layer.',
    so: 'Each counts once. Outer layers wait 10 s before they are counted or left out, and the trace store keeps all.',
    fix: 'Nothing has to be done. To save it, turn off the outer instrumentation.',
    fixes: {
      'anthropic-sdk': 'Turn off the other, or Anthropic’s own spans by `ANTHROPIC_OPEN_TELEMETRY=false`.',
      'ai-sdk': 'Set `experimental_telemetry: { isEnabled: false }` where the SDK below reports the calls.',
    },
    among: 'spans',
    where: (span, { calls, traces }) =>
      roleOf(span) === 'inference' &&
      !calls.includes(span) &&
      calls.some(({ traceId }) => traceId === span.traceId) &&
      traces.length > 1,
  },
  {
    id: 'reported-twice',
    severity: 'wrong',
    says: 'Calls are reported twice without a common trace.',
    so: 'They are counted twice.',
    fix: 'Turn one of the two instrumentations off, or let them share a tracer provider and its context.',
    counter: {
      metric: 'gen_ai_client_inference_duplicates_total',
      unit: 'calls of a sample',
    },
  },
  {
    id: 'sampled-silently',
    severity: 'wrong',
    says: 'The SDK drops spans by sampling, and the spans that it keeps do not say so.',
    so: 'Every number is too low by the share that is dropped.',
    fix: 'Remove `OTEL_TRACES_SAMPLER`, or take a sampler that writes `ot=th:` to the trace state (docs/instrument.md#sampling).',
    // Where spans say what they stand for, each counts as that.
    unless: ({ spans }) => spans.some((span) => number(span, 'genai.adjusted_count') !== undefined),
    counter: {
      metric: 'otel_sdk_span_started_total',
      of: 'sdk',
      matchers: 'otel_span_sampling_result="DROP"',
      unit: 'spans',
    },
  },
  {
    id: 'sampling-unusable',
    severity: 'wrong',
    says: 'The trace state says that a span stands for more than a million others.',
    so: 'It counts as one.',
    fix: 'Correct the sampler: `ot=th:` is the share that is rejected (docs/instrument.md#sampling).',
    among: 'spans',
    where: hasFlag(/^sampling_threshold_invalid$/),
    counter: flagged('sampling_threshold_invalid'),
  },
]
