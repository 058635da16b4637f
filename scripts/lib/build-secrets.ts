import { access, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { stringify } from 'yaml'
import { parse } from 'yaml'
import { cache, root } from '../../images/lib/paths.ts'
import { run } from '../../images/lib/run.ts'

/** Files of this machine that `npm ci` inside an image build needs as well, by the secret's name in services/Dockerfile. */
export type BuildSecrets = Partial<Record<'npm_ca' | 'npmrc', string>>

const main = 'docker-compose.yml'
const generated = join(cache, 'compose.build-secrets.yaml')

/**
 * The compose files to use on this machine, from the root of the repository: docker-compose.yml, and where npm here
 * needs a certificate authority or a registry of its own, a generated file that passes them to the build as secrets.
 * Nothing of them is stored in an image.
 */
export async function composeFiles(): Promise<string[]> {
  const secrets = await buildSecrets()
  if (Object.keys(secrets).length === 0) {
    await rm(generated, { force: true })
    return [main]
  }
  await mkdir(cache, { recursive: true })
  await writeFile(generated, stringify(overlay(await readFile(join(root, main), 'utf8'), secrets)))
  return [main, relative(root, generated)]
}

/** What to lay over a compose file so that everything it builds gets the secrets. */
export function overlay(composeFile: string, secrets: BuildSecrets) {
  const { services } = parse(composeFile, { merge: true }) as {
    services: Record<string, { build?: unknown }>
  }
  const names = Object.keys(secrets)
  return {
    services: Object.fromEntries(
      Object.entries(services).flatMap(([name, { build }]) =>
        build ? [[name, { build: { secrets: names } }]] : [],
      ),
    ),
    secrets: Object.fromEntries(Object.entries(secrets).map(([name, file]) => [name, { file }])),
  }
}

async function buildSecrets(): Promise<BuildSecrets> {
  const { stdout } = await run('npm', ['config', 'get', 'cafile', 'userconfig'], { cwd: root })
  const config = Object.fromEntries(stdout.split('\n').map((line) => line.split('=', 2))) as Record<
    string,
    string
  >
  const secrets: BuildSecrets = {}
  const authorities = await readable(config['cafile'], process.env['NODE_EXTRA_CA_CERTS'])
  if (authorities !== undefined) secrets.npm_ca = authorities
  const userconfig = await readable(config['userconfig'])
  if (userconfig !== undefined && /^(@[^:\s]+:)?registry\s*=/m.test(await readFile(userconfig, 'utf8'))) {
    secrets.npmrc = userconfig
  }
  return secrets
}

async function readable(...files: (string | undefined)[]): Promise<string | undefined> {
  for (const file of files) {
    if (
      file &&
      (await access(file).then(
        () => true,
        () => false,
      ))
    )
      return file
  }
  return undefined
}
