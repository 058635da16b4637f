import { createHash } from 'node:crypto'
import { access, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { alertmanager } from './alertmanager/recipe.ts'
import { collector } from './collector/recipe.ts'
import { haproxy } from './haproxy/recipe.ts'
import { jaeger } from './jaeger/recipe.ts'
import { kafka } from './kafka/recipe.ts'
import { buildImage, findByRecipe } from './lib/docker.ts'
import { root } from './lib/paths.ts'
import { refusal, licenceTexts, refusedModules } from './lib/licences.ts'
import { finish } from './lib/progress.ts'
import { Workshop } from './lib/workshop.ts'
import { node } from './node/recipe.ts'
import { prometheus } from './prometheus/recipe.ts'
import type { Recipe } from './recipe.ts'

/** The longest builds first: the others' downloads happen while they compile. Grafana and Tempo have no recipe (see README.md). */
export const recipes: readonly Recipe[] = [collector, prometheus, jaeger, node, alertmanager, haproxy, kafka]

/** What every recipe uses and what decides a result: a change there builds all images again. */
const shared = ['images/lib/debian.ts', 'images/lib/go.ts']

/** Name and content hash of a recipe; an image with this key needs no building. */
export async function recipeKey(recipe: Recipe): Promise<string> {
  const folder = `images/${recipe.name}`
  const own = (await readdir(join(root, folder))).filter((file) => !file.endsWith('.test.ts')).sort()
  const hash = createHash('sha256')
  for (const file of [...own.map((name) => `${folder}/${name}`), ...shared, ...(recipe.inputs ?? [])]) {
    hash
      .update(`${file}\0`)
      .update(await readFile(join(root, file)))
      .update('\0')
  }
  return `${recipe.name}-${hash.digest('hex').slice(0, 16)}`
}

/** @throws BuildError where what was built has a module that is not under a permissive licence. */
async function checkLicences(workshop: Workshop): Promise<void> {
  const source = join(workshop.dir, 'source')
  const hasSource = await access(source).then(
    () => true,
    () => false,
  )
  const why = hasSource ? refusal('', await licenceTexts(source)) : undefined
  const refused = [
    ...(why === undefined ? [] : [`the source itself: ${why}`]),
    ...(await refusedModules(workshop.context)),
  ]
  if (refused.length > 0) {
    throw workshop.failure(
      `it is built of what has no permissive licence: ${refused.join('; ')}`,
      'Only permissive licences are built here (images/README.md): take the makers’ own image.',
    )
  }
}

/**
 * Makes a recipe's image unless the engine has it.
 *
 * @returns the image's name, `genai-otel-kit/<recipe>:<version>`.
 * @throws BuildError
 */
export async function buildStandIn(recipe: Recipe): Promise<string> {
  const key = await recipeKey(recipe)
  const repository = `genai-otel-kit/${recipe.name}`
  // By repository as well: an image that is based on it has its labels.
  const present = await findByRecipe(repository, key)
  if (present !== undefined) return present

  const started = Date.now()
  const workshop = await Workshop.open(recipe.name)
  try {
    const version = await recipe.build(workshop)
    workshop.step('licences')
    await checkLicences(workshop)
    workshop.step('docker build')
    const image = `${repository}:${version}`
    await buildImage(workshop, image, join(root, 'images', recipe.name, 'Dockerfile'), key)
    finish(recipe.name, `built ${image}`, Date.now() - started)
    return image
  } catch (error) {
    finish(recipe.name, 'failed', Date.now() - started)
    throw error
  } finally {
    await workshop.close()
  }
}
