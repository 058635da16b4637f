import { chmod, copyFile, mkdir, readFile, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { addBusybox, removeDocumentation, stable, unpack } from '../lib/debian.ts'
import type { Recipe } from '../recipe.ts'

/** What Java's own libraries are linked with, of those that a broker uses. */
const libraries = ['libc6', 'libgcc-s1', 'libstdc++6', 'zlib1g'] as const

/** Kafka's jars from Maven, on Debian's Java. */
export const kafka: Recipe = {
  name: 'kafka',
  variable: 'KAFKA_IMAGE',

  async build(workshop) {
    const pom = join(import.meta.dirname, 'pom.xml')
    const version = /kafka_2\.13<\/artifactId>\s*<version>([^<]+)/.exec(await readFile(pom, 'utf8'))?.[1]
    if (version === undefined) throw new Error('images/kafka/pom.xml has no version of Kafka')
    workshop.step('download jars')
    const rootfs = join(workshop.context, 'rootfs')
    const libs = join(rootfs, 'opt/kafka/libs')
    await mkdir(libs, { recursive: true })
    await workshop.run(
      'mvn',
      [
        ...['--quiet', '--batch-mode', '--file', pom, 'dependency:copy-dependencies'],
        ...['-DincludeScope=runtime', `-DoutputDirectory=${libs}`],
      ],
      {
        cwd: workshop.dir,
        advice: 'It needs Maven (`apt-get install maven`) and a repository that answers.',
      },
    )

    workshop.step('root file system')
    await unpack(workshop, stable, ['openjdk-17-jre-headless', ...libraries], rootfs)
    await removeDocumentation(rootfs)
    await addBusybox(workshop, rootfs, [{ name: 'appuser', id: 1000, home: '/home/appuser' }])
    await symlink('../lib/jvm/java-17-openjdk-amd64/bin/java', join(rootfs, 'usr/bin/java'))
    const docker = join(rootfs, 'etc/kafka/docker')
    await mkdir(docker, { recursive: true })
    await copyFile(join(import.meta.dirname, 'run.sh'), join(docker, 'run'))
    await chmod(join(docker, 'run'), 0o755)
    await mkdir(join(workshop.context, 'data'))
    return version
  },
}
