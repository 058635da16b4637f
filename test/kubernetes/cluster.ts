import { execFile, spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { buildStandIn } from '../../images/build.ts'
import { kubernetes } from '../../images/kubernetes/recipe.ts'
import { oneProcess } from '../../images/lib/lock.ts'
import { eventually } from '../../scripts/lib/eventually.ts'
import { docker, root } from '../lib/docker.ts'

const NAME = 'genai-otel-kit-kubernetes'
/** For the queues of the Collectors. */
const VOLUMES = 6

/** A real Kubernetes of one node, in one container: images/kubernetes has what is in it. */
export class Cluster {
  /** The API server, without a password. From this machine only. */
  readonly url: string

  private constructor(url: string) {
    this.url = url
  }

  /** The one that runs, or a new one. */
  static async start(): Promise<Cluster> {
    const running = await docker('ps', '--quiet', '--filter', `name=^${NAME}$`)
    if (!running.trim()) {
      const image = await oneProcess('images', () => buildStandIn(kubernetes))
      const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      await docker(
        ...['run', '--detach', '--rm', '--name', NAME, '--hostname', 'node'],
        // All of --privileged that a node needs; CAP_SYS_RESOURCE is not to be had everywhere.
        ...['--cap-add=ALL', '--cap-drop=SYS_RESOURCE', '--cgroupns=private'],
        ...['--device-cgroup-rule=a *:* rwm', '--security-opt=seccomp=unconfined'],
        ...['--security-opt=apparmor=unconfined', '--security-opt=systempaths=unconfined'],
        ...['--tmpfs=/run:exec', '--publish=127.0.0.1::8001'],
        '--env',
        `SERVICE_ACCOUNT_KEY=${privateKey.export({ format: 'pem', type: 'sec1' }).toString()}`,
        image,
      )
    }
    const address = (await docker('port', NAME, '8001')).trim().split('\n')[0]!
    const cluster = new Cluster(`http://${address}`)
    await eventually(
      () =>
        cluster.onNode('test', '-e', '/ready').catch(async (error: unknown) => {
          const log = await docker('logs', '--tail=20', NAME).catch(() => 'it has ended')
          throw new Error(`the node is not ready: ${log}`, { cause: error })
        }),
      240_000,
    )
    if (!running.trim()) await cluster.#addVolumes()
    return cluster
  }

  static async stop(): Promise<void> {
    await docker('rm', '--force', '--volumes', NAME)
  }

  /** A command on the node. */
  onNode(...command: string[]): Promise<string> {
    return docker('exec', NAME, ...command)
  }

  /** What kubectl prints, without its warnings. */
  async kubectl(...args: string[]): Promise<string> {
    const { stdout } = await promisify(execFile)('docker', ['exec', NAME, 'kubectl', ...args], {
      maxBuffer: 64 * 1024 * 1024,
    })
    return stdout
  }

  /** Runs kubectl with a text on its standard input. @returns what it prints, warnings included. @throws with it, where it fails */
  async kubectlWith(input: string, ...args: string[]): Promise<string> {
    const child = spawn('docker', ['exec', '--interactive', NAME, 'kubectl', ...args], { cwd: root })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (output += text))
    }
    // It may end before it has read all.
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
    const [code] = (await once(child, 'close')) as [number]
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')}\n${output}`)
    return output
  }

  /** What `kubectl kustomize` makes of a folder of this repository. */
  async kustomize(folder: string): Promise<string> {
    await this.onNode('mkdir', '-p', '/repo')
    const files = ['kubernetes', 'rendered', 'grafana/dashboards', 'test/kubernetes', 'sidecars/queue-guard']
    const tar = spawn('tar', ['-cf', '-', ...files], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] })
    const untar = spawn('docker', ['exec', '--interactive', NAME, 'tar', '-xf', '-', '-C', '/repo'])
    const ended = once(untar, 'close')
    await pipeline(tar.stdout, untar.stdin)
    await ended
    return this.kubectl('kustomize', `/repo/${folder}`)
  }

  /** Brings an image of this machine's engine to the node, under the name that the manifests have. */
  async addImage(image: string, as = image): Promise<void> {
    const there = await this.onNode('ctr', '--namespace=k8s.io', 'images', 'ls', '--quiet')
    const name = as.startsWith('docker.io/') ? as : `docker.io/${as}`
    if (there.split('\n').includes(name)) return
    const save = spawn('docker', ['save', image], { stdio: ['ignore', 'pipe', 'inherit'] })
    const ctr = ['ctr', '--namespace=k8s.io', 'images']
    const load = spawn('docker', ['exec', '--interactive', NAME, ...ctr, 'import', '-'])
    const ended = once(load, 'close')
    await pipeline(save.stdout, load.stdin)
    const [code] = (await ended) as [number]
    if (code !== 0) throw new Error(`${image} could not be brought to the node`)
    if (as !== image) await this.onNode(...ctr, 'tag', '--force', `docker.io/${image}`, name)
  }

  /** The way to a port of a Service or of a pod. */
  way(namespace: string, kind: 'services' | 'pods', name: string, port: number): string {
    return `${this.url}/api/v1/namespaces/${namespace}/${kind}/${name}:${port}/proxy`
  }

  /** Ends the program of a pod's only container at once, as the kernel does where memory is short. */
  async killPod(namespace: string, pod: string): Promise<void> {
    const path = '-o=jsonpath={.status.containerStatuses[0].containerID}'
    const id = await this.kubectl('get', 'pod', pod, `--namespace=${namespace}`, path)
    await this.onNode(
      ...['ctr', '--namespace=k8s.io', 'tasks', 'kill', '--signal=SIGKILL'],
      id.trim().replace('containerd://', ''),
    )
  }

  async #addVolumes(): Promise<void> {
    const names = Array.from({ length: VOLUMES }, (_, i) => `volume-${i}`)
    await this.onNode('mkdir', '-p', ...names.map((name) => `/var/local/volumes/${name}`))
    const volumes = names.map((name) => ({
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name },
      spec: {
        capacity: { storage: '10Gi' },
        accessModes: ['ReadWriteOnce'],
        storageClassName: 'local',
        local: { path: `/var/local/volumes/${name}` },
        nodeAffinity: {
          required: {
            nodeSelectorTerms: [
              {
                matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['node'] }],
              },
            ],
          },
        },
      },
    }))
    await this.kubectlWith(
      JSON.stringify({ apiVersion: 'v1', kind: 'List', items: volumes }),
      ...['apply', '--filename=-'],
    )
  }
}
