import { createHash } from 'node:crypto'
import { chmod, copyFile, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { addBusybox, removeDocumentation, stable, unpack } from '../lib/debian.ts'
import { compile, fetchDependencies, type GoBuild } from '../lib/go.ts'
import type { Workshop } from '../lib/workshop.ts'
import type { Recipe } from '../recipe.ts'

const version = '1.34.4'

/** What runs containers, and gives them a network. */
const packages = [
  ...(['containerd', 'runc', 'containernetworking-plugins', 'iptables', 'mount'] as const),
  ...(['libc6', 'libseccomp2', 'libip4tc2', 'libip6tc2', 'libmnl0', 'libnetfilter-conntrack3'] as const),
  ...(['libnfnetlink0', 'libnftnl11', 'libxtables12', 'netbase', 'libblkid1', 'libmount1'] as const),
  ...(['libselinux1', 'libsmartcols1', 'libpcre2-8-0'] as const),
] as const

const programs = [
  ...['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubelet', 'kube-proxy', 'kubectl'],
]

/** Where a file of this folder is in the image. */
const files = {
  'start.sh': 'usr/local/bin/start.sh',
  'containerd.toml': 'etc/containerd/config.toml',
  'cni.conflist': 'etc/cni/net.d/pods.conflist',
  'kubelet.yaml': 'etc/kubernetes/kubelet.yaml',
  'admin.yaml': 'etc/kubernetes/admin.yaml',
  'objects.yaml': 'etc/kubernetes/objects.yaml',
  Corefile: 'etc/kubernetes/Corefile',
}

/** A Kubernetes of one node, with real pods, to try manifests on. Nothing of the stack runs in it by default. */
export const kubernetes: Recipe = {
  name: 'kubernetes',

  async build(workshop) {
    workshop.step('download packages')
    const rootfs = join(workshop.context, 'rootfs')
    await addBusybox(workshop, rootfs)
    // Over BusyBox: the kubelet asks for options of mount that it does not know.
    await unpack(workshop, stable, packages, rootfs)
    await removeDocumentation(rootfs)
    for (const [name, path] of Object.entries(files)) {
      await mkdir(join(rootfs, path, '..'), { recursive: true })
      await copyFile(join(import.meta.dirname, name), join(rootfs, path))
    }
    await chmod(join(rootfs, files['start.sh']), 0o755)
    await writeFile(join(rootfs, 'etc/kubernetes/tokens.csv'), 'admin,admin,admin,"system:masters"\n')
    for (const folder of ['run', 'proc', 'sys', 'dev', 'var/log', 'var/lib', 'var/local'])
      await mkdir(join(rootfs, folder), { recursive: true })
    await symlink('/run', join(rootfs, 'var/run'))

    const bin = join(rootfs, 'usr/local/bin')
    const builds: GoBuild[] = []
    const modules = join(workshop.dir, 'modules')
    const module = async (name: string, source?: string) => {
      const dir = join(modules, name)
      await mkdir(dir, { recursive: true })
      const prefix = name === 'kubernetes' ? 'go' : name
      for (const end of ['mod', 'sum']) {
        await copyFile(join(import.meta.dirname, `${prefix}.${end}`), join(dir, `go.${end}`))
      }
      if (source !== undefined) await copyFile(join(import.meta.dirname, source), join(dir, 'main.go'))
      return dir
    }
    const dir = await module('kubernetes')
    const base = 'k8s.io/component-base/version'
    const [major = '', minor = ''] = version.split('.')
    for (const program of programs) {
      builds.push({
        dir,
        package: `k8s.io/kubernetes/cmd/${program}`,
        output: join(bin, program),
        variables: {
          [`${base}.gitVersion`]: `v${version}`,
          [`${base}.gitMajor`]: major,
          [`${base}.gitMinor`]: minor,
        },
      })
    }
    builds.push(
      { dir: await module('etcd'), package: 'go.etcd.io/etcd/server/v3', output: join(bin, 'etcd') },
      { dir: await module('coredns', 'coredns.go'), package: '.', output: join(bin, 'coredns') },
    )
    for (const build of builds) await fetchDependencies(workshop, build)
    for (const build of builds) await compile(workshop, build)

    await pauseImage(workshop)
    return version
  },
}

/** The image of what holds a pod's namespaces, as an archive that containerd imports: there is nothing to build it in. */
async function pauseImage(workshop: Workshop): Promise<void> {
  const dir = join(workshop.dir, 'pause')
  await mkdir(join(dir, 'source'), { recursive: true })
  await copyFile(join(import.meta.dirname, 'pause.go'), join(dir, 'source', 'main.go'))
  await writeFile(join(dir, 'source', 'go.mod'), 'module pause\n\ngo 1.26.0\n')
  await compile(workshop, { dir: join(dir, 'source'), package: '.', output: join(dir, 'pause') })
  await workshop.run('tar', ['-cf', 'layer.tar', 'pause'], { cwd: dir })
  const digest = createHash('sha256')
    .update(await readFile(join(dir, 'layer.tar')))
    .digest('hex')
  await writeFile(
    join(dir, 'config.json'),
    JSON.stringify({
      architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
      os: 'linux',
      config: { Entrypoint: ['/pause'], User: '65535:65535' },
      rootfs: { type: 'layers', diff_ids: [`sha256:${digest}`] },
    }),
  )
  const manifest = { Config: 'config.json', RepoTags: ['registry.k8s.io/pause:3.10'], Layers: ['layer.tar'] }
  await writeFile(join(dir, 'manifest.json'), JSON.stringify([manifest]))
  const images = join(workshop.context, 'images')
  await mkdir(images, { recursive: true })
  await workshop.run('tar', ['-cf', join(images, 'pause.tar'), 'manifest.json', 'config.json', 'layer.tar'], {
    cwd: dir,
  })
}
