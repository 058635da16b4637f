/**
 * `npm run images:digests`: writes each upstream image of the compose files with its digest to .env, so that a tag that
 * is moved changes nothing: `TEMPO_IMAGE=grafana/tempo:3.0.3@sha256:…`. Pulls them.
 *
 * Other lines of .env stay. Run it again to take newer digests, and remove the lines to go back to tags.
 *
 * `npm run images:digests -- --check` compares, and writes nothing: each image has a digest in .env, of the version that
 * the compose files name; its registry has it; where its maker signs it, cosign says that the signature is right.
 * `--key=cosign.pub` checks all against that key in place of their makers': for images that you sign yourself.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { root } from './lib/paths.ts'
import { Registry } from './lib/registry.ts'
import { run } from './lib/run.ts'
import { partsOf, signatureProblem, signerOptions } from './signatures.ts'
import { upstreamImages } from './upstream.ts'

const SETTING = /^([A-Z_]+)=(.*)$/

/** The text of an .env file with these settings; those that are there already are replaced where they stand. */
export function withSettings(env: string, settings: ReadonlyMap<string, string>): string {
  const left = new Map(settings)
  const lines = env.split('\n').map((line) => {
    const name = SETTING.exec(line)?.[1]
    if (name === undefined || !left.has(name)) return line
    const value = left.get(name)
    left.delete(name)
    return `${name}=${value}`
  })
  while (lines.at(-1) === '') lines.pop()
  return [...lines, ...Array.from(left, ([name, value]) => `${name}=${value}`), ''].join('\n')
}

/** What an .env file sets. */
export const settingsOf = (env: string): Map<string, string> =>
  new Map(
    env
      .split('\n')
      .flatMap((line) => (SETTING.exec(line) ? [line.split(/=(.*)/, 2) as [string, string]] : [])),
  )

/** What is wrong with how .env pins the image that compose files name; undefined where it is pinned. */
export function pinProblem(pinned: string | undefined, upstream: string): string | undefined {
  if (pinned === undefined) return 'is not in .env: npm run images:digests'
  const { repository, tag, digest } = partsOf(pinned)
  if (digest === '') return `${pinned} has no digest`
  const wanted = partsOf(upstream)
  if (repository !== wanted.repository || tag !== wanted.tag)
    return `${pinned} is in .env, and ${upstream} in the compose files: npm run images:digests`
  if (wanted.digest !== '' && digest !== wanted.digest)
    return `the digest in .env is not that of the compose files: npm run images:digests`
  return undefined
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

const envFile = join(root, '.env')
const readEnv = () => readFile(envFile, 'utf8').catch(() => '')

async function write(images: [string, string][]): Promise<boolean> {
  const registry = new Registry()
  const asked = await Promise.allSettled(images.map(([, image]) => digestOf(image, registry)))
  const failures = asked.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as Error] : []))
  if (failures.length > 0) {
    // All or none: half of the images pinned would look like all of them.
    console.error('.env is as it was, as not every image has a digest:')
    for (const { message } of failures) console.error(`  ${message}`)
    return false
  }
  const settings = new Map(
    images.map(([variable, image], i) => {
      const { value } = asked[i] as PromiseFulfilledResult<string>
      return [variable, `${partsOf(image).repository}:${partsOf(image).tag}@${value}`]
    }),
  )
  await writeFile(envFile, withSettings(await readEnv(), settings))
  for (const [variable, image] of settings) console.log(`${variable}=${image}`)
  return true
}

async function check(images: [string, string][], key: string | undefined): Promise<boolean> {
  const registry = new Registry()
  const pins = settingsOf(await readEnv())
  const lines = images.map(async ([variable, image]): Promise<[right: boolean, line: string]> => {
    const pinned = process.env[variable] ?? pins.get(variable)
    const problem = pinProblem(pinned, image)
    if (pinned === undefined || problem !== undefined) return [false, `${variable} ${problem}`]
    const pull = await registry.pull(pinned)
    if (!pull.pulled) return [false, `${variable} ${pinned}: ${pull.why}`]
    const options =
      key === undefined ? signerOptions(pinned) : [`--key=${key}`, '--insecure-ignore-tlog=true']
    if (options === undefined) return [true, `${variable} ${pinned}: its digest; its maker signs nothing`]
    const unsigned = await signatureProblem(pinned, options)
    return unsigned === undefined
      ? [true, `${variable} ${pinned}: its digest and its signature`]
      : [false, `${variable} ${pinned}: signature: ${unsigned}`]
  })
  const results = await Promise.all(lines)
  for (const [right, line] of results) console.log(`${right ? 'ok  ' : 'FAIL'} ${line}`)
  return results.every(([right]) => right)
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { check: { type: 'boolean' }, key: { type: 'string' } } })
  const images = [...(await upstreamImages())].filter(([, image]) => isUpstream(image))
  const right = values.check ? await check(images, values.key) : await write(images)
  if (!right) process.exitCode = 1
}

if (import.meta.main) await main()
