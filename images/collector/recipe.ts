import { copyFile, glob, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { addCertificates } from '../lib/debian.ts'
import { compile, fetchDependencies, fetchModule, type GoBuild, type GoModule } from '../lib/go.ts'
import type { Recipe } from '../recipe.ts'

/** The newest that module proxies serve; go.mod takes it from where `fetchModule` puts it. */
const routing: GoModule = {
  path: 'github.com/open-telemetry/opentelemetry-collector-contrib/connector/routingconnector',
  version: 'v0.149.0',
  sum: 'h1:9fYCTMzbmepr6k5I4SbTLtBOhaC4IF050/aXVJLX7tQ=',
}

/** What it calls by names that OTTL has given up since, and their names now. */
const renamed = [
  ['NewTransformContextPtr', 'NewTransformContext'],
  ['NewIsRootSpanFactoryNew', 'NewIsRootSpanFactory'],
] as const

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

    workshop.step('download the routing connector')
    const source = await fetchModule(workshop, routing)
    for await (const file of glob(join(source, '*.go'))) {
      const text = await readFile(file, 'utf8')
      await writeFile(
        file,
        renamed.reduce((text, [before, now]) => text.replaceAll(before, now), text),
      )
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
      // As for Prometheus: its receiver would bring the clients of all clouds, 200 packages.
      tags: ['remove_all_sd', 'enable_dns_sd'],
    }
    workshop.step('download modules')
    await fetchDependencies(workshop, build)
    await copyFile(join(import.meta.dirname, 'config.yaml'), join(workshop.context, 'config.yaml'))
    await addCertificates(workshop, workshop.context)
    await compile(workshop, build)
    return version
  },
}
