import { copyFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { addCertificates } from '../lib/debian.ts'
import { compile, fetchDependencies, type GoBuild } from '../lib/go.ts'
import type { Recipe } from '../recipe.ts'

/** The components that the kit's configs use, in a binary made by the OpenTelemetry Collector Builder. */
export const collector: Recipe = {
  name: 'collector',
  variable: 'COLLECTOR_IMAGE',

  async build(workshop) {
    const manifest = await readFile(join(import.meta.dirname, 'builder.yaml'), 'utf8')
    const version = /^ {2}version: (\S+)$/m.exec(manifest)?.[1]
    if (version === undefined) throw new Error('images/collector/builder.yaml has no version')
    for (const file of ['builder.yaml', 'go.mod', 'go.sum']) {
      await copyFile(join(import.meta.dirname, file), join(workshop.dir, file))
    }

    workshop.step('generate sources')
    // Without the builder's own `go mod tidy`: it wants modules that only tests need, and not all are served.
    await workshop.run(
      'go',
      [
        ...['run', `go.opentelemetry.io/collector/cmd/builder@v${version}`],
        ...['--config', 'builder.yaml', '--skip-get-modules', '--skip-compilation'],
      ],
      { cwd: workshop.dir, env: { GOWORK: 'off', CGO_ENABLED: '0' } },
    )
    const build: GoBuild = {
      dir: workshop.dir,
      package: '.',
      output: join(workshop.context, 'otelcol-contrib'),
    }
    workshop.step('download modules')
    await fetchDependencies(workshop, build)
    await copyFile(join(import.meta.dirname, 'config.yaml'), join(workshop.context, 'config.yaml'))
    await addCertificates(workshop, workshop.context)
    await compile(workshop, build)
    return version
  },
}
