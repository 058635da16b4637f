/** What hardening.ts finds, found: containers that have one right more than they need, each. */
import { resolveImages } from '../../images/resolve.ts'
import { docker } from '../lib/docker.ts'
import { problemsOf } from './hardening.ts'

const RIGHTS: Record<string, string> = {
  user: '--user=1000',
  readOnly: '--read-only',
  capabilities: '--cap-drop=ALL',
  privileges: '--security-opt=no-new-privileges:true',
  memory: '--memory=64m',
  processes: '--pids-limit=64',
  port: '--publish=127.0.0.1::8080',
  health: '--health-cmd=true',
}

/** Runs a container with all of the above but one, and with what is more. */
async function problems(without: string, ...more: string[]): Promise<string[]> {
  const { NODE_IMAGE: image } = await resolveImages()
  const options = Object.entries(RIGHTS).flatMap(([name, option]) => (name === without ? [] : [option]))
  const run = ['run', '--detach', '--rm', '--label=com.docker.compose.service=x', ...options, ...more]
  const container = (await docker(...run, '--entrypoint=sleep', image!, '60')).trim()
  try {
    return await problemsOf(container)
  } finally {
    await docker('kill', container)
  }
}

test('nothing, where a container has no right that it does not need', async () => {
  expect(await problems('')).toEqual([])
})

test.each<[string, string[], string]>([
  ['user', [], 'runs as root'],
  ['user', ['--user=0:0'], 'runs as root'],
  ['readOnly', [], 'may write to its root file system'],
  ['capabilities', [], 'keeps capabilities'],
  ['', ['--cap-add=CHOWN'], 'keeps capabilities'],
  ['privileges', [], 'may gain privileges'],
  ['memory', [], 'has no memory limit'],
  ['processes', [], 'has no limit of processes'],
  ['port', ['--publish=8080'], 'publishes off loopback'],
  ['', ['--volume=/dev/null:/tmp/docker.sock:ro'], 'mounts the engine’s socket'],
  ['port', ['--network=host'], 'is on the host’s network'],
  ['health', [], 'has no healthcheck'],
])('without %s %s: %s', async (without, more, problem) => {
  expect(await problems(without, ...more)).toEqual([`x ${problem}`])
})
