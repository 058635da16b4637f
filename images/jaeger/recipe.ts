import { copyFile, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { addCertificates } from '../lib/debian.ts'
import { compile, fetchDependencies, fetchModule, type GoBuild } from '../lib/go.ts'
import type { Recipe } from '../recipe.ts'

const version = '2.13.0'

/** What of Jaeger's source is replaced by a file of this folder, so that 800 packages are compiled in place of 2,300. */
const replaced = [
  { folder: 'cmd/jaeger/internal/kit', file: 'main.go', removed: [] },
  {
    folder: 'cmd/jaeger/internal/extension/jaegerstorage',
    file: 'storage.go',
    removed: ['config.go', 'extension.go'],
  },
  { folder: 'internal/storage/v1/factory', file: 'archive.go', removed: ['config.go', 'factory.go'] },
] as const

/** Jaeger v2 with storage in memory, and without its web page, whose built assets are not in the module. */
export const jaeger: Recipe = {
  name: 'jaeger',
  variable: 'JAEGER_IMAGE',

  async build(workshop) {
    workshop.step('download modules')
    const source = await fetchModule(workshop, {
      path: 'github.com/jaegertracing/jaeger',
      // Jaeger 2.13.0 is released from the same commit as 1.76.0, and is no version of the module.
      version: 'v1.76.0',
      sum: 'h1:sWCOOF1dr+NL0PLil7mFo3BqqQL8k4WiM7aguFbc14g=',
    })
    for (const { folder, file, removed } of replaced) {
      await mkdir(join(source, folder), { recursive: true })
      for (const name of removed) await rm(join(source, folder, name))
      await copyFile(join(import.meta.dirname, file), join(source, folder, file))
    }
    const build: GoBuild = {
      dir: source,
      package: './cmd/jaeger/internal/kit',
      output: join(workshop.context, 'jaeger'),
      variables: { 'github.com/jaegertracing/jaeger/internal/version.latestVersion': `v${version}` },
    }
    await fetchDependencies(workshop, build)
    await addCertificates(workshop, workshop.context)
    await compile(workshop, build)
    return version
  },
}
