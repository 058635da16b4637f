import { chmod, copyFile, mkdir, rename, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { addBusybox, addCertificates, removeDocumentation, unpack } from '../lib/debian.ts'
import type { Recipe } from '../recipe.ts'

/** What Debian's package is linked with; upstream's is not linked with OpenTracing. */
const libraries = [
  ...['libc6', 'libcrypt1', 'libgcc-s1', 'libjemalloc2', 'liblua5.4-0', 'libopentracing-c-wrapper0t64'],
  ...['libopentracing1', 'libpcre2-8-0', 'libssl3t64', 'libstdc++6', 'libzstd1', 'zlib1g'],
] as const

/** Debian's package. It is newer than the stable suite's libraries, so that these are sid's as well. */
export const haproxy: Recipe = {
  name: 'haproxy',
  variable: 'HAPROXY_IMAGE',

  async build(workshop) {
    workshop.step('download packages')
    const rootfs = join(workshop.context, 'rootfs')
    const version = await unpack(workshop, 'sid', ['haproxy', ...libraries], rootfs)

    workshop.step('root file system')
    await removeDocumentation(rootfs)
    await addBusybox(workshop, rootfs, [{ name: 'haproxy', id: 99, home: '/var/lib/haproxy' }])
    await addCertificates(workshop, rootfs)
    // Where programs look for the loader; in Debian another package has these links.
    for (const folder of ['lib', 'lib64']) await symlink(`usr/${folder}`, join(rootfs, folder))
    await mkdir(join(rootfs, 'usr/local/sbin'), { recursive: true })
    await mkdir(join(rootfs, 'usr/local/etc/haproxy'), { recursive: true })
    await rename(join(rootfs, 'usr/sbin/haproxy'), join(rootfs, 'usr/local/sbin/haproxy'))
    await mkdir(join(workshop.context, 'data'))
    const entrypoint = join(rootfs, 'usr/local/bin/docker-entrypoint.sh')
    await mkdir(join(rootfs, 'usr/local/bin'))
    await copyFile(join(import.meta.dirname, 'docker-entrypoint.sh'), entrypoint)
    await chmod(entrypoint, 0o755)
    return version
  },
}
