/**
 * Writes what prices and counts log events of coding agents (collector/agents/) from what does so for spans: the same rules, in
 * the context of logs. `--check` only compares.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeGenerated } from '../lib/generated.ts'
import { folder } from './config.ts'

const read = (...path: string[]) => readFileSync(join(folder, ...path), 'utf8')

const HEAD = (source: string) =>
  `# Generated from collector/${source} by scripts/collector/agents.ts (npm run generate). Do not edit.\n`

/** OTTL for spans as OTTL for logs. */
const forLogs = (text: string) =>
  text
    .replaceAll('context: span', 'context: log')
    .replaceAll(/\bspan\.start_time\b/g, 'log.time')
    .replaceAll(/\bspan\.(attributes|cache)\b/g, 'log.$1')

const PRICES = join('price', 'look-up.yaml')
const OVERRIDES = join('price', 'overrides.yaml')
const LABELS = join('count', 'labels.yaml')
const COUNTERS = join('count', 'counters', 'inference.yaml')

/** Whose models the dialects of agents name. The whole book a second time is more than a ConfigMap of Kubernetes holds. */
const PROVIDERS = ['anthropic', 'openai', 'aws', 'google']

/** The prices of these providers, a model a line, as the whole book has them. */
function book(): string {
  const whole = JSON.parse(read('price', 'book.json')) as Record<string, Record<string, string>>
  const chosen = Object.fromEntries(PROVIDERS.map((provider) => [provider, whole[provider]]))
  if (Object.values(chosen).includes(undefined)) throw new Error('price/book.json lacks a provider')
  return `${JSON.stringify(chosen, null, 2)}\n`
}

/** What a resource is, what is too long for a label, and what went wrong. */
function labels(): string {
  const groups = read(LABELS).split(/^(?=- context: )/m)
  const chosen = groups
    .map((group) => group.replace(/^#.*\n/gm, ''))
    .filter(
      (group) =>
        group.includes('context: resource') ||
        group.includes('truncate_all(span.attributes') ||
        group.includes('span.cache["error"]'),
    )
    // A record has no status.
    .map((group) =>
      group
        .split('\n')
        .filter((line) => !line.includes('span.status'))
        .join('\n'),
    )
  if (chosen.length !== 3) throw new Error(`${LABELS} has ${chosen.length} of 3 groups`)
  return forLogs(chosen.join(''))
}

/** The same counters, of records, and for whom an agent worked. */
function counters(): string {
  const resource = '[{ key: service.name }, { key: service.namespace }, { key: deployment.environment.name }]'
  const text = read(COUNTERS)
  if (!text.includes(`&resource ${resource}`)) throw new Error(`${COUNTERS} has another resource`)
  const who = ['team', 'cost_center', 'vcs.repository.name'].map((key) => `{ key: ${key} }`).join(', ')
  return `${text
    .replace(/^spans:$/m, 'logs:')
    .replace(`&resource ${resource}`, `&resource ${resource.replace(']', `, ${who}]`)}`)
    .trimEnd()}

  - name: gen_ai.client.inference.usage.cost.reported
    description: What coding agents say that their calls cost. Beside usage.cost, not part of it.
    unit: '{USD}'
    include_resource_attributes: *resource
    conditions: ['attributes["genai.usage.cost.told"] > 0.0']
    attributes: *labels
    sum: { value: 'attributes["genai.usage.cost.told"]', monotonic: true }
`
}

const generated = (name: string) => join(folder, 'agents', name)

writeGenerated({
  [generated('look-up.yaml')]:
    HEAD(PRICES) +
    forLogs(read(PRICES))
      .replace('${file:price/overrides.yaml}', '${file:agents/overrides.yaml}')
      .replaceAll('${file:price/book.json}', '${file:agents/book.json}')
      .replaceAll('price/book.json', 'agents/book.json'),
  [generated('book.json')]: book(),
  [generated('overrides.yaml')]: HEAD(OVERRIDES) + forLogs(read(OVERRIDES)),
  [generated('labels.yaml')]: HEAD(LABELS) + labels(),
  [generated('counters.yaml')]: HEAD(COUNTERS) + counters(),
})
