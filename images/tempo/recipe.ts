import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { addCertificates } from '../lib/debian.ts'
import { compile, fetchDependencies, fetchModule, type GoBuild } from '../lib/go.ts'
import type { Recipe } from '../recipe.ts'

/** Tempo's own name for an image of a commit on its main branch: this one is between 2.8 and 2.9. */
const version = 'main-87c2dc3'

/** Tempo of May 2025, the newest that module proxies serve: its releases from 2.0 on are no Go module versions. */
export const tempo: Recipe = {
  name: 'tempo',
  variable: 'TEMPO_IMAGE',

  async build(workshop) {
    workshop.step('download modules')
    const source = await fetchModule(workshop, {
      path: 'github.com/grafana/tempo',
      version: 'v1.5.1-0.20250529124718-87c2dc380cec',
      sum: 'h1:wnzJov9RhSHGaTYGzTygL4qq986fLen8xSqnQgaMd28=',
    })
    const build: GoBuild = {
      dir: source,
      package: './cmd/tempo',
      output: join(workshop.context, 'tempo'),
      variables: { 'main.Version': version, 'main.Branch': 'main', 'main.Revision': '87c2dc3' },
    }
    await fetchDependencies(workshop, build)
    await addCertificates(workshop, workshop.context)
    await mkdir(join(workshop.context, 'data'))
    await compile(workshop, build)
    return version
  },
}
