/** The Collectors of the bench, as containers, and what they use. */
import { request } from 'node:http'
import { docker } from '../lib/docker.ts'

/**
 * Starts a Collector in a folder that holds its `config.yaml`.
 *
 * @param options of `docker run`
 * @returns the container's id
 */
export async function startCollector(
  image: string,
  name: string,
  folder: string,
  ...options: string[]
): Promise<string> {
  const id = await docker(
    ...['run', '--detach', '--name', `bench-${name}-${process.pid}`, '--user', '0:0'],
    ...['--volume', `${folder}:/bench`, '--workdir', '/bench', ...options],
    ...['--publish', '127.0.0.1::4318', '--publish', '127.0.0.1::8888', '--publish', '127.0.0.1::1777'],
    ...[image, '--config=config.yaml'],
  )
  return id.trim()
}

export const removeCollector = (container: string) => docker('rm', '--force', '--volumes', container)

/** The port of this machine at which a container's port is published. */
export const hostPort = async (container: string, inside: number) =>
  (await docker('port', container, String(inside))).trim().split(':').at(-1)

/** CPU time that a container has used since it started, user and system, in µs: from its cgroup. */
export async function cpuMicros(container: string): Promise<number> {
  const stats = await engine<{ cpu_stats: { cpu_usage: { total_usage: number } } }>(
    `/containers/${container}/stats?stream=false&one-shot=true`,
  )
  return stats.cpu_stats.cpu_usage.total_usage / 1000
}

export function engine<T>(path: string): Promise<T> {
  return new Promise((resolve, reject) => {
    request({ socketPath: '/var/run/docker.sock', path }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString()) as T))
    })
      .on('error', reject)
      .end()
  })
}
