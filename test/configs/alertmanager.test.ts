/** Alertmanager's own tool on alerts/alertmanager.yml: that it loads, with its examples as well, and who is told of what. */
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { alerts } from '../../alerts/rules.ts'
import { parse } from 'yaml'
import { resolveImages } from '../../images/resolve.ts'
import { docker, root } from '../lib/docker.ts'

let image: string
let folder: string
beforeAll(async () => {
  image = (await resolveImages()).ALERTMANAGER_IMAGE!
  folder = await mkdtemp(join(tmpdir(), 'alertmanager-'))
  // The image's user is not ours.
  await chmod(folder, 0o755)
  const text = await readFile(join(root, 'alerts', 'alertmanager.yml'), 'utf8')
  await writeFile(join(folder, 'alertmanager.yml'), text)
  // As somebody would do it: the examples uncommented, and each route to the receiver that its comment names.
  const examples = text.replace(/^ {2}# ( *- name:| {2,})/gm, '  $1')
  const routes = examples.replace(
    /^ +# .*: (pagerduty|slack|email)(?:\..*)?\n( +- matchers: .*\n +receiver: )inbox/gm,
    '$2$1',
  )
  await writeFile(join(folder, 'examples.yml'), routes)
})
afterAll(() => rm(folder, { recursive: true }))

const amtool = (...args: string[]) =>
  docker(
    ...['run', '--rm', '--network=none', '--read-only', '--volume', `${folder}:/config:ro`],
    ...['--entrypoint=/bin/amtool', image, ...args],
  )

test('loads, and loads with its examples', async () => {
  const output = await amtool('check-config', '/config/alertmanager.yml', '/config/examples.yml')
  expect(output).toMatch(/alertmanager\.yml'\s+SUCCESS[^]*examples\.yml'\s+SUCCESS/)
  expect(output).toContain('4 receivers')
}, 60_000)

test.each([
  ['alertmanager.yml', 'severity=critical', 'inbox'],
  ['alertmanager.yml', 'severity=warning', 'inbox'],
  ['alertmanager.yml', 'severity=info', 'inbox'],
  ['alertmanager.yml', 'alertname=SomebodyElses', 'inbox'],
  ['examples.yml', 'severity=critical alertname=LLMSpendLimitReached', 'pagerduty'],
  ['examples.yml', 'severity=warning alertname=LLMHighLatency service_name=chat-api', 'slack'],
  ['examples.yml', 'severity=info alertname=LLMProviderOverloaded', 'email'],
  ['examples.yml', 'severity=none', 'inbox'],
])(
  'amtool config routes test, %s: %s → %s',
  async (file, labels, receiver) => {
    await amtool(
      ...['config', 'routes', 'test', `--config.file=/config/${file}`, `--verify.receivers=${receiver}`],
      ...labels.split(' '),
    )
  },
  60_000,
)

test('alerts that are held back, or hold back, exist; and what they must have in common, they have', async () => {
  const { inhibit_rules } = parse(await readFile(join(folder, 'alertmanager.yml'), 'utf8')) as {
    inhibit_rules: { source_matchers: string[]; target_matchers: string[]; equal?: string[] }[]
  }
  const names = alerts.map(({ alert }) => alert)
  expect(inhibit_rules.length).toBeGreaterThan(5)
  for (const { source_matchers, target_matchers, equal = [] } of inhibit_rules) {
    for (const matcher of [...source_matchers, ...target_matchers]) {
      const [, list] = /^alertname=~?"([^"]+)"$/.exec(matcher) ?? []
      for (const name of list?.split('|') ?? [])
        expect(names.some((alert) => new RegExp(`^(${name})$`).test(alert))).toBe(true)
    }
    // One that neither has would be equal to nothing, and hold everything back.
    for (const label of equal) {
      const [, source = ''] = /"([^"]+)"/.exec(source_matchers[0]!) ?? []
      const { expr } = alerts.find(({ alert }) => new RegExp(`^(${source})$`).test(alert))!
      expect({
        source,
        has: label === 'instance' || expr.includes(label) || /service_model:/.test(expr),
      }).toEqual({
        source,
        has: true,
      })
    }
  }
})
