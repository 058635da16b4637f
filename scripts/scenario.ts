/** `npm run scenario -- <name>`: makes something go wrong on the running stack; without a name it says what there is. */
import { styleText } from 'node:util'
import { findScenario, scenarios } from '@genai-otel-kit/control'
import { Compose, ComposeError } from './lib/compose.ts'
import { ControlError, currentScenario, setScenario } from './lib/control.ts'
import { table } from './lib/table.ts'

const usage = `usage: npm run scenario -- <name>

${table(
  ['name', 'what happens', 'sets off'],
  scenarios.map(({ name, title, alerts }) => [name, title, alerts.join(', ')]),
  3,
)}`

async function main(names: string[]): Promise<string> {
  const [name, ...more] = names
  if (more.length > 0) throw new ControlError(`one scenario at a time\n\n${usage}`)
  if (name === '--help' || name === '-h') return usage
  const scenario = name === undefined ? undefined : findScenario(name)
  if (name !== undefined && !scenario) throw new ControlError(`there is no scenario "${name}"\n\n${usage}`)

  const url = (await Compose.open()).url('control')
  if (url === undefined) throw new ControlError('docker-compose.yml publishes no port of control')
  if (!scenario) return `${usage}\n\nOn now: ${await currentScenario(url)}. In a browser: ${url}`
  const waitsFor = await setScenario(url, scenario.name)
  const after = scenario.alerts.length > 0 ? `It sets off ${scenario.alerts.join(' and ')}. ` : ''
  const state = waitsFor === undefined ? 'On now' : `On as soon as it answers (${waitsFor})`
  return `${state}: ${scenario.name}. ${scenario.description}\n${after}What is firing: ${url}`
}

try {
  console.log(await main(process.argv.slice(2)))
} catch (error) {
  // What these say is for the user; anything else is a defect, with its stack.
  const known = error instanceof ControlError || error instanceof ComposeError
  console.error(styleText('red', known ? error.message : String((error as Error).stack ?? error)))
  process.exit(1)
}
