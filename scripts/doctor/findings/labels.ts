import { flagged, hasFlag, text } from '../finding.ts'
import type { Finding, Span } from '../finding.ts'

/** What no two calls have in common. */
const IDENTIFIER =
  /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}|(?<!\d)(?!20\d{6}(?!\d))\d{6,}|[0-9a-f]{24,}|@[\w-]+\.\w/i
/** Names of models have dates, and these stay few. */
const LABELS = ['app.feature', 'app.endpoint', 'gen_ai.agent.name', 'gen_ai.tool.name']
const identifier = (span: Span) => {
  const key = LABELS.find((label) => IDENTIFIER.test(text(span, label)))
  return key && `${key}=${text(span, key)}`
}

export const labels: Finding[] = [
  {
    id: 'feature-missing',
    severity: 'hidden',
    says: 'Calls have no `app.feature`.',
    so: 'What a feature costs cannot be seen.',
    fix: 'Set `app.feature` on the call’s span. Where a library writes the span, put it into baggage (docs/instrument.md#features-and-endpoints).',
    fixes: {
      'ai-sdk': 'Set `experimental_telemetry: { metadata: { feature: "support" } }`.',
      'openllmetry-python': 'Set `Traceloop.set_association_properties({"feature": "support"})`.',
      'hand-written': 'Set `app.feature` on the same span.',
    },
    where: (span) => !text(span, 'app.feature'),
  },
  {
    id: 'endpoint-missing',
    severity: 'hidden',
    says: 'Calls have no `app.endpoint`.',
    so: 'Which of the application’s endpoints spends the money cannot be seen.',
    fix: 'Set `app.endpoint` to the route, such as `POST /chat`, by baggage (docs/instrument.md#features-and-endpoints).',
    where: (span) => !text(span, 'app.endpoint'),
  },
  {
    id: 'names-unusable',
    severity: 'wrong',
    says: 'Names of models, providers, features or endpoints are empty, too long or no text.',
    so: 'They were taken out or cut.',
    fix: 'Set short texts, up to 256 characters.',
    where: hasFlag(/^(provider\.name|request\.model|response\.model|app\.\w+)_(empty|invalid|too_long)$/),
    counter: flagged('(name|model|feature|endpoint)_(empty|invalid|too_long)'),
  },
  {
    id: 'text-not-utf8',
    severity: 'hidden',
    says: 'Texts are no valid UTF-8.',
    so: 'Each byte that is none became U+FFFD.',
    fix: 'Cut texts between characters, not between bytes.',
    where: hasFlag(/^invalid_utf8$/),
    counter: flagged('invalid_utf8'),
  },
  {
    id: 'label-is-identifier',
    severity: 'wrong',
    says: 'A label has ids in it: of users, orders, documents.',
    so: 'Each value is a series of its own. At the limit, calls are counted without their labels.',
    fix: 'Use the route with its placeholders (`/orders/:id`), and put ids into other attributes of the span.',
    among: 'spans',
    where: identifier,
  },
  {
    id: 'series-overflow',
    severity: 'wrong',
    says: 'The service has more series than the limit.',
    so: 'Totals are right. What came after the limit is counted without labels.',
    fix: 'Find the label with many values by `npm run doctor`, or raise `MAX_COUNTER_SERIES` (docs/settings.md).',
    counter: {
      metric: 'gen_ai_client_inference_usage_input_tokens_total',
      matchers: 'otel_metric_overflow="true"',
      unit: 'tokens',
    },
  },
]
