import { flagged, hasFlag } from '../finding.ts'
import type { Finding } from '../finding.ts'

export const times: Finding[] = [
  {
    id: 'clock-ahead',
    severity: 'wrong',
    says: 'Spans end in the future.',
    so: 'The clock of the machine is ahead. Traces are found at the wrong time.',
    fix: 'Switch on time synchronisation (NTP) on the machine of the application.',
    among: 'spans',
    where: hasFlag(/^clock_ahead$/),
    counter: flagged('clock_ahead'),
  },
  {
    id: 'clock-behind',
    severity: 'wrong',
    says: 'Spans ended more than 12 hours before they arrived.',
    so: 'The clock of the machine is behind, or a queue held them. They are counted at the time of their arrival.',
    fix: 'Switch on time synchronisation (NTP), or empty the queue.',
    among: 'spans',
    where: hasFlag(/^clock_behind$/),
    counter: flagged('clock_behind'),
  },
  {
    id: 'times-unusable',
    severity: 'wrong',
    says: 'Spans end before they start, have no end, or take more than a day.',
    so: 'They count as calls of 0 s.',
    fix: 'Let the SDK take the times. Where you set them, set nanoseconds since 1970.',
    among: 'spans',
    where: hasFlag(/^(end_before_start|end_time_missing|duration_too_long)$/),
    counter: flagged('end_before_start|end_time_missing|duration_too_long'),
  },
  {
    id: 'duration-unknown',
    severity: 'hidden',
    says: 'The library does not tell how long calls took.',
    so: 'They are counted, and are in no latency.',
    fix: 'Instrument the SDK below it as well: each call still counts once (docs/once.md).',
    where: hasFlag(/^duration_unknown$/),
    counter: flagged('duration_unknown'),
  },
  {
    id: 'parents-missing',
    severity: 'hidden',
    says: 'The span above calls never arrived.',
    so: 'It was not ended, or was dropped on the way. Traces are in pieces, and layers above cannot be told.',
    fix: 'End each span also where an error is thrown (`finally`). Call `shutdown()` before the process exits. Raise `OTEL_BSP_MAX_QUEUE_SIZE`.',
    where: (span, { traces }) =>
      span.parentSpanId !== undefined &&
      !traces.some(({ traceId, spanId }) => traceId === span.traceId && spanId === span.parentSpanId),
  },
  {
    id: 'ids-missing',
    severity: 'wrong',
    says: 'Spans have no trace id or no span id.',
    so: 'They were given one. What belongs together cannot be told.',
    fix: 'Send spans by an OpenTelemetry SDK, or make random ids of 16 and 8 bytes.',
    among: 'spans',
    where: hasFlag(/^(trace|span)_id_missing$/),
    counter: flagged('trace_id_missing|span_id_missing'),
  },
]
