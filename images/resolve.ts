import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { buildStandIn, recipes } from './build.ts'
import { isPresent } from './lib/docker.ts'
import { oneProcess } from './lib/lock.ts'
import { root } from './lib/paths.ts'
import { say } from './lib/progress.ts'
import { Registry, type Pull } from './lib/registry.ts'
import { BuildError } from './lib/workshop.ts'
import { COMPOSE_FILES, upstreamImages } from './upstream.ts'
import type { ImageVariable } from './recipe.ts'

export interface Resolution {
  /** Values for the compose variables. */
  images: Partial<Record<ImageVariable, string>>
  /** The variables without an image, and why there is none. */
  missing: Map<ImageVariable, string>
}

/** Images are missing and could not be built; says of each at which step, and what to do. */
export class ImagesError extends Error {
  override readonly name = 'ImagesError'
}

const resolutions = new Map<string, Promise<Resolution>>()

/**
 * Finds or makes every image that the compose files name by a variable, in this order: the variable's own value
 * (environment, .env), the upstream image when the engine has it, the upstream image pulled, a stand-in built from
 * package registries. `GENAI_IMAGES=build` goes to stand-ins at once. Of the two trace stores it is Tempo, or Jaeger where
 * Tempo is not to be had or `TRACE_STORE=jaeger` says so. Says on stderr what it does; asked again in the same process, it
 * gives the same answer.
 *
 * @param only the variables that are needed; all by default
 * @throws ImagesError when stand-ins do not build; the others are built.
 */
export function resolve(files = COMPOSE_FILES, only?: readonly ImageVariable[]): Promise<Resolution> {
  const key = only?.join() ?? ''
  const resolution =
    resolutions.get(key) ??
    // Two processes would compile the same thing on the same cores.
    oneProcess('images', () => decide(files, only))
  resolutions.set(key, resolution)
  return resolution
}

/** The compose variables with the images they stand for; one that cannot be had (Grafana, Tempo) or is not needed is absent. */
export async function resolveImages(): Promise<Record<string, string>> {
  return (await resolve()).images
}

async function decide(files: readonly string[], only?: readonly ImageVariable[]): Promise<Resolution> {
  const settings = await environment()
  const buildOnly = settings['GENAI_IMAGES'] === 'build'
  const registry = new Registry()
  const result: Resolution = { images: {}, missing: new Map() }
  const standIns: { variable: ImageVariable; upstream: string; why: string }[] = []

  const needed = [...(await upstreamImages(files))].filter(([variable]) => !only || only.includes(variable))
  const find = async ([variable, upstream]: readonly [ImageVariable, string]) => {
    const chosen = settings[variable]
    if (chosen) {
      result.images[variable] = chosen
      return
    }
    const upstreamHere: Pull = buildOnly
      ? { pulled: false, why: 'GENAI_IMAGES=build' }
      : (await isPresent(upstream))
        ? { pulled: true }
        : await registry.pull(upstream)
    if (upstreamHere.pulled) result.images[variable] = upstream
    else if (recipes.some((recipe) => recipe.variable === variable))
      standIns.push({ variable, upstream, why: upstreamHere.why })
    else result.missing.set(variable, `${upstream} is not built here, and ${upstreamHere.why}`)
  }
  const wantsJaeger = settings['TRACE_STORE'] === 'jaeger'
  if (wantsJaeger) result.missing.set('TEMPO_IMAGE', 'TRACE_STORE=jaeger')
  const left = wantsJaeger ? 'TEMPO_IMAGE' : 'JAEGER_IMAGE'
  await Promise.all(needed.filter(([variable]) => variable !== left).map(find))
  const jaeger = needed.find(([variable]) => variable === 'JAEGER_IMAGE')
  if (!wantsJaeger && jaeger && result.missing.has('TEMPO_IMAGE')) await find(jaeger)

  for (const why of new Set(standIns.map((standIn) => standIn.why))) {
    const names = standIns.filter((standIn) => standIn.why === why).map((standIn) => standIn.upstream)
    say('images', `stand-ins for ${names.join(', ')}: ${why}`)
  }
  // All are waited for: one that fails must not cut the others' compiling short.
  const built = await Promise.allSettled(
    standIns.map(async ({ variable }) => {
      const recipe = recipes.find((recipe) => recipe.variable === variable)!
      result.images[variable] = await buildStandIn(recipe)
    }),
  )
  const failures = built.flatMap((outcome) =>
    outcome.status === 'rejected' ? [outcome.reason as Error] : [],
  )
  const defect = failures.find((failure) => !(failure instanceof BuildError))
  if (defect !== undefined) throw defect
  if (failures.length > 0) throw new ImagesError(failures.map((failure) => failure.message).join('\n'))
  return result
}

/** What docker compose needs to run with these images: their variables, and which trace store it is, if that is not Tempo. */
export const composeVariables = (images: Resolution['images']): Record<string, string> =>
  'TEMPO_IMAGE' in images || !('JAEGER_IMAGE' in images)
    ? { ...images }
    : { ...images, TRACE_STORE: 'jaeger', COMPOSE_PROFILES: 'jaeger' }

/** The settings as compose sees them: the environment, then .env. */
async function environment(): Promise<Record<string, string | undefined>> {
  const file = await readFile(join(root, '.env'), 'utf8').catch(() => '')
  return { ...parseEnv(file), ...process.env }
}
