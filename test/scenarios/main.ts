/**
 * `npm run test:scenarios [-- <name>…]`: scenarios on a real stack with traffic. First an ordinary day of ten minutes, in
 * which nothing may fire. Then each scenario until its alerts are at the webhook, with no others; at the end `baseline`,
 * until all have resolved there.
 *
 * Five minutes a scenario and half an hour besides, most of it waiting. `--stacks 2` runs so many stacks side by side, each
 * with its share. Results: test-output/scenarios.json; `--write` puts them into docs/scenarios.md.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { baseline, findScenario, scenarios } from '../../services/control/src/index.ts'
import type { Scenario } from '../../services/control/src/index.ts'
import { root } from '../lib/docker.ts'
import { document } from './document.ts'
import { ordinaryDay, runScenarios } from './run.ts'
import type { Outcome } from './run.ts'
import { buildImage, ScenarioStack } from './stack.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    stacks: { type: 'string', default: '1' },
    'baseline-minutes': { type: 'string', default: '10' },
    write: { type: 'boolean', default: false },
  },
})
const chosen = positionals.length > 0 ? positionals.map(named) : scenarios
const baselineMinutes = Number(values['baseline-minutes'])

const stacks = Number(values.stacks)
// What lingers would still be firing in the next scenario: it comes last.
const inOrder = chosen
  .filter((scenario) => scenario !== baseline)
  .sort((a, b) => Number(a.lingers !== undefined) - Number(b.lingers !== undefined))

const outcomes: Outcome[] = []
const problems: string[] = []
let turn: Promise<unknown> = Promise.resolve()
await buildImage()
await Promise.all(Array.from({ length: stacks }, (_, i) => worker(i + 1)))

await mkdir(join(root, 'test-output'), { recursive: true })
await writeFile(join(root, 'test-output/scenarios.json'), JSON.stringify(outcomes, null, 2))
if (values.write) await document(outcomes)
for (const outcome of outcomes) {
  problems.push(...outcome.problems.map((problem) => `${outcome.name}: ${problem}`))
}
console.log(problems.length === 0 ? `${outcomes.length} scenarios as expected` : problems.join('\n'))
process.exitCode = problems.length === 0 ? 0 : 1

/** One stack, with every so many'th scenario. */
async function worker(number: number): Promise<void> {
  const say = (text: string) =>
    console.log(`${new Date().toISOString().slice(11, 19)} stack ${number}: ${text}`)
  const stack = await oneAtATime(() => ScenarioStack.start(`genai-otel-kit-scenarios-${number}`))
  try {
    say('started')
    problems.push(...(await ordinaryDay(stack, baselineMinutes, say)))
    const share = inOrder.filter((_, i) => i % stacks === number - 1)
    outcomes.push(...(await runScenarios(stack, share, say)))
  } finally {
    await stack.stop()
  }
}

function named(name: string): Scenario {
  const scenario = findScenario(name)
  if (scenario) return scenario
  console.error(`there is no scenario "${name}"; there are ${scenarios.map(({ name }) => name).join(', ')}`)
  process.exit(2)
}

/** Two that start look for free ports at the same time, and slow each other down. */
function oneAtATime<T>(task: () => Promise<T>): Promise<T> {
  const result = turn.then(task)
  turn = result.catch(() => {})
  return result
}
