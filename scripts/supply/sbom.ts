/**
 * Writes what is in what: a CycloneDX file of the npm packages, and one of each image. npm run sbom -- [--to=<folder>]
 *
 * npm packages come from package-lock.json (cyclonedx-npm): `npm.cdx.json` has all, `services.cdx.json` those of the
 * services' image. Images are those that `npm run up` would take (syft): what is missing is pulled or built.
 */
import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { isPresent } from '../../images/lib/docker.ts'
import { root } from '../../images/lib/paths.ts'
import { finish, say } from '../../images/lib/progress.ts'
import { run } from '../../images/lib/run.ts'
import { resolve } from '../../images/resolve.ts'
import { NPM_TOOLS } from './tools.ts'
import { goTool } from './go-tool.ts'

const SERVICES = 'genai-otel-kit/services:dev'

const { values } = parseArgs({ options: { to: { type: 'string', default: join(root, '.cache', 'sbom') } } })

async function ofPackages(file: string, ...options: string[]): Promise<void> {
  const target = join(values.to, file)
  const { code, stderr } = await run(
    'npm',
    [
      ...['exec', '--yes', `--package=${NPM_TOOLS['cyclonedx-npm']}`, '--', 'cyclonedx-npm'],
      // Of errors: peer dependencies that a package says are too new are errors to npm.
      ...['--package-lock-only', '--ignore-npm-errors', '--output-reproducible', ...options],
      ...['--output-file', target],
    ],
    { cwd: root },
  )
  if (code !== 0) throw new Error(`cyclonedx-npm: ${stderr.trim()}`)
  await told(file)
}

async function ofImage(image: string): Promise<void> {
  const file = `${image.replace(/^genai-otel-kit\//, '').replaceAll(/[/:@]/g, '-')}.cdx.json`
  const { code, stderr } = await goTool('syft', [
    ...['scan', `docker:${image}`, '--quiet', '--output', `cyclonedx-json=${join(values.to, file)}`],
  ])
  if (code !== 0) throw new Error(`syft ${image}: ${stderr.trim()}`)
  await told(file)
}

async function told(file: string): Promise<void> {
  const sbom = JSON.parse(await readFile(join(values.to, file), 'utf8')) as { components?: unknown[] }
  finish('sbom', `${file}: ${sbom.components?.length ?? 0} components`, 0)
}

await rm(values.to, { recursive: true, force: true })
await mkdir(values.to, { recursive: true })
await ofPackages('npm.cdx.json')
await ofPackages('services.cdx.json', '--omit', 'dev')
const images = Object.values((await resolve()).images)
for (const image of [...images, SERVICES]) {
  if (await isPresent(image)) await ofImage(image)
  else say('sbom', `${image} is not in the engine`)
}
