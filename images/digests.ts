/**
 * `npm run images:digests`: writes each upstream image of the compose files with its digest to .env, so that a tag that
 * is moved changes nothing: `TEMPO_IMAGE=grafana/tempo:3.0.3@sha256:…`. Pulls them.
 *
 * Other lines of .env stay. Run it again to take newer digests, and remove the lines to go back to tags.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from './lib/paths.ts'
import { Registry } from './lib/registry.ts'
import { run } from './lib/run.ts'
import { upstreamImages } from './upstream.ts'

/** The text of an .env file with these settings; those that are there already are replaced where they stand. */
export function withSettings(env: string, settings: ReadonlyMap<string, string>): string {
  const left = new Map(settings)
  const lines = env.split('\n').map((line) => {
    const name = /^([A-Z_]+)=/.exec(line)?.[1]
    if (name === undefined || !left.has(name)) return line
    const value = left.get(name)
    left.delete(name)
    return `${name}=${value}`
  })
  while (lines.at(-1) === '') lines.pop()
  return [...lines, ...Array.from(left, ([name, value]) => `${name}=${value}`), ''].join('\n')
}

/** The digest that the registry gives the tag now. @throws with what the registry or Docker said. */
async function digestOf(image: string, registry: Registry): Promise<string> {
  const pull = await registry.pull(image)
  if (!pull.pulled) throw new Error(`${image}: ${pull.why}`)
  const { stdout } = await run('docker', [
    'image',
    'inspect',
    '--format',
    '{{join .RepoDigests "\n"}}',
    image,
  ])
  const digest = /@(sha256:[0-9a-f]{64})/.exec(stdout)?.[1]
  if (digest === undefined) throw new Error(`${image}: no digest, as it came from no registry`)
  return digest
}

/** Those that this repository builds itself are in no registry. */
const isUpstream = (image: string) => !image.startsWith('genai-otel-kit/')

async function main(): Promise<void> {
  const registry = new Registry()
  const images = [...(await upstreamImages())].filter(([, image]) => isUpstream(image))
  const asked = await Promise.allSettled(images.map(([, image]) => digestOf(image, registry)))
  const failures = asked.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as Error] : []))
  if (failures.length > 0) {
    // All or none: half of the images pinned would look like all of them.
    console.error('.env is as it was, as not every image has a digest:')
    for (const { message } of failures) console.error(`  ${message}`)
    process.exitCode = 1
    return
  }
  const settings = new Map(
    images.map(([variable, image], i) => {
      const { value } = asked[i] as PromiseFulfilledResult<string>
      return [variable, `${image}@${value}`]
    }),
  )
  const file = join(root, '.env')
  await writeFile(file, withSettings(await readFile(file, 'utf8').catch(() => ''), settings))
  for (const [variable, image] of settings) console.log(`${variable}=${image}`)
}

if (import.meta.main) await main()
