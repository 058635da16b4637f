import { docker } from '../lib/docker.ts'

/** What is wrong with a running container, by `docker inspect`; nothing, when it has no right that it does not need. */
export async function problemsOf(container: string): Promise<string[]> {
  const [inspected] = JSON.parse(await docker('inspect', container)) as Inspected[]
  const { Config, HostConfig, NetworkSettings, State, Image } = inspected!
  const service = Config.Labels['com.docker.compose.service'] ?? container
  const user = Config.User || (await imageUser(Image))
  const published = Object.values(NetworkSettings.Ports ?? {}).flatMap((bindings) => bindings ?? [])
  const problems: [string, boolean][] = [
    ['runs as root', /^(?:|0|root)(?::|$)/.test(user)],
    ['may write to its root file system', !HostConfig.ReadonlyRootfs],
    ['keeps capabilities', !HostConfig.CapDrop?.includes('ALL') || (HostConfig.CapAdd ?? []).length > 0],
    [
      'may gain privileges',
      !HostConfig.SecurityOpt?.some((option) => option.startsWith('no-new-privileges')),
    ],
    ['is privileged', HostConfig.Privileged],
    ['has no memory limit', !HostConfig.Memory],
    ['has no limit of processes', !HostConfig.PidsLimit],
    ['is on the host’s network', HostConfig.NetworkMode === 'host'],
    ['mounts the engine’s socket', HostConfig.Binds?.some((bind) => bind.includes('docker.sock')) ?? false],
    ['publishes off loopback', published.some(({ HostIp }) => HostIp !== '127.0.0.1')],
    ['has no healthcheck', State.Health === undefined && !WITHOUT_HEALTHCHECK.has(service)],
  ]
  return problems.flatMap(([problem, is]) => (is ? [`${service} ${problem}`] : []))
}

/** Their images have nothing to run a check with, or, traffic, nothing that could be asked. */
const WITHOUT_HEALTHCHECK = new Set(['collector', 'tempo', 'jaeger', 'traffic'])

async function imageUser(image: string): Promise<string> {
  return (await docker('image', 'inspect', '--format', '{{.Config.User}}', image)).trim()
}

interface Inspected {
  Image: string
  Config: { User: string; Labels: Record<string, string | undefined> }
  State: { Health?: { Status: string } }
  HostConfig: {
    ReadonlyRootfs: boolean
    CapDrop: string[] | null
    CapAdd: string[] | null
    SecurityOpt: string[] | null
    Privileged: boolean
    Memory: number
    PidsLimit: number | null
    NetworkMode: string
    Binds: string[] | null
  }
  NetworkSettings: { Ports: Record<string, { HostIp: string }[] | null> | null }
}
