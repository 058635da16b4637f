import { createLogger, listen } from '@genai-otel-kit/service-kit'
import type { RunningServer } from '@genai-otel-kit/service-kit'
import { createAlertInbox } from './app.ts'
import { Inbox } from './inbox.ts'

const logger = createLogger('alert-inbox')
logger.level = 'silent'
let running: RunningServer
let url: string
beforeEach(async () => {
  running = await listen(createAlertInbox(logger, new Inbox(3)), { logger, port: 0, host: '127.0.0.1' })
  url = `http://127.0.0.1:${running.port}/alerts`
})
afterEach(() => running.stop())

const alert = (alertname: string, status = 'firing') => ({
  status,
  labels: { alertname, severity: 'warning' },
  annotations: { summary: 'chat-api is slow' },
  startsAt: '2026-11-20T10:00:00.123Z',
  endsAt: status === 'firing' ? '0001-01-01T00:00:00Z' : '2026-11-20T10:05:00+01:00',
  generatorURL: 'http://prometheus:9090/graph?g0.expr=up',
  fingerprint: 'c0ffee',
})
/** As Alertmanager 0.33 sends it. */
const message = (...alerts: object[]) => ({
  receiver: 'alert-inbox',
  status: 'firing',
  alerts,
  groupLabels: { alertname: 'LLMHighLatency' },
  commonLabels: { severity: 'warning' },
  commonAnnotations: {},
  externalURL: 'http://alertmanager:9093',
  version: '4',
  groupKey: '{}:{alertname="LLMHighLatency"}',
  truncatedAlerts: 0,
})
const post = (body: unknown) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
const list = async () => (await (await fetch(url)).json()) as { labels: { alertname: string } }[]
const names = async () => (await list()).map(({ labels }) => labels.alertname)

test('lists each alert of each message, as it was delivered', async () => {
  expect(await list()).toEqual([])
  expect((await post(message(alert('LLMHighLatency'), alert('LLMRefusals', 'resolved')))).status).toBe(204)
  const received_at = expect.stringMatching(/^20\d\d-.*Z$/) as string
  expect(await list()).toEqual([
    {
      received_at,
      status: 'firing',
      fingerprint: 'c0ffee',
      labels: { alertname: 'LLMHighLatency', severity: 'warning' },
      annotations: { summary: 'chat-api is slow' },
      starts_at: '2026-11-20T10:00:00.123Z',
      ends_at: null,
    },
    expect.objectContaining({ received_at, status: 'resolved', ends_at: '2026-11-20T10:05:00+01:00' }),
  ])
})

test('keeps the newest, in their order', async () => {
  await post(message(alert('a'), alert('b')))
  await post(message(alert('c'), alert('d')))
  expect(await names()).toEqual(['b', 'c', 'd'])
})

test('forgets when told to', async () => {
  await post(message(alert('a')))
  expect((await fetch(url, { method: 'DELETE' })).status).toBe(204)
  expect(await list()).toEqual([])
})

test('takes no message that it would list wrongly, and says what is wrong with it', async () => {
  await post(message(alert('a')))
  const old = await post({ ...message(alert('b')), version: '3' })
  expect(old.status).toBe(400)
  expect(await old.json()).toMatchObject({ errors: [{ pointer: '#/version' }] })
  const broken = await post(message(alert('b'), { ...alert('c'), status: 'maybe', startsAt: 'today' }))
  expect(await broken.json()).toMatchObject({
    errors: [{ pointer: '#/alerts/1/status' }, { pointer: '#/alerts/1/startsAt' }],
  })
  expect(await names()).toEqual(['a'])
})
