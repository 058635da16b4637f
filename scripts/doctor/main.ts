/**
 * Looks at what services really send, and says what is not right: npm run doctor. `--help` says what it takes.
 *
 * Exit code: 0 nothing was found, 1 something was, 2 it could not look.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs, styleText } from 'node:util'
import { duration } from '../lib/duration.ts'
import { namedStore } from '../lib/named-store.ts'
import { reach } from '../lib/reach.ts'
import { diagnose } from './doctor.ts'
import { FINDINGS } from './findings.ts'
import { asText } from './text.ts'

const help = `npm run doctor [-- options]

Looks at the spans and counters of each service that calls models, and says what is not right, with the fix.
docs/doctor.md lists every finding.

  --service <name>      this service, and each other that is named so (default: all that made calls)
  --last <duration>     how far back it looks (default 1h; 90s, 15m, 24h)
  --live <seconds>      waits, and looks at what comes meanwhile
  --ignore <ids>        findings that do not matter to you, with commas between them
  --json                for programs
  --tempo <url>         default: the local stack's, http://localhost:3200
  --jaeger <url>        in place of Tempo; default, where only it answers: the local stack's, http://localhost:16686
  --prometheus <url>    default: the local stack's, http://localhost:9090

Exit code: 0 nothing was found, 1 something was, 2 it could not look.`

/** Tempo’s search lags behind by half a minute, and counters by as much. */
const SETTLE_SECONDS = 35

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      service: { type: 'string', multiple: true },
      last: { type: 'string', default: '1h' },
      live: { type: 'string' },
      ignore: { type: 'string', default: '' },
      json: { type: 'boolean', default: false },
      tempo: { type: 'string' },
      jaeger: { type: 'string' },
      prometheus: { type: 'string', default: `http://localhost:${process.env['PROMETHEUS_PORT'] || 9090}` },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(help)
    return 0
  }
  const ignore = values.ignore.split(',').filter((id) => id !== '')
  const unknown = ignore.filter((id) => !FINDINGS.some((finding) => finding.id === id))
  if (unknown.length > 0) throw new Error(`--ignore: there is no finding ${unknown.join(', ')}`)
  const live = values.live === undefined ? undefined : duration(values.live.replace(/^\d+$/, '$&s'))
  const traces = await namedStore(values)
  const from = live === undefined ? Date.now() - duration(values.last) * 1000 : Date.now()
  if (live !== undefined) {
    console.error(`Looking for ${live} s, and ${SETTLE_SECONDS} s more until all of it can be found.`)
    await sleep((live + SETTLE_SECONDS) * 1000)
  }
  const { prometheus } = values
  const report = await reach(`Prometheus (${prometheus}) or ${traces.name} (${traces.url})`, () =>
    diagnose({ prometheus, traces }, { from, to: Date.now() }, { only: values.service, ignore }),
  )
  const seen = report.services.some(({ calls, read }) => calls > 0 || read.spans > 0)
  if (!seen) {
    const whose = values.service === undefined ? 'No service' : values.service.join(', ')
    throw new Error(
      `${whose} has sent nothing of models from ${report.from} to ${report.to}. Is OTEL_EXPORTER_OTLP_ENDPOINT set, and does the Collector take it (docs/instrument.md)?`,
    )
  }
  console.log(values.json ? JSON.stringify(report, null, 2) : asText(report))
  const found = [...report.services.flatMap(({ findings }) => findings), ...report.collector]
  return found.length > 0 ? 1 : 0
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error(styleText('red', `Could not look: ${(error as Error).message}`))
  process.exitCode = 2
}
