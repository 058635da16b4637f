import { flagged, hasFlag, number, text } from '../finding.ts'
import type { Finding, Span } from '../finding.ts'

const isUnpriced = (span: Span) =>
  (number(span, 'gen_ai.usage.input_tokens') ?? 0) > 0 &&
  number(span, 'gen_ai.usage.cost.amount') === undefined
const model = (span: Span) => text(span, 'gen_ai.response.model') || text(span, 'gen_ai.request.model')
/** The hosts of the providers themselves. */
const PROVIDERS =
  /(^|\.)(anthropic\.com|openai\.com|googleapis\.com|amazonaws\.com|azure\.com|mistral\.ai|cohere\.(com|ai)|groq\.com|x\.ai|deepseek\.com)$/
const host = (span: Span) => text(span, 'server.address')
const isBehindGateway = (span: Span) => host(span) !== '' && !PROVIDERS.test(host(span))

export const price: Finding[] = [
  {
    id: 'unpriced',
    severity: 'wrong',
    says: 'The model has no price.',
    so: 'Its tokens are counted, its cost is not.',
    fix: 'Add the model to `collector/price/overrides.yaml`, or run `npm run prices` for a newer list (docs/prices.md).',
    where: (span) => isUnpriced(span) && !isBehindGateway(span) && model(span),
    counter: {
      metric: 'gen_ai_client_inference_unpriced_total',
      by: ['gen_ai_provider_name', 'gen_ai_request_model'],
      unit: 'calls',
    },
  },
  {
    id: 'unpriced-gateway',
    severity: 'wrong',
    says: 'Calls go to a host that is no provider’s, and have no price.',
    so: 'Their tokens are counted, their cost is not.',
    fix: 'Say whose prices the gateway has, in `collector/price/overrides.yaml` (docs/prices.md), or let it answer with the model’s own name.',
    fixes: { litellm: 'Name the model as the provider does in `model_list`, or set a price for the alias.' },
    where: (span) => isUnpriced(span) && isBehindGateway(span) && `${model(span)} at ${host(span)}`,
  },
  {
    id: 'cost-unusable',
    severity: 'wrong',
    says: 'The cost that the span reports is negative, too large or no number.',
    so: 'It was not taken. The list price counts where there is one.',
    fix: 'Report USD as a number from 0 on.',
    where: hasFlag(/^cost_invalid$/),
    counter: flagged('cost_invalid'),
  },
  {
    id: 'server-tools-unpriced',
    severity: 'wrong',
    says: 'Searches of the provider have no price.',
    so: 'The calls cost more than is counted.',
    fix: 'Add the price of a search to `collector/price/overrides.yaml` (docs/prices.md).',
    where: hasFlag(/^server_tools_unpriced$/),
    counter: flagged('server_tools_unpriced'),
  },
]
