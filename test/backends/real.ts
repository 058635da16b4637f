/**
 * `npm run backends:real`: recorded spans of real libraries through the whole pipeline, into VictoriaMetrics, MLflow and Phoenix
 * themselves. Then their spans, tokens and cost are compared with what the pipeline sent, and with what the API had answered.
 *
 * Five minutes, most of it installing into `.cache/backends` (2 GB). Needs Go 1.26, Python 3.11, and the registries of Go and
 * PyPI. MLflow and VictoriaMetrics are Apache-2.0; Phoenix is under the Elastic License 2.0: it is run as its makers publish it.
 */
import { execFileSync, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { cpSync, existsSync, mkdirSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Network } from 'testcontainers'
import { resolveImages } from '../../images/resolve.ts'
import { configFiles } from '../../scripts/collector/config.ts'
import { eventually } from '../../scripts/lib/eventually.ts'
import { table } from '../../scripts/lib/table.ts'
import { asNow, readFixtures } from '../dialects/fixture.ts'
import { collectorContainer, QUEUE } from '../lib/containers.ts'
import { docker, root } from '../lib/docker.ts'
import { freePorts } from '../lib/free-ports.ts'
import { Receiver } from './receiver.ts'
import { SERVICES } from './services.ts'

process.env['TESTCONTAINERS_RYUK_DISABLED'] ??= 'true'

const VERSIONS = { victoriaMetrics: 'v1.151.0', mlflow: '3.17.2', phoenix: '20.26.1' }
const folder = join(root, '.cache', 'backends')

/** Calls that one layer reports, whose spans have all that the API said; with and without a cache, streams, tools. */
const FIXTURES =
  /^(semconv-python\/anthropic-|anthropic-sdk\/anthropic-|anthropic-sdk\/python-|openai-node\/|openinference\/|openllmetry-js\/)/

const run = (command: string, args: string[], cwd = folder) =>
  execFileSync(command, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] })

function install(): void {
  mkdirSync(folder, { recursive: true })
  if (!existsSync(join(folder, 'victoria-metrics'))) {
    const module = `github.com/VictoriaMetrics/VictoriaMetrics@${VERSIONS.victoriaMetrics}`
    const json = execFileSync('go', ['mod', 'download', '-json', module], { cwd: folder, encoding: 'utf8' })
    const source = join(folder, 'victoria-metrics-source')
    cpSync((JSON.parse(json) as { Dir: string }).Dir, source, { recursive: true })
    run('chmod', ['-R', 'u+w', source])
    run('go', ['build', '-o', join(folder, 'victoria-metrics'), './app/victoria-metrics'], source)
  }
  for (const [name, requirement] of [
    ['mlflow', `mlflow==${VERSIONS.mlflow}`],
    ['phoenix', `arize-phoenix==${VERSIONS.phoenix}`],
  ] as const) {
    if (existsSync(join(folder, name, 'bin', name))) continue
    run('python3', ['-m', 'venv', name])
    run(join(folder, name, 'bin', 'pip'), ['install', '--quiet', requirement])
  }
}

interface Started {
  child: ChildProcess
  url: string
}

/** A program on this machine, on the address that containers reach it by. */
async function start(
  program: string,
  args: string[],
  url: string,
  health: string,
  data: string,
  environment: Record<string, string> = {},
): Promise<Started> {
  const child = spawn(join(folder, program), args, {
    cwd: data,
    env: { PATH: process.env['PATH'], HOME: data, ...environment },
    stdio: process.env['BACKENDS_LOG'] ? 'inherit' : 'ignore',
  })
  await eventually(async () => {
    if (child.exitCode !== null) throw new Error(`${program} ended with ${child.exitCode}`)
    const { ok, status } = await fetch(url + health)
    if (!ok) throw new Error(`${program} answers ${status}`)
  }, 240_000)
  return { child, url }
}

const ask = async <T>(url: string, body?: object): Promise<T> => {
  const response = await fetch(url, {
    ...(body && {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  })
  if (!response.ok) throw new Error(`${url} answers ${response.status}: ${await response.text()}`)
  return (await response.json()) as T
}

interface Sums {
  spans?: number
  input: number
  output: number
  cost: number
}

/** What VictoriaMetrics answers to the query of the dashboards. */
async function victoriaMetrics(url: string): Promise<Sums> {
  const sum = async (counter: string) => {
    const query = `sum(last_over_time(gen_ai_client_inference_usage_${counter}_total[5m]))`
    const { data } = await ask<{ data: { result: { value: [number, string] }[] } }>(
      `${url}/api/v1/query?query=${encodeURIComponent(query)}`,
    )
    return Number(data.result[0]?.value[1] ?? NaN)
  }
  return { input: await sum('input_tokens'), output: await sum('output_tokens'), cost: await sum('cost') }
}

/** What MLflow has of the traces, and its own cost. */
async function mlflow(url: string): Promise<Sums & { traces: number; costs: Map<string, number> }> {
  // Without an error, usage or cost there is none.
  const traces: { trace_id: string; trace_metadata?: Record<string, string> }[] = []
  for (let token = ''; ;) {
    const page = await ask<{ traces?: typeof traces; next_page_token?: string }>(
      `${url}/api/3.0/mlflow/traces/search`,
      {
        locations: [{ type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id: '0' } }],
        max_results: 100,
        ...(token && { page_token: token }),
      },
    )
    traces.push(...(page.traces ?? []))
    token = page.next_page_token ?? ''
    if (!token) break
  }
  const sums = {
    spans: 0,
    traces: traces.length,
    input: 0,
    output: 0,
    cost: 0,
    costs: new Map<string, number>(),
  }
  for (const { trace_id, trace_metadata } of traces) {
    const read = <T>(key: string) => JSON.parse(trace_metadata?.[`mlflow.trace.${key}`] ?? '{}') as T
    const usage = read<{ input_tokens?: number; output_tokens?: number }>('tokenUsage')
    const cost = read<{ total_cost?: number }>('cost')
    sums.spans += read<{ num_spans?: number }>('sizeStats').num_spans ?? 0
    sums.input += usage.input_tokens ?? 0
    sums.output += usage.output_tokens ?? 0
    sums.cost += cost.total_cost ?? 0
    // `tr-` and the trace's own id.
    sums.costs.set(trace_id.slice(3), cost.total_cost ?? 0)
  }
  return sums
}

/** What Phoenix has of the spans, and its own cost. */
async function phoenix(url: string, project: string): Promise<Sums> {
  interface Span {
    span_kind: string
    attributes: Record<string, unknown>
  }
  const spans: Span[] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: { data: Span[]; next_cursor: string | null } = await ask(
      `${url}/v1/projects/${project}/spans?limit=1000${cursor && `&cursor=${cursor}`}`,
    )
    spans.push(...page.data)
    cursor = page.next_cursor
  }
  const number = ({ attributes }: Span, key: string) => Number(attributes[key] ?? 0)
  const calls = spans.filter(({ span_kind }) => span_kind === 'LLM' || span_kind === 'EMBEDDING')
  const { data } = await ask<{
    data: { projects: { edges: { node: { name: string; costSummary: { total: { cost: number } } } }[] } }
  }>(`${url}/graphql`, {
    query: '{ projects { edges { node { name costSummary { total { cost } } } } } }',
  })
  return {
    spans: spans.length,
    input: calls.reduce((sum, span) => sum + number(span, 'llm.token_count.prompt'), 0),
    output: calls.reduce((sum, span) => sum + number(span, 'llm.token_count.completion'), 0),
    cost: data.projects.edges.find(({ node }) => node.name === project)!.node.costSummary.total.cost,
  }
}

console.log('installing …')
install()
const network = await new Network().start()
const data = await mkdtemp(join(tmpdir(), 'backends-real-'))
// The image's user is not ours.
await chmod(data, 0o777)
const started: Started[] = []
let receiver: Receiver | undefined
let collector: { stop(): Promise<unknown> } | undefined
try {
  const inspected = await docker(
    ...['network', 'inspect', '--format', '{{(index .IPAM.Config 0).Gateway}}', network.getName()],
  )
  const host = inspected.trim()
  const [vmPort, mlflowPort, phoenixPort, phoenixGrpc] = await freePorts(4)
  const at = (port: number | undefined) => `http://${host}:${port}`
  console.log('starting …')
  const [vm, ml, px] = await Promise.all([
    start(
      'victoria-metrics',
      [
        ...[`-storageDataPath=${join(data, 'vm')}`, `-httpListenAddr=${host}:${vmPort}`],
        ...['-opentelemetry.usePrometheusNaming', '-search.latencyOffset=1s'],
      ],
      at(vmPort),
      '/health',
      data,
    ),
    start(
      'mlflow/bin/mlflow',
      [
        ...['server', '--host', host, '--port', String(mlflowPort), '--workers', '1'],
        ...['--backend-store-uri', `sqlite:///${join(data, 'mlflow.db')}`, '--allowed-hosts', '*'],
      ],
      at(mlflowPort),
      '/health',
      data,
      // Its workers for evaluations, seven processes.
      { MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false' },
    ),
    start('phoenix/bin/phoenix', ['serve'], at(phoenixPort), '/healthz', data, {
      PHOENIX_WORKING_DIR: join(data, 'phoenix'),
      PHOENIX_HOST: host,
      PHOENIX_PORT: String(phoenixPort),
      PHOENIX_GRPC_PORT: String(phoenixGrpc),
      PHOENIX_TELEMETRY_ENABLED: 'false',
      PHOENIX_ALLOW_EXTERNAL_RESOURCES: 'false',
    }),
  ])
  started.push(vm, ml, px)
  // What the pipeline sends, as a stand-in reads it.
  receiver = await Receiver.start(host)
  const ours = SERVICES['honeycomb']!
  const container = await collectorContainer(await resolveImages())
    .withNetwork(network)
    .withBindMounts([{ source: data, target: QUEUE }])
    .withExposedPorts(4318, 13133)
    .withEnvironment({
      ...ours.variables,
      HONEYCOMB_ENDPOINT: receiver.url('honeycomb'),
      VICTORIA_METRICS_ENDPOINT: `${vm.url}/opentelemetry/v1/metrics`,
      MLFLOW_ENDPOINT: ml.url,
      PHOENIX_ENDPOINT: px.url,
      GENAI_ONCE_WAIT: '1s',
    })
    .withCommand(
      [
        ...configFiles().filter((file) => !file.startsWith('send/')),
        ...['honeycomb', 'victoria-metrics', 'mlflow', 'phoenix'].map((name) => `send/${name}.yaml`),
      ].map((file) => `--config=${file}`),
    )
    .start()
  collector = container

  const fixtures = readFixtures().filter(({ name, unsaid }) => FIXTURES.test(name) && !unsaid)
  const truth = { calls: 0, input: 0, output: 0 }
  const ids = new Set<string>()
  const traces = new Set<string>()
  for (const fixture of fixtures) {
    const { otlp, traceIds } = asNow(fixture)
    for (const traceId of traceIds) traces.add(traceId)
    for (const resource of otlp.resourceSpans)
      for (const scope of resource.scopeSpans) for (const span of scope.spans) ids.add(span.spanId)
    const response = await fetch(`http://${container.getHost()}:${container.getMappedPort(4318)}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(otlp),
    })
    if (!response.ok) throw new Error(`the Collector answers ${response.status}`)
    for (const { input, output } of fixture.truth) {
      truth.calls++
      truth.input += input
      truth.output += output
    }
  }
  console.log(`sent ${fixtures.length} recordings: ${truth.calls} calls, ${ids.size} spans …`)
  const inbox = receiver.inbox('honeycomb')
  const sent = () => {
    const calls = inbox.spans.filter(({ attributes }) => attributes['genai.role'] === 'inference')
    const sum = (key: string) =>
      calls.reduce((total, { attributes }) => total + Number(attributes[key] ?? 0), 0)
    return {
      spans: inbox.spans.length,
      input: sum('gen_ai.usage.input_tokens'),
      output: sum('gen_ai.usage.output_tokens'),
      cost: sum('gen_ai.usage.cost.amount'),
    }
  }
  const close = (one: number, other: number, by = 1e-9) => Math.abs(one - other) <= by * Math.max(one, other)
  const same = (one: Sums, other: Sums) => one.input === other.input && one.output === other.output
  let seen: { sent: Sums; vm: Sums; ml: Awaited<ReturnType<typeof mlflow>>; px: Sums } | undefined
  await eventually(
    async () => {
      seen = {
        sent: sent(),
        vm: await victoriaMetrics(vm.url),
        ml: await mlflow(ml.url),
        px: await phoenix(px.url, 'genai'),
      }
      const { spans } = seen.sent
      if (
        spans !== ids.size ||
        seen.px.spans !== ids.size ||
        seen.ml.traces !== traces.size ||
        !same(seen.vm, seen.sent)
      )
        throw new Error('not all is there')
    },
    90_000,
    3000,
  ).catch(() => undefined)
  // Their own costs are reckoned behind their answers.
  await new Promise((resolve) => setTimeout(resolve, 5000))
  seen = {
    sent: sent(),
    vm: await victoriaMetrics(vm.url),
    ml: await mlflow(ml.url),
    px: await phoenix(px.url, 'genai'),
  }

  const row = (name: string, { spans, input, output, cost }: Partial<Sums>) => [
    name,
    spans === undefined ? '' : String(spans),
    String(input),
    String(output),
    cost === undefined ? '' : cost.toFixed(6),
  ]
  console.log(
    table(
      ['', 'spans', 'tokens in', 'out', 'cost USD'],
      [
        row('the API’s answers', truth),
        row('sent', seen.sent),
        row(`VictoriaMetrics ${VERSIONS.victoriaMetrics}`, seen.vm),
        row(`MLflow ${VERSIONS.mlflow}`, { ...seen.ml, spans: seen.ml.spans || seen.ml.traces }),
        row(`Phoenix ${VERSIONS.phoenix}`, seen.px),
      ],
      1,
    ),
  )
  const problems = [
    seen.sent.spans !== ids.size && 'spans are missing at the stand-in',
    !same(seen.sent, { ...truth, cost: 0 }) && 'what was sent is not what the API answered',
    !(same(seen.vm, seen.sent) && close(seen.vm.cost, seen.sent.cost)) && 'VictoriaMetrics has other totals',
    seen.ml.traces !== traces.size && `MLflow has ${seen.ml.traces} of ${traces.size} traces`,
    !same(seen.ml, seen.sent) && 'MLflow has other tokens',
    seen.px.spans !== ids.size && 'Phoenix has other spans',
    !same(seen.px, seen.sent) && 'Phoenix has other tokens',
  ].filter((problem) => problem !== false)
  const off = (cost: number) => `${(100 * (cost / seen!.sent.cost - 1)).toFixed(1)} %`
  console.log(`their own price lists: MLflow ${off(seen.ml.cost)}, Phoenix ${off(seen.px.cost)} off ours`)
  for (const [traceId, theirs] of seen.ml.costs) {
    const own = inbox.spans.filter((span) => span.traceId === traceId)
    const cost = own.reduce(
      (sum, { attributes }) => sum + Number(attributes['gen_ai.usage.cost.amount'] ?? 0),
      0,
    )
    if (!close(cost, theirs, 1e-6))
      console.log(
        `  ${JSON.stringify(own[0]?.resource['service.name'])}: ours ${cost.toFixed(6)}, MLflow’s ${theirs.toFixed(6)}`,
      )
  }
  for (const problem of problems) console.error(problem)
  process.exitCode = problems.length > 0 ? 1 : 0
} finally {
  await collector?.stop()
  receiver?.stop()
  for (const { child } of started) child.kill('SIGTERM')
  await network.stop()
  const { NODE_IMAGE: image } = await resolveImages()
  await docker(
    ...['run', '--rm', '--user=0', '--network=none', '--volume', `${data}:/data`],
    ...['--entrypoint', 'sh', image!, '-c', 'chmod -R a+rwX /data'],
  )
  await rm(data, { recursive: true, force: true, maxRetries: 5, retryDelay: 1000 })
}
