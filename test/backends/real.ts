/**
 * `npm run backends:real`: recorded spans of real libraries through the whole pipeline, into VictoriaMetrics, MLflow and Phoenix
 * themselves. Then their spans, tokens and cost are compared with what the pipeline sent, and with what the API had answered.
 *
 * Five minutes, most of it installing into `.cache/backends` (2 GB). Needs Go 1.26, Python 3.11, and the registries of Go and
 * PyPI. MLflow and VictoriaMetrics are Apache-2.0; Phoenix is under the Elastic License 2.0: it is run as its makers publish it.
 */
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
import { docker } from '../lib/docker.ts'
import { freePorts } from '../lib/free-ports.ts'
import {
  installPython,
  installVictoriaMetrics,
  start,
  startMlflow,
  startPhoenix,
  VERSIONS,
} from './installed.ts'
import type { Started } from './installed.ts'
import { Receiver } from './receiver.ts'
import { SERVICES } from './services.ts'
import { mlflow, phoenix, victoriaMetrics } from './stores.ts'
import type { Sums } from './stores.ts'

process.env['TESTCONTAINERS_RYUK_DISABLED'] ??= 'true'

/** Calls that one layer reports, whose spans have all that the API said; with and without a cache, streams, tools. */
const FIXTURES =
  /^(semconv-python\/anthropic-|anthropic-sdk\/anthropic-|anthropic-sdk\/python-|openai-node\/|openinference\/|openllmetry-js\/)/

console.log('installing …')
installVictoriaMetrics()
installPython()
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
    startMlflow(host, mlflowPort!, data),
    startPhoenix(host, phoenixPort!, phoenixGrpc!, data),
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
