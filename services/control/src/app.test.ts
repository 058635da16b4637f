import { createServer } from 'node:http'
import type { RequestListener, Server } from 'node:http'
import { request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createLogger } from '@genai-otel-kit/service-kit'
import { controlApp } from './app.ts'
import { scenarios } from './scenarios.ts'
import { readSettings } from './settings.ts'
import { Steering } from './steering.ts'

const logger = createLogger('test', { write: () => {} })
const servers: Server[] = []

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections()
    server.close()
  }
})

/** Everything that control talks to, on one address. */
let answers: Record<string, unknown>
let upstream: string
let control: string
const settingsFor = (url: string, env = {}) =>
  readSettings({
    ...Object.fromEntries(
      ['LLM_SIMULATOR', 'TRAFFIC', 'PROMETHEUS', 'ALERT_INBOX', 'TEMPO', 'GRAFANA'].map((name) => [
        `${name}_URL`,
        url,
      ]),
    ),
    ...env,
  })

async function start(env = {}): Promise<string> {
  const settings = settingsFor(upstream, env)
  return serve(controlApp(settings, new Steering(upstream, upstream, logger), logger))
}

beforeAll(async () => {
  upstream = await serve((request, response) => {
    const path = (request.url ?? '').split('?')[0] as string
    if (!(path in answers)) return response.writeHead(404).end()
    response.end(JSON.stringify(answers[path]))
  })
  control = await start()
})
const alert = (state: string, name: string, annotations = {}) => ({
  state,
  activeAt: '2026-01-01T00:00:00Z',
  labels: { alertname: name, severity: 'warning' },
  annotations: { summary: `${name} it is`, ...annotations },
})
beforeEach(() => {
  answers = {
    '/setup': { name: null },
    '/plan': { name: 'baseline', rate_per_minute: 30 },
    '/api/v1/alerts': {
      data: { alerts: [alert('pending', 'LLMHighLatency'), alert('firing', 'LLMRefusals')] },
    },
    '/alerts': [
      { ...alert('', 'A'), status: 'firing', received_at: '2026-01-01T00:00:00Z' },
      { ...alert('', 'A'), status: 'resolved', received_at: '2026-01-01T00:05:00Z' },
    ],
    '/api/search': { traces: [{ traceID: 'abc', startTimeUnixNano: '1' }] },
    '/api/health': {},
  }
})

const put = (body: unknown, headers: Record<string, string> = {}, to = control) =>
  fetch(`${to}/api/scenario`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })

test('the page, with nothing from elsewhere', async () => {
  const response = await fetch(control)
  expect(response.status).toBe(200)
  expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
  const html = await response.text()
  expect(html).toContain('<title>Scenarios')
  expect(html).not.toMatch(/https?:|style=|onclick/)
  for (const file of ['page.js', 'page.css', 'icon.svg'])
    expect((await fetch(`${control}/${file}`)).status).toBe(200)
})

test('lists all scenarios', async () => {
  const list = (await (await fetch(`${control}/api/scenarios`)).json()) as { name: string }[]
  expect(list.map(({ name }) => name)).toEqual(scenarios.map(({ name }) => name))
})

test('state: what is expected, firing first; deliveries newest first; where to look', async () => {
  expect((await put({ name: 'slow-model' })).status).toBe(200)
  const state = await (await fetch(`${control}/api/state`)).json()
  expect(state).toMatchObject({
    scenario: { name: 'slow-model', applied: true, rate_per_minute: 30 },
    expected: [{ name: 'LLMHighLatency', state: 'pending' }],
    alerts: [{ name: 'LLMRefusals', state: 'firing' }, { name: 'LLMHighLatency' }],
    deliveries: [{ status: 'resolved' }, { status: 'firing' }],
    links: {
      dashboard: expect.stringContaining('http://localhost:3000/d/') as string,
      trace: expect.stringContaining(encodeURIComponent('abc'.padStart(32, '0'))) as string,
    },
    real_models: false,
  })
})

test('without Grafana, Prometheus, the inbox and a trace the rest is there', async () => {
  for (const path of ['/api/health', '/api/v1/alerts', '/alerts', '/api/search']) delete answers[path]
  const state = await (await fetch(`${control}/api/state`)).json()
  expect(state).toMatchObject({ alerts: null, deliveries: null, links: {} })
  answers['/api/search'] = { traces: [{ traceID: 'abc' }] }
  expect(await (await fetch(`${control}/api/state`)).json()).toMatchObject({
    links: { trace: `http://localhost:3200/api/v2/traces/${'abc'.padStart(32, '0')}` },
  })
})

test('a link of an alert that is none of the web is left out', async () => {
  const hostile = { runbook_url: 'javascript:alert(1)', dashboard_url: 'https://example.org/d' }
  answers['/api/v1/alerts'] = { data: { alerts: [alert('firing', 'A', hostile)] } }
  const { alerts } = (await (await fetch(`${control}/api/state`)).json()) as { alerts: object[] }
  expect(alerts[0]).not.toHaveProperty('runbook_url')
  expect(alerts[0]).toHaveProperty('dashboard_url')
})

test.each([
  [404, { name: 'nonsense' }],
  [400, { name: 1 }],
  [400, { name: 'baseline', more: 1 }],
  [400, '{'],
])('%i for %j', async (status, body) => {
  const response = await put(body)
  expect(response.status).toBe(status)
  expect(response.headers.get('content-type')).toContain('application/problem+json')
})

test('202 where it could not be applied yet', async () => {
  delete answers['/plan']
  const response = await put({ name: 'overloaded' })
  expect(response.status).toBe(202)
  expect(await response.json()).toMatchObject({
    name: 'overloaded',
    applied: false,
    problem: expect.stringContaining('/plan: 404') as string,
  })
})

test('with a real key there is only the ordinary day', async () => {
  const real = await start({ REAL_MODELS: 'yes' })
  expect((await put({ name: 'cost-spike' }, {}, real)).status).toBe(409)
  expect((await put({ name: 'baseline' }, {}, real)).status).toBe(200)
})

test('a page of another site changes nothing', async () => {
  expect((await put({ name: 'overloaded' }, { origin: 'http://evil.example' })).status).toBe(403)
  expect((await put({ name: 'overloaded' }, { origin: 'null' })).status).toBe(403)
  expect((await put('{"name":"overloaded"}', { 'content-type': 'text/plain' })).status).toBe(415)
  expect((await put({ name: 'baseline' }, { origin: control })).status).toBe(200)
})

test('another name for this machine is not let in', async () => {
  const { port } = new URL(control)
  const status = await new Promise((resolve, reject) => {
    request({ port, host: '127.0.0.1', path: '/api/state', headers: { host: 'evil.example' } }, (response) =>
      resolve(response.resume().statusCode),
    )
      .on('error', reject)
      .end()
  })
  expect(status).toBe(403)
})
