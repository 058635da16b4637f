import { copyFile, mkdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { addBusybox, addCertificates, removeDocumentation, stable, unpack } from '../lib/debian.ts'
import type { Recipe } from '../recipe.ts'

/** Debian's package: Alertmanager's Go module does not compile, the assets of its web pages are missing. */
export const alertmanager: Recipe = {
  name: 'alertmanager',
  variable: 'ALERTMANAGER_IMAGE',

  async build(workshop) {
    workshop.step('download packages')
    const unpacked = join(workshop.dir, 'alertmanager')
    const version = await unpack(workshop, 'sid', ['prometheus-alertmanager'], unpacked)

    workshop.step('root file system')
    const rootfs = join(workshop.context, 'rootfs')
    await unpack(workshop, stable, ['libc6', 'tzdata'], rootfs)
    await removeDocumentation(rootfs)
    await addBusybox(workshop, rootfs)
    await addCertificates(workshop, rootfs)
    await rename(join(unpacked, 'usr/bin/prometheus-alertmanager'), join(rootfs, 'bin/alertmanager'))
    await rename(join(unpacked, 'usr/bin/amtool'), join(rootfs, 'bin/amtool'))
    // The message templates, which upstream has inside the binary.
    await rename(join(unpacked, 'usr/share/prometheus'), join(rootfs, 'usr/share/prometheus'))
    await mkdir(join(workshop.context, 'data'))
    await mkdir(join(workshop.context, 'config'))
    await copyFile(
      join(import.meta.dirname, 'alertmanager.yml'),
      join(workshop.context, 'config/alertmanager.yml'),
    )
    return version
  },
}
