import { appendFile, chmod, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Mutex } from './mutex.ts'
import { root } from './paths.ts'
import type { Workshop } from './workshop.ts'

/** The suite the official images are based on; independent of the machine's own. */
export const stable = 'bookworm'

/** apt locks its package lists. */
const apt = new Mutex()

/** Users as an official image numbers them. */
export interface User {
  name: string
  id: number
  home: string
}

/**
 * Downloads Debian packages and unpacks them into a folder; no maintainer script runs.
 *
 * @returns the version of the first package, without epoch and Debian revision.
 */
export async function unpack(
  workshop: Workshop,
  suite: string,
  packages: readonly [string, ...string[]],
  into: string,
): Promise<string> {
  const debs = join(workshop.dir, `debs-${packages[0]}`)
  await apt.run(() =>
    workshop.run('sh', [join(root, 'scripts/debian-packages.sh'), suite, debs, ...packages], {
      advice: `The packages come from Debian's suite ${suite}, by the machine's own apt sources: check that \`apt-get update\` works.`,
    }),
  )
  await mkdir(into, { recursive: true })
  let version = ''
  for (const file of await readdir(debs)) {
    await workshop.run('dpkg-deb', ['-x', join(debs, file), into])
    const [name, full] = file.split('_')
    if (name === packages[0]) version = debianVersion(full ?? '')
  }
  return version
}

/** The upstream version in a Debian version as it stands in a package's file name: `1%3a2.3~rc1+ds-4` is `2.3~rc1`. */
export function debianVersion(full: string): string {
  return full
    .replace(/^\d+%3a/, '')
    .replace(/-[^-]*$/, '')
    .replace(/\+(ds|dfsg).*$/, '')
}

/** Mozilla's certificates as one file, where every program in the official images looks for them. */
export async function addCertificates(workshop: Workshop, rootfs: string): Promise<void> {
  const unpacked = join(workshop.dir, 'certificates')
  await unpack(workshop, stable, ['ca-certificates'], unpacked)
  const folder = join(unpacked, 'usr/share/ca-certificates/mozilla')
  const bundle = join(rootfs, 'etc/ssl/certs/ca-certificates.crt')
  await mkdir(join(bundle, '..'), { recursive: true })
  await writeFile(bundle, '')
  for (const file of (await readdir(folder)).sort())
    await appendFile(bundle, await readFile(join(folder, file)))
}

/** A shell and the usual small programs (BusyBox, static), users, name resolution, and a /tmp. */
export async function addBusybox(
  workshop: Workshop,
  rootfs: string,
  users: readonly User[] = [],
): Promise<void> {
  const unpacked = join(workshop.dir, 'busybox')
  await unpack(workshop, stable, ['busybox-static'], unpacked)
  const bin = join(rootfs, 'bin')
  await mkdir(bin, { recursive: true })
  await workshop.run('cp', [join(unpacked, 'bin/busybox'), bin])
  const applets = await workshop.run(join(bin, 'busybox'), ['--list'])
  for (const applet of applets.trim().split('\n'))
    if (applet !== 'busybox') await symlink('busybox', join(bin, applet))
  // Where shebang lines look for it.
  await mkdir(join(rootfs, 'usr/bin'), { recursive: true })
  await symlink('../../bin/env', join(rootfs, 'usr/bin/env'))

  const all = [{ name: 'root', id: 0, home: '/root' }, ...users, { name: 'nobody', id: 65534, home: '/' }]
  const lines = (line: (user: User) => string) => all.map((user) => `${line(user)}\n`).join('')
  await mkdir(join(rootfs, 'etc'), { recursive: true })
  await writeFile(
    join(rootfs, 'etc/passwd'),
    lines(({ name, id, home }) => `${name}:x:${id}:${id}::${home}:/bin/sh`),
  )
  await writeFile(
    join(rootfs, 'etc/group'),
    lines(({ name, id }) => `${name}:x:${id}:`),
  )
  await writeFile(join(rootfs, 'etc/nsswitch.conf'), 'hosts: files dns\n')
  for (const folder of ['tmp', 'root']) await mkdir(join(rootfs, folder), { recursive: true })
  await chmod(join(rootfs, 'tmp'), 0o1777)
}

/** Documentation and such, which no container reads. */
export async function removeDocumentation(rootfs: string): Promise<void> {
  for (const folder of ['doc', 'man', 'lintian', 'locale']) {
    await rm(join(rootfs, 'usr/share', folder), { recursive: true, force: true })
  }
}
