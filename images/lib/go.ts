import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import type { Workshop } from './workshop.ts'

/** A module whose main packages are built, pinned by what the checksum database (or we) saw. */
export interface GoModule {
  path: string
  version: string
  /** The `h1:` hash of the module's zip, as in a go.sum. */
  sum: string
}

export interface GoBuild {
  /** Folder of the main module. */
  dir: string
  /** Main package, relative to `dir`. */
  package: string
  /** The binary to write. */
  output: string
  tags?: readonly string[]
  /** Variables set at link time. */
  variables?: Readonly<Record<string, string>>
}

const environment = {
  CGO_ENABLED: '0',
  // A source folder's own workspace file must not pull other modules in.
  GOWORK: 'off',
  // The sources stand in this repository's cache folder: their state is not the repository's.
  GOFLAGS: '-buildvcs=false -mod=readonly',
}
const advice =
  'It needs Go 1.26 or newer (go.dev/doc/install) and a Go module proxy that answers (`go env GOPROXY`). Then run again: what was downloaded and compiled is kept.'

/**
 * Fetches a module's source into the workshop, so that it is built as the main module: with its own go.sum, replace
 * and exclude lines, which `go install module@version` does not allow.
 *
 * @returns the folder of the source.
 */
export async function fetchModule(workshop: Workshop, module: GoModule): Promise<string> {
  const stdout = await workshop.run('go', ['mod', 'download', '-json', `${module.path}@${module.version}`], {
    cwd: workshop.dir,
    // The checksum database does not know every commit that proxies serve; the hash is compared below.
    env: { ...environment, GONOSUMDB: module.path },
    advice,
  })
  const { Dir, Sum } = JSON.parse(stdout) as { Dir: string; Sum: string }
  if (Sum !== module.sum) {
    throw workshop.failure(`${module.path}@${module.version} has the hash ${Sum}, not ${module.sum}`)
  }
  const source = join(workshop.dir, 'source')
  await cp(Dir, source, { recursive: true })
  await workshop.run('chmod', ['-R', 'u+w', source])
  return source
}

/** Downloads what a build needs, so that the cores do not wait for the network. */
export async function fetchDependencies(workshop: Workshop, build: GoBuild): Promise<void> {
  await workshop.run(
    'go',
    ['list', '-deps', ...tagArguments(build), '-f', '{{.ImportPath}}', build.package],
    {
      cwd: build.dir,
      env: environment,
      advice,
    },
  )
}

/** Compiles a static, stripped binary. Only one compile runs at a time in this process. */
export async function compile(workshop: Workshop, build: GoBuild): Promise<void> {
  const variables = Object.entries(build.variables ?? {}).map(([name, value]) => `-X ${name}=${value}`)
  await workshop.compile(`compile ${build.package === '.' ? workshop.name : build.package}`, () =>
    workshop.run(
      'go',
      [
        ...['build', '-trimpath', ...tagArguments(build)],
        ...['-ldflags', ['-s', '-w', ...variables].join(' '), '-o', build.output, build.package],
      ],
      { cwd: build.dir, env: environment, advice },
    ),
  )
}

function tagArguments(build: GoBuild): string[] {
  return build.tags === undefined ? [] : ['-tags', build.tags.join(',')]
}
