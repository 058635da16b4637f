/** Every query of a runbook is understood by what it will be pasted into: Prometheus' promtool, and a running Tempo. */
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { StartedTestContainer } from 'testcontainers'
import { stringify } from 'yaml'
import { resolveImages } from '../../images/resolve.ts'
import { tempoContainer } from '../lib/containers.ts'
import { describeTempo } from '../lib/describe-tempo.ts'
import { docker, root } from '../lib/docker.ts'

const folder = join(root, 'alerts', 'runbooks')

/** The code blocks of one language in all runbooks. */
async function queries(language: string): Promise<{ page: string; query: string }[]> {
  const pages = await readdir(folder)
  const texts = await Promise.all(pages.map((page) => readFile(join(folder, page), 'utf8')))
  return pages.flatMap((page, i) =>
    [...texts[i]!.matchAll(new RegExp('^```' + language + '\\n([^]*?)^```', 'gm'))].map(([, query]) => ({
      page,
      query: query!.trim(),
    })),
  )
}

let images: Awaited<ReturnType<typeof resolveImages>>
beforeAll(async () => {
  images = await resolveImages()
})

test('PromQL', async () => {
  const all = await queries('promql')
  expect(all.length).toBeGreaterThan(60)
  const output = await mkdtemp(join(tmpdir(), 'runbooks-'))
  // The image's user is not ours.
  await chmod(output, 0o755)
  const rules = all.map(({ page, query }, i) => ({
    record: `runbook:${page.replace('.md', '')}:query${i}`,
    expr: query,
  }))
  await writeFile(join(output, 'rules.yaml'), stringify({ groups: [{ name: 'runbooks', rules }] }))
  await docker(
    ...['run', '--rm', '--network=none', '--volume', `${output}:/rules:ro`, '--entrypoint=/bin/promtool'],
    ...[images.PROMETHEUS_IMAGE!, 'check', 'rules', '--lint=none', '/rules/rules.yaml'],
  )
  await rm(output, { recursive: true })
}, 60_000)

describeTempo('TraceQL', () => {
  let tempo: StartedTestContainer
  beforeAll(async () => {
    tempo = await tempoContainer(images).withExposedPorts(3200).start()
  }, 120_000)
  afterAll(() => tempo.stop())

  const search = (query: string) =>
    fetch(`http://${tempo.getHost()}:${tempo.getMappedPort(3200)}/api/search?q=${encodeURIComponent(query)}`)

  test('is understood', async () => {
    const all = await queries('traceql')
    expect(all.length).toBeGreaterThan(20)
    const answers = await Promise.all(
      all.map(async ({ page, query }) => {
        const response = await search(query)
        return { page, query, status: response.status, answer: response.ok ? '' : await response.text() }
      }),
    )
    expect(answers.filter(({ status }) => status !== 200)).toEqual([])
  })

  test('and what is not, would be told', async () => {
    expect((await search('{ span.genai.role = ')).status).toBe(400)
  })
})
