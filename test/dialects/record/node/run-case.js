/** One case of one library in a process of its own: `node run-case.js <library> [<case>]`; without a case, lists them. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const [library, name] = process.argv.slice(2)
if (name === undefined) {
  const { cases, unsaid = {}, faults = {}, ...about } = await import(`./libraries/${library}.js`)
  console.log(JSON.stringify({ ...about, unsaid, faults, cases: Object.keys(cases) }))
} else {
  // Before the library is loaded, as `node --import` does.
  const own = join(import.meta.dirname, 'tracing', `${library}.js`)
  const { startTracing } = await import(existsSync(own) ? own : './tracing/plain.js')
  const tracing = await startTracing()
  const { cases } = await import(`./libraries/${library}.js`)
  await cases[name]()
  // Some end a span only after the caller has its answer.
  await sleep(100)
  await tracing.forceFlush()
}
process.exit()
