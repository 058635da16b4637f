import { cp, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { addBusybox, addCertificates } from '../lib/debian.ts'
import { compile, fetchDependencies, fetchModule, type GoBuild } from '../lib/go.ts'
import type { Recipe } from '../recipe.ts'

const version = '3.16.0'

/** The server without its web pages (the module has no built assets; the API is complete), and promtool. */
export const prometheus: Recipe = {
  name: 'prometheus',
  variable: 'PROMETHEUS_IMAGE',

  async build(workshop) {
    workshop.step('download modules')
    const source = await fetchModule(workshop, {
      path: 'github.com/prometheus/prometheus',
      // A module's major version is 0, so the project's 3.16.0 is the module's 0.316.0.
      version: 'v0.316.0',
      sum: 'h1:f1GRFerhTMKQma+awCoC9T820ecWeGSdF+xAlMHzZzM=',
    })
    const rootfs = join(workshop.context, 'rootfs')
    await mkdir(join(rootfs, 'bin'), { recursive: true })
    const builds = ['prometheus', 'promtool'].map((program): GoBuild => ({
      dir: source,
      package: `./cmd/${program}`,
      output: join(rootfs, 'bin', program),
      // Service discovery by static lists, files, HTTP and DNS; the clouds' clients are most of the binary.
      tags: ['remove_all_sd', 'enable_dns_sd'],
      variables: { 'github.com/prometheus/common/version.Version': version },
    }))
    for (const build of builds) await fetchDependencies(workshop, build)

    workshop.step('root file system')
    await addBusybox(workshop, rootfs)
    await addCertificates(workshop, rootfs)
    await mkdir(join(workshop.context, 'data'))
    await cp(
      join(source, 'documentation/examples/prometheus.yml'),
      join(workshop.context, 'config/prometheus.yml'),
    )

    for (const build of builds) await compile(workshop, build)
    return version
  },
}
