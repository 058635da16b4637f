/**
 * `npm run test:programs [-- <part of a name>…]`: the programs that people copy, with the real libraries, freshly installed,
 * against the simulator and the whole pipeline. Then what Prometheus counted is compared with the simulator's ledger.
 *
 * Ten minutes, most of it installing. `--environments <folder>` keeps what is installed. `--record` writes what the
 * programs export to fixtures/ instead, for programs.test.ts. Needs Python 3.11, and the registries of npm and PyPI.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { isDeepStrictEqual } from 'node:util'
import { eventually } from '../../scripts/lib/eventually.ts'
import { freePort } from '../dialects/record/node/lib/receiver.ts'
import { startSimulator } from '../dialects/record/node/lib/simulator.ts'
import { startPipeline } from '../lib/pipeline.ts'
import { countedNumbers, rounded } from './counted.ts'
import { fixturePath } from './fixtures.ts'
import { expectedNumbers } from './ledger.ts'
import { environments, nameOf, programs } from './programs.ts'
import { startRecorder } from './recorder.ts'
import { install, runProgram, versionsOf } from './run.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { record: { type: 'boolean', default: false }, environments: { type: 'string' } },
})
const chosen = programs.filter(
  (program) => positionals.length === 0 || positionals.some((part) => nameOf(program).includes(part)),
)
const folder = values.environments ?? (await mkdtemp(join(tmpdir(), 'programs-')))
// Its images are stand-ins on machines without a registry, and so is none for this one.
process.env['TESTCONTAINERS_RYUK_DISABLED'] ??= 'true'

const simulator = await startSimulator(await freePort())
try {
  await (values.record ? record() : compare())
} finally {
  simulator.stop()
  if (values.environments === undefined) await rm(folder, { recursive: true, force: true })
}

async function record(): Promise<void> {
  const recorder = await startRecorder()
  try {
    for (const program of chosen) {
      const environment = await install(program.environment, folder)
      const name = nameOf(program)
      const options = { environment, simulator, otlpUrl: recorder.otlpUrl, service: name }
      const called = await runProgram(program, options)
      const otlp = await recorder.spansOf(name)
      const library = `${environments[program.environment].library}: ${await versionsOf(program.environment, environment)}`
      const path = fixturePath(program)
      await mkdir(dirname(path), { recursive: true })
      const { language } = environments[program.environment]
      await writeFile(path, `${JSON.stringify({ library, language, called, otlp }, null, 1)}\n`)
      console.log(`${name}: ${called.length} calls`)
    }
  } finally {
    await recorder.stop()
  }
}

async function compare(): Promise<void> {
  // Their requests go to this machine, whose address no list of the Collector has.
  const pipeline = await startPipeline({
    environment: { GENAI_API_HOSTS: '127[.]0[.]0[.]1', GENAI_ONCE_WAIT: '12s' },
  })
  try {
    const expected = new Map<string, ReturnType<typeof expectedNumbers>>()
    for (const program of chosen) {
      const environment = await install(program.environment, folder)
      const service = nameOf(program)
      const called = await runProgram(program, {
        environment,
        simulator,
        otlpUrl: pipeline.otlpUrl,
        service,
      })
      expected.set(service, rounded(expectedNumbers(program, called)))
    }
    let wrong = 0
    for (const [service, numbers] of expected) {
      let counted = await countedNumbers(pipeline.prometheusUrl, service)
      await eventually(async () => {
        counted = await countedNumbers(pipeline.prometheusUrl, service)
        if (!isDeepStrictEqual(counted, numbers)) throw new Error('not yet')
      }, 60_000).catch(() => wrong++)
      const right = isDeepStrictEqual(counted, numbers)
      console.log(`${right ? 'right' : 'WRONG'}  ${service}  ${JSON.stringify(counted)}`)
      if (!right) console.log(`       the ledger: ${JSON.stringify(numbers)}`)
    }
    console.log(`${expected.size - wrong} of ${expected.size} programs count what the ledger has`)
    process.exitCode = wrong > 0 ? 1 : 0
  } finally {
    await pipeline.stop()
  }
}
