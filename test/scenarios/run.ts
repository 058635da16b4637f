import { setTimeout as pause } from 'node:timers/promises'
import { setScenario } from '../../scripts/lib/control.ts'
import type { Scenario } from '../../services/control/src/index.ts'
import { findTrace } from '../../services/control/src/trace.ts'
import type { ScenarioStack } from './stack.ts'
import { messagesSince, Watch } from './watch.ts'
import type { Message } from './watch.ts'
import { missingOnTheWay } from './way.ts'

/** How long an alert may take to be delivered, and to resolve, from when its cause came and went. */
const fireMinutes = 15
const resolveMinutes = 25
const everyMillis = 5000

/** What was seen of one scenario. Seconds from when it was turned on, and off. */
export interface Outcome {
  name: string
  /** To the webhook, by alert; without one that did not come. */
  delivered: Record<string, number>
  /** Resolved at the webhook, by alert. */
  resolved: Record<string, number>
  /** Consequences that somebody was told of. */
  alsoDelivered: string[]
  /** Alerts of scenarios before that began while this one was on: that it does not set them off was not shown. */
  late: string[]
  /** A trace that matches the scenario's query. */
  trace?: string
  /** What is wrong; none where all is as it should be. */
  problems: string[]
}

type Say = (text: string) => void

/** An ordinary day of so many minutes, in which nothing may fire. @returns what did */
export async function ordinaryDay(stack: ScenarioStack, minutes: number, say: Say): Promise<string[]> {
  const since = Date.now()
  const watch = new Watch(stack.prometheus)
  while (Date.now() - since < minutes * 60_000) {
    await watch.look()
    await pause(everyMillis)
  }
  const messages = await messagesSince(stack.inbox, since)
  const problems = [
    ...watch.unexpected().map((what) => `fires on an ordinary day: ${what}`),
    ...messages.map(({ name }) => `delivered on an ordinary day: ${name}`),
  ]
  say(`baseline for ${minutes} minutes: ${problems.join('; ') || 'nothing fired'}`)
  return problems
}

/**
 * Turns scenarios on, one after another, each until its alerts are at the webhook; then `baseline`, until all have
 * resolved there. While one is on nothing may begin to fire but its alerts and consequences. Those of the ones before it
 * take their time to resolve; where one of them begins anew, it is in `late`.
 */
export async function runScenarios(
  stack: ScenarioStack,
  scenarios: Iterable<Scenario>,
  say: Say,
): Promise<Outcome[]> {
  const watch = new Watch(stack.prometheus)
  const runs: { scenario: Scenario; outcome: Outcome; began: number; ended: number }[] = []
  for (const scenario of scenarios) {
    say(`${scenario.name}: on`)
    watch.expect([...scenario.alerts, ...consequencesOf(scenario)])
    const began = Date.now()
    await setScenario(stack.control, scenario.name)
    const outcome = await untilDelivered(stack, scenario, watch, began)
    say(`${scenario.name}: ${JSON.stringify(outcome)}`)
    runs.push({ scenario, outcome, began, ended: Date.now() })
  }
  await setScenario(stack.control, 'baseline')
  // The next one took the place of each but the last, which is what ends its cause.
  for (const [i, run] of runs.entries()) run.ended = runs[i + 1]?.began ?? Date.now()

  const waitedFor = runs.filter(({ scenario }) => scenario.lingers === undefined)
  const deadline = Date.now() + resolveMinutes * 60_000
  while (Date.now() < deadline) {
    const active = await watch.look()
    if (!waitedFor.some(({ scenario }) => active.some(({ name }) => scenario.alerts.includes(name)))) break
    await pause(everyMillis)
  }
  runs.at(-1)?.outcome.problems.push(...watch.unexpected().map((what) => `fired after it: ${what}`))
  // Alertmanager's group_interval, for the last message.
  await pause(waitedFor.length > 0 ? 330_000 : 0)

  for (const { scenario, outcome, began, ended } of runs) {
    const messages = await messagesSince(stack.inbox, began)
    for (const name of scenario.lingers === undefined ? scenario.alerts : []) {
      const last = messages.findLast((message) => message.name === name)
      if (last?.status === 'resolved') outcome.resolved[name] = (last.receivedAt - ended) / 1000
      else if (outcome.delivered[name] !== undefined) outcome.problems.push(`${name} did not resolve`)
    }
    say(`${scenario.name}: resolved after ${JSON.stringify(outcome.resolved)}`)
  }
  return runs.map(({ outcome }) => outcome)
}

const consequencesOf = (scenario: Scenario) => Object.keys(scenario.consequences ?? {})

async function untilDelivered(
  stack: ScenarioStack,
  scenario: Scenario,
  watch: Watch,
  began: number,
): Promise<Outcome> {
  const outcome: Outcome = {
    name: scenario.name,
    delivered: {},
    resolved: {},
    alsoDelivered: [],
    late: [],
    problems: [],
  }
  const isDone = () => scenario.alerts.every((name) => outcome.delivered[name] !== undefined)
  let messages: Message[] = []
  while (!isDone() && Date.now() - began < fireMinutes * 60_000) {
    await pause(everyMillis)
    await watch.look()
    messages = (await messagesSince(stack.inbox, began)).filter(({ status }) => status === 'firing')
    for (const { name, receivedAt } of messages) {
      if (scenario.alerts.includes(name)) outcome.delivered[name] ??= (receivedAt - began) / 1000
    }
  }
  for (const name of scenario.alerts) {
    if (outcome.delivered[name] === undefined) {
      outcome.problems.push(`${name} was not delivered in ${fireMinutes} minutes`)
    }
  }
  outcome.problems.push(...watch.unexpected().map((what) => `fired as well: ${what}`))
  outcome.late = watch.late()

  for (const message of messages) {
    if (scenario.alerts.includes(message.name)) outcome.problems.push(...(await missingOnTheWay(message)))
  }

  const told = new Set(messages.map(({ name }) => name))
  outcome.alsoDelivered = consequencesOf(scenario).filter((name) => told.has(name))
  const trace = await findTrace(stack.tempo, scenario, began).catch(String)
  if (trace !== undefined && /^[\da-f]{32}$/.test(trace)) outcome.trace = trace
  else outcome.problems.push(`no trace for ${scenario.traceql}: ${trace ?? 'none found'}`)
  return outcome
}
