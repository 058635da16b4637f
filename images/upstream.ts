import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from './lib/paths.ts'
import type { ImageVariable } from './recipe.ts'

/**
 * The upstream images as docker-compose.yml names them by default (`${TEMPO_IMAGE:-grafana/tempo:3.0.3}`): their
 * versions stand there and nowhere else.
 */
export async function upstreamImages(): Promise<Map<ImageVariable, string>> {
  return imageDefaults(await readFile(join(root, 'docker-compose.yml'), 'utf8'))
}

/** The `${…_IMAGE:-default}` in a compose file. */
export function imageDefaults(composeFile: string): Map<ImageVariable, string> {
  const matches = composeFile.matchAll(/\$\{([A-Z]+_IMAGE):-([^}]+)\}/g)
  return new Map(Array.from(matches, ([, variable, image]) => [variable as ImageVariable, image as string]))
}
