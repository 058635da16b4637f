import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from './lib/paths.ts'
import type { ImageVariable } from './recipe.ts'

/** The compose files that name images. */
export const COMPOSE_FILES: readonly string[] = ['docker-compose.yml', 'docker-compose.limits.yml']

/**
 * The upstream images as compose files name them by default (`${TEMPO_IMAGE:-grafana/tempo:3.0.3}`): their versions
 * stand there and nowhere else.
 */
export async function upstreamImages(files = COMPOSE_FILES): Promise<Map<ImageVariable, string>> {
  const texts = await Promise.all(files.map((file) => readFile(join(root, file), 'utf8')))
  return imageDefaults(texts.join('\n'))
}

/** The `${…_IMAGE:-default}` in a compose file. */
export function imageDefaults(composeFile: string): Map<ImageVariable, string> {
  const matches = composeFile.matchAll(/\$\{([A-Z]+_IMAGE):-([^}]+)\}/g)
  return new Map(Array.from(matches, ([, variable, image]) => [variable as ImageVariable, image as string]))
}
