/**
 * Records the spans of Spring AI as fixtures: `node record.ts [<case> …]`, all by default. As ../node/record.ts does: each
 * case in a process of its own, against a simulator whose ledger is the truth.
 */
import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from '../node/lib/receiver.ts'
import { startSimulator } from '../node/lib/simulator.ts'
import { truthOf } from '../node/lib/truth.ts'

const here = import.meta.dirname
const folder = join(here, '..', '..', 'fixtures', 'spring-ai')
const run = promisify(execFile)

const KINDS = ['plain', 'stream', 'cached', 'cached-less', 'cached-stream', 'tools', 'tools-stream', 'error']
const CASES = [
  ...['openai', 'anthropic'].flatMap((name) => [...KINDS, 'error-stream'].map((kind) => `${name}-${kind}`)),
  'openai-embeddings',
]

/** What of the truth the spans do not carry. */
function unsaidIn(name: string): string[] {
  const always = ['ttft', 'cache_write_1h', ...(name.startsWith('openai') ? ['reasoning'] : [])]
  if (name.includes('error')) return [...always, 'error_type']
  if (!name.endsWith('-stream')) return always
  // Anthropic's input is without what was cached, so that it is missing there, too.
  return [...always, name.startsWith('openai') ? 'cache_read' : 'cached']
}

/** Stands in for what is particular to the machine that records. */
const PARTICULAR = /^(host|process|os)\.|^service\.instance\.id$/

interface KeyValue {
  key: string
  value: object
}
interface Request {
  resourceSpans: { resource: { attributes: KeyValue[] } }[]
}

async function main(only: string[]) {
  await run(
    'mvn',
    ['--quiet', 'compile', 'dependency:build-classpath', '-Dmdep.outputFile=target/classpath'],
    {
      cwd: here,
    },
  )
  const classpath = await readFile(join(here, 'target', 'classpath'), 'utf8')
  const simulator = await startSimulator(await freePort())
  await mkdir(folder, { recursive: true })
  try {
    for (const name of CASES.filter((name) => only.length === 0 || only.includes(name))) {
      await simulator.reset()
      // More than the SDK of Anthropic sends again.
      if (name.includes('error')) await simulator.fault({ status: 429, times: 9 })
      const { stdout } = await run(
        'java',
        ['-cp', `target/classes:${classpath}`, 'recorder.SpringAi', name],
        {
          cwd: here,
          maxBuffer: 1e8,
          env: {
            PATH: process.env['PATH'],
            ANTHROPIC_BASE_URL: simulator.url,
            ANTHROPIC_API_KEY: 'key',
            OPENAI_BASE_URL: `${simulator.url}/v1`,
            OPENAI_API_KEY: 'key',
          },
        },
      )
      const requests = stdout.split('\n').filter((line) => line.startsWith('{"resourceSpans"'))
      const resourceSpans = requests.flatMap((line) => (JSON.parse(line) as Request).resourceSpans)
      const fixture = {
        library: `spring-ai@${await versionOf('spring-ai.version')}`,
        language: 'java',
        handMade: false,
        unsaid: unsaidIn(name),
        truth: truthOf(await simulator.ledger()),
        otlp: { resourceSpans: resourceSpans.map(anonymous) },
      }
      const path = join(folder, `${name}.json`)
      await writeFile(path, JSON.stringify(fixture))
      await run('npx', ['prettier', '--write', path], { cwd: here })
      console.log(`${name}: ${fixture.truth.length} calls`)
    }
  } finally {
    simulator.stop()
  }
}

const versionOf = async (property: string) =>
  new RegExp(`<${property}>(.*)</`).exec(await readFile(join(here, 'pom.xml'), 'utf8'))![1]

function anonymous({ resource, ...spans }: Request['resourceSpans'][number]) {
  const attributes = resource.attributes.filter(({ key }) => !PARTICULAR.test(key))
  return { resource: { ...resource, attributes }, ...spans }
}

await main(process.argv.slice(2))
