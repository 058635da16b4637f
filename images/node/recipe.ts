import { copyFile, mkdir, readdir, readFile, rename, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { addBusybox, addCertificates, removeDocumentation, stable, unpack } from '../lib/debian.ts'
import { root } from '../lib/paths.ts'
import type { Recipe } from '../recipe.ts'

/** Any npm of the major version that Node 24 brings. */
const npm = 'npm@11.19.1'
const nodePackage = 'node_modules/node'

/** The Node binary that npm installed for this repository's own scripts, on Debian's C++ runtime, with npm. */
export const node: Recipe = {
  name: 'node',
  variable: 'NODE_IMAGE',
  inputs: [`${nodePackage}/package.json`],

  async build(workshop) {
    const { version } = JSON.parse(await readFile(join(root, nodePackage, 'package.json'), 'utf8')) as {
      version: string
    }
    workshop.step('root file system')
    const rootfs = join(workshop.context, 'rootfs')
    await unpack(workshop, stable, ['libc6', 'libgcc-s1', 'libstdc++6', 'netbase', 'tzdata'], rootfs)
    await removeDocumentation(rootfs)
    await addBusybox(workshop, rootfs, [{ name: 'node', id: 1000, home: '/home/node' }])
    await addCertificates(workshop, rootfs)
    // The queue's guard needs it, and Debian's BusyBox has none.
    const utilities = join(workshop.dir, 'utilities')
    await unpack(workshop, stable, ['util-linux'], utilities)
    await copyFile(join(utilities, 'usr/bin/flock'), join(rootfs, 'usr/bin/flock'))
    const local = join(rootfs, 'usr/local')
    await mkdir(join(local, 'bin'), { recursive: true })
    await mkdir(join(local, 'lib/node_modules'), { recursive: true })
    await mkdir(join(workshop.context, 'home'))
    await copyFile(join(root, nodePackage, 'bin/node'), join(local, 'bin/node'))
    await symlink('node', join(local, 'bin/nodejs'))

    workshop.step(`download ${npm}`)
    await workshop.run('npm', ['pack', npm, '--pack-destination', workshop.dir, '--loglevel=error'], {
      cwd: workshop.dir,
      advice: 'Check that npm reaches its registry: `npm ping`.',
    })
    const archive = (await readdir(workshop.dir)).find((file) => file.endsWith('.tgz'))
    if (archive === undefined) throw workshop.failure('npm pack left no archive')
    await workshop.run('tar', ['-xzf', join(workshop.dir, archive), '-C', workshop.dir])
    await rename(join(workshop.dir, 'package'), join(local, 'lib/node_modules/npm'))
    for (const program of ['npm', 'npx']) {
      await symlink(`../lib/node_modules/npm/bin/${program}-cli.js`, join(local, 'bin', program))
    }
    return version
  },
}
