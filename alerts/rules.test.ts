import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { namesOutsideContract } from './contract.ts'
import { promqlNames } from './promql.ts'
import { alerts, alertsFolder, constant, constantsIn, rules, testsFolder, threshold } from './rules.ts'

const runbookHome = 'https://github.com/genai-otel-kit/genai-otel-kit/blob/main/alerts/runbooks/'
const runbooks = readdirSync(join(alertsFolder, 'runbooks'))
const codeBlocks = (text: string, language: string) =>
  [...text.matchAll(new RegExp('^```' + language + '\\n([\\s\\S]*?)^```', 'gm'))].map(([, code]) => code!)

test('the kit has the four alerts it is known for', () => {
  expect(alerts.map(({ alert }) => alert)).toEqual(
    expect.arrayContaining(['LLMHighLatency', 'LLMCostSpike', 'LLMHighErrorRate', 'LLMRateLimiting']),
  )
})

describe.each(alerts)('$alert', ({ alert, expr, labels, annotations, file }) => {
  test('says how urgent it is and who answers', () => {
    expect(['info', 'warning', 'critical']).toContain(labels?.severity)
    expect(labels?.owner).toMatch(/^[a-z-]+$/)
  })

  test('has texts and links', () => {
    expect(annotations).toEqual({
      summary: expect.any(String) as string,
      description: expect.any(String) as string,
      runbook_url: `${runbookHome}${alert}.md`,
      dashboard_url: expect.stringMatching(/^http:\/\/localhost:3000\/d\/genai-[a-z]+(\?|$)/) as string,
    })
  })

  test('leads to a dashboard, and from there to traces', () => {
    const name = /\/d\/genai-([a-z]+)/.exec(annotations!['dashboard_url']!)![1]
    const dashboard = readFileSync(join(alertsFolder, '..', 'grafana', 'dashboards', `${name}.json`), 'utf8')
    expect(dashboard).toContain('traceql')
  })

  test('has a runbook', () => {
    expect(runbooks).toContain(`${alert}.md`)
  })

  test('is in docs/alerts.md', () => {
    const page = readFileSync(join(alertsFolder, '..', 'docs', 'alerts.md'), 'utf8')
    expect(page).toContain(`| [${alert}](../alerts/runbooks/${alert}.md)`)
  })

  test('is tested by promtool, with texts', () => {
    const tests = readdirSync(testsFolder).filter((name) => name.endsWith('.test.yaml'))
    const text = tests.map((name) => readFileSync(join(testsFolder, name), 'utf8')).join('\n')
    expect(text).toContain(`alertname: ${alert}`)
    expect(text).toContain(`/${alert}.md`)
    expect(text).toContain(file)
  })

  test('adds up over the replicas of the Collector', () => {
    expect(promqlNames(expr).grouping).not.toContain('collector_instance_id')
    for (const { metric } of promqlNames(expr).selectors) {
      if (metric.startsWith('gen_ai_'))
        expect(expr).toMatch(new RegExp(`sum by \\([^)]*\\)\\s*\\(\\s*(histogram_count\\()?\\w+\\(${metric}`))
    }
  })
})

test.each(rules.map((rule) => [rule.alert ?? rule.record, rule.expr]))(
  '%s refers to names of the contract only',
  (_, expr) => {
    expect(namesOutsideContract(expr)).toEqual([])
  },
)

test('thresholds are read from their file', () => {
  expect(threshold('LLMHighLatency')).toBe(10)
  expect(threshold('LLMHighErrorRate')).toBe(0.05)
  expect(threshold('LLMCostSpike')).toBe(1.5)
  expect(threshold('LLMUnpricedModel')).toBe(0)
  expect(constant('llm:cost_usd_daily:budget')).toBe(100)
  expect(() => threshold('NoSuchAlert')).toThrow('NoSuchAlert')
  expect(() => constant('llm:no:threshold')).toThrow('llm:no:threshold')
})

describe('thresholds.rules.yaml', () => {
  const text = readFileSync(join(alertsFolder, 'thresholds.rules.yaml'), 'utf8')
  const constants = rules.filter(({ file }) => file === 'thresholds.rules.yaml').map(({ record }) => record!)
  const used = new Set(
    rules.flatMap(({ expr, annotations }) => constantsIn(`${expr} ${annotations?.['description']}`)),
  )

  test('has each once, as a constant, and says why', () => {
    expect(new Set(constants).size).toBe(constants.length)
    for (const name of constants) {
      expect(constant(name)).toBeGreaterThan(0)
      // A comment right above it, or above the group that it belongs to.
      expect(text).toMatch(new RegExp(`(#.*\\n|vector\\(.*\\n) *- record: ${name}\\n`))
    }
  })

  test('has what the alerts read, and nothing else', () => {
    expect([...used].sort()).toEqual([...constants].sort())
  })

  test('is complete to LLMThresholdsMissing when all are there', () => {
    const { expr } = alerts.find(({ alert }) => alert === 'LLMThresholdsMissing')!
    expect(expr).toContain(`< ${constants.length}\n`)
  })
})

describe.each(runbooks)('runbooks/%s', (name) => {
  const path = join(alertsFolder, 'runbooks', name)
  const text = readFileSync(path, 'utf8')

  test('belongs to an alert', () => {
    expect(alerts.map(({ alert }) => `${alert}.md`)).toContain(name)
  })

  test('has the four parts, in their order', () => {
    const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading)
    expect(headings).toEqual([name.replace('.md', ''), 'Meaning', 'Impact', 'Diagnosis', 'Mitigation'])
  })

  test('has queries, and they name the contract only', () => {
    const queries = codeBlocks(text, 'promql')
    expect(queries.length).toBeGreaterThan(0)
    expect(queries.flatMap(namesOutsideContract)).toEqual([])
    // The Collector's own have no traces.
    if (name.startsWith('LLM')) expect(codeBlocks(text, 'traceql').length).toBeGreaterThan(0)
  })

  test('links to pages that exist', () => {
    const links = [...text.matchAll(/\]\(([^)]+)\)/g)]
      .map(([, link]) => link!)
      .filter((link) => !link.startsWith('https://'))
    expect(links.filter((link) => !existsSync(resolve(dirname(path), link)))).toEqual([])
  })
})
