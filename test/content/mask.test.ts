/** collector/protect/mask/ alone: no secret of a known form and no personal data gets through, and what only looks like it does. */
import { newTraceId, sendSpans } from '../lib/otlp.ts'
import type { SpanInput } from '../lib/otlp.ts'
import { startProcessors } from './processors.ts'
import type { Processors } from './processors.ts'
import { CREDENTIALS, HARMLESS, coreOf, makeSecrets } from './secrets.ts'
import type { Secret } from './secrets.ts'

let processors: Processors
beforeAll(async () => {
  processors = await startProcessors(['transform/texts_out', 'redaction/mask', 'transform/texts_back'])
}, 60_000)
afterAll(() => processors.stop())

/** Sends spans, and gives what was written of their trace. */
async function through(spans: SpanInput[], resource = {}): Promise<string> {
  const traceId = newTraceId()
  await sendSpans(processors.otlpUrl, { resource, spans: spans.map((span) => ({ ...span, traceId })) })
  const text = await processors.written(traceId)
  return text.split('\n').find((line) => line.includes(traceId))!
}

/** In how many ways a text is put around a secret. */
const AROUND: Record<string, (secret: string) => string> = {
  alone: (secret) => secret,
  'in a sentence': (secret) => `Hello, mine is ${secret}, is that right?`,
  'after a line break': (secret) => `Mine:\n${secret}\nThanks.`,
  'in JSON': (secret) => JSON.stringify({ role: 'user', content: `Mine:\n${secret}\nThanks.` }),
  'in JSON in JSON': (secret) => JSON.stringify({ body: JSON.stringify({ content: `Mine:\n${secret}.` }) }),
  'in a stack trace': (secret) => `Error: invalid value ${secret}\n    at call (/app/src/llm.ts:10:5)`,
}

const kinds = makeSecrets().map(({ kind }) => kind)

test.each(kinds)('%s: masked wherever it stands', async (kind) => {
  const used: Secret[] = []
  const next = () => {
    const secret = makeSecrets().find((made) => made.kind === kind)!
    used.push(secret)
    return secret.text
  }
  const values = Object.values(AROUND)
  const written = await through(
    [
      {
        name: `call ${next()}`,
        attributes: {
          ...Object.fromEntries(values.map((around, i) => [`custom.${i}`, around(next())])),
          'custom.list': ['first', next()],
          'custom.map': { inner: { note: next() } },
          'url.full': `https://example.com/search?q=${encodeURIComponent('x')}&note=${next()}`,
          'error.message': `failed for ${next()}`,
        },
        status: 'error',
        statusMessage: `The request for ${next()} failed`,
        events: [
          {
            name: 'exception',
            attributes: {
              'exception.message': AROUND['in a sentence']!(next()),
              'exception.stacktrace': AROUND['in a stack trace']!(next()),
            },
          },
          { name: `note ${next()}` },
        ],
      },
    ],
    { 'process.command_args': ['node', '--note', next()] },
  )
  const found = used.flatMap((secret) => {
    const forms = [coreOf(secret), JSON.stringify(coreOf(secret)).slice(1, -1)]
    return forms.some((form) => written.includes(form)) ? [secret.text] : []
  })
  expect(found).toEqual([])
  expect(written).toContain('****')
})

test('credentials by their key, of no known form: masked', async () => {
  const values = CREDENTIALS.map((key, i) => [key, `zq%${i}%open sesame`] as const)
  const written = await through([{ attributes: Object.fromEntries(values) }])
  expect(values.filter(([, value]) => written.includes(value)).map(([key]) => key)).toEqual([])
  // The list says what is tried: none of these is masked for its value.
  const others = values.map(([, value], i) => [`custom.${i}`, value] as const)
  const kept = await through([{ attributes: Object.fromEntries(others) }])
  expect(others.filter(([, value]) => !kept.includes(value))).toEqual([])
})

test('a secret that the cut goes through is masked before it', async () => {
  const secrets = makeSecrets().filter(({ text }) => text.length > 12)
  const spans = secrets.flatMap((secret) =>
    [4, 8, 12].map((before) => ({
      attributes: {
        custom: `${'x '.repeat(994)}${' '.repeat(12 - before)}${secret.text} and more`.padEnd(4000, ' y'),
      },
    })),
  )
  const written = await through(spans)
  // What a cut in the middle of it would leave: its first characters at the end of a value.
  const left = secrets.filter((secret) =>
    written.includes(`${JSON.stringify(coreOf(secret).slice(0, 8)).slice(1, -1)}"`),
  )
  expect(left.map(({ kind }) => kind)).toEqual([])
  const lengths = [...written.matchAll(/"stringValue":"(x x[^"]*)"/g)].map(([, value]) => value!.length)
  expect(lengths).toHaveLength(spans.length)
  expect(Math.max(...lengths)).toBeLessThanOrEqual(2000)
})

describe('what only looks like a secret stays as it is', () => {
  test.each(Object.keys(HARMLESS))('%s', async (kind) => {
    const values = HARMLESS[kind]!
    const written = await through([
      {
        attributes: {
          ...Object.fromEntries(values.map((value, i) => [`custom.${i}`, value])),
          ...Object.fromEntries(values.map((value, i) => [`text.${i}`, `Before ${value} after`])),
        },
      },
    ])
    const missing = values.filter(
      (value) =>
        !written.includes(JSON.stringify(value)) ||
        !written.includes(JSON.stringify(`Before ${value} after`)),
    )
    expect(missing).toEqual([])
  })

  test('numbers, counted ones and others', async () => {
    const numbers = {
      'gen_ai.usage.input_tokens': 4_111_111_111_111_111n,
      'gen_ai.usage.cost.input': 0.4111111111111111,
      'custom.count': 152_000,
      'custom.score': 0.4242424242424242,
    }
    const written = await through([{ attributes: numbers }])
    for (const [key, value] of Object.entries(numbers)) {
      const encoded =
        typeof value === 'number' && !Number.isInteger(value)
          ? `{"doubleValue":${value}}`
          : `{"intValue":"${value}"}`
      expect(written).toContain(`{"key":"${key}","value":${encoded}}`)
    }
  })
})
