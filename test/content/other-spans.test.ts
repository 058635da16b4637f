/**
 * Spans that have nothing to do with models: they pass as they are, but for secrets and what is named like content.
 * docs/security.md says what is looked for in which spans; GENAI_MASK_ALL_SPANS makes all the same.
 */
import { newTraceId, sendSpans } from '../lib/otlp.ts'
import type { SpanInput } from '../lib/otlp.ts'
import { startTraces } from './processors.ts'
import type { Processors } from './processors.ts'
import { coreOf, CREDENTIALS, makeSecrets } from './secrets.ts'

const PERSONAL = /e-mail|telephone|Visa|Mastercard|American Express|Diners|UnionPay|IBAN/

let traces: Processors
afterEach(() => traces.stop())

/** Sends one span, and gives it as it was written. */
async function through(span: SpanInput): Promise<{ written: string; span: object }> {
  const traceId = newTraceId()
  await sendSpans(traces.otlpUrl, { spans: [{ ...span, traceId }] })
  const written = (await traces.written(traceId)).split('\n').find((line) => line.includes(traceId))!
  const { resourceSpans } = JSON.parse(written) as {
    resourceSpans: { scopeSpans: { spans: object[] }[] }[]
  }
  return { written, span: resourceSpans[0]!.scopeSpans[0]!.spans[0]! }
}

/** The same text in each place where texts are. */
const everywhere = (text: string): SpanInput => ({
  name: `GET /orders?note=${text}`,
  kind: 'server',
  attributes: {
    'http.request.method': 'GET',
    'url.full': `https://orders.internal/orders?note=${text}`,
    'db.query.text': `SELECT 1 -- ${text}`,
    'acme.note': `of ${text}`,
    'acme.notes': [text, 'second'],
  },
  status: 'error',
  statusMessage: `refused for ${text}`,
  events: [
    {
      name: `failed: ${text}`,
      attributes: { 'exception.stacktrace': `Error: refused for ${text}\n    at a` },
    },
  ],
})

/** Kinds of secrets that are in what was written. */
async function leaking(): Promise<string[]> {
  const leaked = await Promise.all(
    makeSecrets().map(async (secret) => {
      const { written } = await through(everywhere(secret.text))
      const forms = [coreOf(secret), JSON.stringify(coreOf(secret)).slice(1, -1)]
      return forms.some((form) => written.includes(form)) ? [secret.kind] : []
    }),
  )
  return leaked.flat()
}

test('a span without secrets is not changed, however long its texts are', async () => {
  traces = await startTraces()
  const long = `Error: refused\n${'    at Socket.connect (/app/node_modules/@acme/client/index.js:95:5)\n'.repeat(60)}`
  const sent = {
    name: 'GET /api/orders/:id?page=2',
    attributes: {
      'http.request.method': 'GET',
      'url.full': 'https://orders.internal:8443/api/orders/8123?page=2&sort=age',
      'db.query.text': `SELECT * FROM orders WHERE id IN (${Array.from({ length: 900 }, (_, i) => i).join(', ')})`,
      'acme.customer': 'jane.doe@example.com',
      'acme.counts': [1n, 2n],
      'acme.nested': { a: { b: 0.25, c: true } },
    },
    status: 'error' as const,
    statusMessage: 'connect ECONNREFUSED 10.0.0.1:8443',
    events: [{ name: 'exception: jane.doe@example.com', attributes: { 'exception.stacktrace': long } }],
  }
  const { span, written } = await through(sent)
  expect(written).not.toContain('genai.')
  expect(span).toMatchObject({
    name: sent.name,
    status: { message: sent.statusMessage, code: 2 },
    attributes: [
      { key: 'http.request.method', value: { stringValue: 'GET' } },
      { key: 'url.full', value: { stringValue: sent.attributes['url.full'] } },
      { key: 'db.query.text', value: { stringValue: sent.attributes['db.query.text'] } },
      { key: 'acme.customer', value: { stringValue: 'jane.doe@example.com' } },
      { key: 'acme.counts', value: { arrayValue: { values: [{ intValue: '1' }, { intValue: '2' }] } } },
      {
        key: 'acme.nested',
        value: {
          kvlistValue: {
            values: [
              {
                key: 'a',
                value: {
                  kvlistValue: {
                    values: [
                      { key: 'b', value: { doubleValue: 0.25 } },
                      { key: 'c', value: { boolValue: true } },
                    ],
                  },
                },
              },
            ],
          },
        },
      },
    ],
    events: [
      {
        name: 'exception: jane.doe@example.com',
        attributes: [{ key: 'exception.stacktrace', value: { stringValue: long } }],
      },
    ],
  })
}, 60_000)

test('secrets are masked, content too, personal data stays', async () => {
  traces = await startTraces()
  const kinds = makeSecrets().map(({ kind }) => kind)
  const personal = kinds.filter((kind) => PERSONAL.test(kind))
  expect(personal.length).toBeGreaterThan(10)
  expect(await leaking()).toEqual(personal)

  const { written } = await through({
    attributes: {
      'acme.user_prompt': 'zqcontent',
      'gen_ai.input.messages': 'zqcontent',
      'db.password': 'abc',
    },
    events: [{ name: 'gen_ai.user.message', attributes: { content: 'zqcontent' } }],
  })
  expect(written).not.toContain('zqcontent')
  expect(written).not.toContain('abc')
  // services/telemetry puts it on every span of a request.
  for (const user of ['jane.doe@example.com', '030-1234567', '+49 30 1234567']) {
    expect((await through({ attributes: { 'app.user_id': user } })).written).not.toContain(user)
  }
  for (const user of ['user_42', 'u-8123', '7f1d2a44-5b1c-4f5e-9d39-0a2d8a4b1c77', '42']) {
    expect((await through({ attributes: { 'app.user_id': user } })).written).toContain(user)
  }
}, 60_000)

test.each(['false', 'true'])(
  'credentials by their key, however harmless they look, with GENAI_CAPTURE_CONTENT=%s',
  async (capture) => {
    traces = await startTraces({ GENAI_CAPTURE_CONTENT: capture })
    const attributes = Object.fromEntries(CREDENTIALS.map((key) => [key, 'zqharmless']))
    for (const marks of [{}, { 'gen_ai.operation.name': 'chat' }]) {
      const { written } = await through({ attributes: { ...attributes, ...marks } })
      expect(written.match(/"[^"]*","value":\{"stringValue":"zqharmless/g)).toBeNull()
    }
  },
  60_000,
)

test.each(['GENAI_MASK_ALL_SPANS', 'GENAI_CAPTURE_CONTENT'])(
  'with %s personal data is masked, too',
  async (variable) => {
    traces = await startTraces({ [variable]: 'true' })
    expect(await leaking()).toEqual([])
  },
  60_000,
)
