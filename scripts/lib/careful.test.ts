import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Bounds, BOUNDS, CarefulReader, GivenUp, Refused, TooLarge } from './careful.ts'
import { jaeger, tempo } from './trace-store.ts'

interface Answer {
  status?: number
  body?: string
  headers?: Record<string, string>
}

let servers: Server[] = []
afterEach(() => {
  for (const server of servers) {
    server.closeAllConnections()
    server.close()
  }
  servers = []
})

/** A store that answers as it is told, and says how many requests it had at once, and how many bytes they got. */
async function store(answer: (path: URL, nth: number) => Answer) {
  const seen = { requests: 0, atOnce: 0, most: 0, bytes: 0, mostBytes: 0 }
  const server = createServer((request, response) => {
    const { status = 200, body = '', headers } = answer(new URL(request.url!, 'http://x'), ++seen.requests)
    seen.most = Math.max(seen.most, ++seen.atOnce)
    seen.mostBytes = Math.max(seen.mostBytes, (seen.bytes += body.length))
    setTimeout(() => {
      seen.atOnce--
      seen.bytes -= body.length
      response.writeHead(status, headers).end(body)
    }, 3)
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { seen, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

function reader(url: string, bounds: Partial<Bounds> = {}) {
  const words: string[] = []
  const waits: number[] = []
  const careful = new CarefulReader('Tempo', url, {
    bounds: { ...BOUNDS, ...bounds },
    tell: (word) => words.push(word),
    pause: (ms) => Promise.resolve(waits.push(ms)),
  })
  const many = (count: number) => Promise.all(Array.from({ length: count }, (_, i) => careful.read(`/${i}`)))
  return { careful, many, words, waits }
}

test('large answers come one at a time', async () => {
  const { url, seen } = await store(() => ({ body: 'x'.repeat(60_000) }))
  const answers = await reader(url, { inFlight: 100_000 }).many(20)
  expect(answers.map((answer) => answer?.bytes)).toEqual(Array(20).fill(60_000))
  expect(seen.most).toBe(1)
})

test('small answers come several at once, and no more than that', async () => {
  const { url, seen } = await store(() => ({ body: 'x' }))
  await reader(url, { inFlight: 100_000, atOnce: 5 }).many(300)
  expect(seen.most).toBe(5)
})

test('after a large one among small ones, fewer bytes are on their way', async () => {
  const { url, seen } = await store((_, nth) => ({ body: 'x'.repeat(nth < 100 ? 1 : 60_000) }))
  const { careful, many } = reader(url, { inFlight: 100_000, atOnce: 5 })
  await many(99)
  expect(careful.atOnce).toBe(5)
  await many(1)
  expect(careful.atOnce).toBe(1)
  seen.most = 0
  await many(20)
  expect(seen.most).toBe(1)
})

test.each([429, 500, 502, 503, 504])('%s: it waits longer each time, and says so', async (status) => {
  const { url } = await store((_, nth) => (nth < 4 ? { status } : { body: 'all' }))
  const { careful, words, waits } = reader(url)
  expect((await careful.read('/'))?.text).toBe('all')
  expect(waits).toEqual([1000, 2000, 4000])
  expect(words).toEqual([1, 2, 4].map((s) => `Tempo answered ${status}: waiting ${s} s`))
})

test('it waits as long as the store wants it to', async () => {
  const { url } = await store((_, nth) => (nth === 1 ? { status: 429, headers: { 'retry-after': '7' } } : {}))
  const { careful, waits } = reader(url)
  await careful.read('/')
  expect(waits).toEqual([7000])
})

test('a busy store has one request at a time again', async () => {
  const { url, seen } = await store((_, nth) => (nth === 200 ? { status: 503 } : { body: 'x' }))
  const { careful, many } = reader(url, { atOnce: 5, inFlight: 1e6 })
  await many(199)
  expect(careful.atOnce).toBe(5)
  const last = many(10)
  while (seen.requests < 200) await sleep(1)
  await sleep(5)
  expect(careful.atOnce).toBeLessThan(5)
  await last
})

test('it gives up in time, with a word', async () => {
  const { url } = await store((_, nth) => (nth === 1 ? { body: '1' } : { status: 503 }))
  const { careful, waits } = reader(url, { patience: 60_000 })
  await careful.read('/')
  const gaveUp = careful.read('/')
  await expect(gaveUp).rejects.toThrow(GivenUp)
  await expect(gaveUp).rejects.toThrow(
    `Tempo (${url}) answered 503, and still did after 60 s. 1 requests were answered before.`,
  )
  expect(waits.reduce((sum, ms) => sum + ms)).toBe(60_000)
})

test('a store that is down is named at once; one that goes away is waited for', async () => {
  const { url } = await store(() => ({}))
  const other = reader(url, { patience: 5000 })
  await other.careful.read('/')
  servers[0]!.close()
  servers[0]!.closeAllConnections()
  const { careful, waits } = reader(url)
  await expect(careful.read('/')).rejects.toThrow(`Tempo (${url}) is down: it does not answer (ECONNREFUSED)`)
  expect(waits).toEqual([])

  await expect(other.careful.read('/')).rejects.toThrow(/does not answer \(\w+\), and still did after 5 s/)
  expect(other.waits).toEqual([1000, 2000, 2000])
})

test('what is refused is not asked again, and what is not there is nothing', async () => {
  const { url, seen } = await store(({ pathname }) =>
    pathname === '/no' ? { status: 404 } : { status: 400, body: 'parse error' },
  )
  const { careful } = reader(url)
  expect(await careful.read('/no')).toBeUndefined()
  const refused = careful.read('/')
  await expect(refused).rejects.toThrow(Refused)
  await expect(refused).rejects.toThrow('Tempo answered 400: parse error')
  expect(seen.requests).toBe(2)
})

test('an answer without end is not read to its end', async () => {
  const { url } = await store(() => ({ body: 'x'.repeat(200_000) }))
  await expect(reader(url, { largest: 100_000 }).careful.read('/')).rejects.toThrow(TooLarge)
})

const second = 1_790_000_000

test('Tempo: each call of many traces, in answers of a bounded size', async () => {
  const traces = Array.from({ length: 1000 }, (_, i) => ({
    traceID: (i + 1).toString(16),
    at: second + (i % 100),
    spans: [{ spanID: 'a', startTimeUnixNano: `${second + (i % 100)}500000000`, durationNanos: '1' }],
  }))
  const limits: number[] = []
  const { url, seen } = await store(({ searchParams }) => {
    const [start, end, limit] = ['start', 'end', 'limit'].map((name) => Number(searchParams.get(name)))
    limits.push(limit!)
    const found = traces.filter(({ at }) => at >= start! && at < end!).slice(0, limit)
    return {
      body: JSON.stringify({
        // So much that all of them are more than may be asked for at once.
        traces: found.map(({ traceID, spans }) => ({
          traceID,
          spanSets: [{ matched: 1, spans }],
          more: 'x'.repeat(20_000),
        })),
      }),
    }
  })
  const calls = await tempo(url).calls(second * 1000, (second + 100) * 1000)
  expect(new Set(calls.map(({ traceId }) => traceId)).size).toBe(1000)
  expect(limits[0]).toBe(250)
  expect(seen.most).toBe(1)
  expect(seen.mostBytes).toBeLessThan(16e6)
})

test('Tempo: a trace that is on its way to the disk is looked for again', async () => {
  const whole = {
    trace: {
      resourceSpans: [
        {
          resource: { attributes: [{ key: 'service.name', value: { stringValue: 'a' } }] },
          scopeSpans: [
            {
              spans: [
                {
                  traceId: 'AAAAAAAAAAAAAAAAAAAAAQ==',
                  spanId: 'AAAAAAAAAAE=',
                  startTimeUnixNano: `${second}000000000`,
                  endTimeUnixNano: `${second}500000000`,
                  attributes: [{ key: 'genai.role', value: { stringValue: 'inference' } }],
                },
              ],
            },
          ],
        },
      ],
    },
  }
  const { url } = await store((_, nth) => ({ body: JSON.stringify(nth === 1 ? { trace: {} } : whole) }))
  const calls = await tempo(url).callsOf(['1'.padStart(32, '0')], 0, second * 2000)
  expect(calls).toHaveLength(1)
}, 10_000)

test('Tempo: a part of a trace is not taken for all of it', async () => {
  const { url } = await store(() => ({ body: '{"trace":{},"status":"PARTIAL","message":"too large"}' }))
  await expect(tempo(url).callsOf(['1'], 0, 1)).rejects.toThrow('a part of a trace only: too large')
})

test('Jaeger: it asks for few traces first, as it answers whole ones, and for all in the end', async () => {
  const traces = Array.from({ length: 500 }, (_, i) => ({ id: i + 1, at: second * 1000 + 50 * i }))
  const counts: number[] = []
  const { url, seen } = await store(({ searchParams }) => {
    const [start, end] = ['start_time_min', 'start_time_max'].map((name) =>
      Date.parse(searchParams.get(`query.${name}`)!),
    )
    const found = traces.filter(({ at }) => at >= start! && at <= end!)
    const some = found.slice(0, Number(searchParams.get('query.num_traces')))
    counts.push(some.length)
    return {
      body: JSON.stringify({
        result: {
          resourceSpans: [
            {
              resource: { attributes: [{ key: 'service.name', value: { stringValue: 'a' } }] },
              scopeSpans: [
                {
                  spans: some.map(({ id, at }) => ({
                    traceId: id.toString(16).padStart(32, '0'),
                    spanId: '1'.padStart(16, '0'),
                    startTimeUnixNano: `${at}000000`,
                    endTimeUnixNano: `${at + 1}000000`,
                    attributes: [
                      { key: 'genai.role', value: { stringValue: 'inference' } },
                      { key: 'content', value: { stringValue: 'x'.repeat(50_000) } },
                    ],
                  })),
                },
              ],
            },
          ],
        },
      }),
    }
  })
  const calls = await jaeger(url).calls(second * 1000 - 1, (second + 60) * 1000)
  expect(new Set(calls.map(({ traceId }) => traceId)).size).toBe(500)
  expect(counts[0]).toBe(4)
  expect(seen.mostBytes).toBeLessThan(16e6)
})
