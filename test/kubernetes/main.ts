/**
 * `npm run kubernetes`: kubernetes/ and what `npm run pack` writes, on a real Kubernetes. The API server takes everything
 * (server-side dry run), refuses what it has to, and the overlays run in pods under load while pods are replaced, killed and scaled;
 * what is counted is compared with what was made, exactly.
 *
 *   npm run kubernetes                     all
 *   npm run kubernetes -- --only=replicas  what has this in its name
 *   npm run kubernetes -- --keep           leaves the cluster running, for the next run
 *   npm run kubernetes -- --crds=<folder>  takes the folder's CustomResourceDefinitions, for what needs them
 *
 * The first run builds Kubernetes, which takes 15 minutes on two cores. Needs Go 1.26, a Debian machine, and an image of Tempo.
 */
import { parseArgs } from 'node:util'
import { table } from '../../scripts/lib/table.ts'
import { checks } from './checks.ts'
import { Cluster } from './cluster.ts'
import { drills } from './drills.ts'
import { install } from './site.ts'

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    keep: { type: 'boolean', default: false },
    crds: { type: 'string' },
  },
})

const cluster = await Cluster.start()
const rows: [string, string, string][] = []
let failed = 0
try {
  await install(cluster)
  const all = [...checks(cluster, values.crds), ...drills(cluster)]
  for (const { name, run } of all.filter(({ name }) => name.includes(values.only))) {
    const began = Date.now()
    const outcome = await run().then(
      (text) => ({ ok: true, text }),
      (error: unknown) => ({ ok: false, text: error instanceof Error ? error.message : String(error) }),
    )
    if (!outcome.ok) failed++
    const seconds = `${Math.round((Date.now() - began) / 1000)} s`
    console.log(`${outcome.ok ? 'passed' : 'FAILED'}  ${name} (${seconds}): ${outcome.text}`)
    rows.push([name, outcome.ok ? 'passed' : 'FAILED', seconds])
  }
} finally {
  if (!values.keep) await Cluster.stop()
}
console.log(table(['', 'outcome', 'time'], rows, 2))
if (rows.length === 0) throw new Error(`nothing has ${values.only} in its name`)
if (failed > 0) process.exitCode = 1
