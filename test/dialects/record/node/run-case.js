/** One case of one library in a process of its own: `node run-case.js <library> [<case>]`; without a case, lists them. */
import { startTracing } from './lib/tracing.js'

const [library, name] = process.argv.slice(2)
if (name === undefined) {
  const { cases, dialect, packages, unsaid = {}, faults = {} } = await import(`./libraries/${library}.js`)
  console.log(JSON.stringify({ dialect, packages, unsaid, faults, cases: Object.keys(cases) }))
  process.exit()
}
const { default: _, ...own } = { ...(await import(`./libraries/${library}.js`)) }
const tracing = own.startTracing ? await own.startTracing() : startTracing()
await own.setUp?.()
await own.cases[name]()
await tracing.forceFlush()
await tracing.shutdown?.()
process.exit()
