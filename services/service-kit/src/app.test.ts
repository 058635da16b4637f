import { context, trace } from '@opentelemetry/api'
import type { Context, ContextManager } from '@opentelemetry/api'
import { AsyncLocalStorage } from 'node:async_hooks'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Writable } from 'node:stream'
import { z } from 'zod'
import { createApp, createLogger, HttpProblem, parseBody } from './index.ts'
import type { ProblemDetails } from './index.ts'

let log: string[] = []
const sink = new Writable({
  write(chunk: Buffer, _encoding, done) {
    log.push(chunk.toString())
    done()
  },
})

const body = z.strictObject({ message: z.string().min(1), tags: z.array(z.string()).optional() })
const app = createApp({
  logger: createLogger('test', sink),
  bodyLimit: 1000,
  routes: (app) => {
    app.post('/echo', (request, response) => {
      response.json(parseBody(body, request))
    })
    app.get('/busy', () => {
      throw new HttpProblem(429, {
        detail: 'later',
        retryAfter: 7,
        extensions: { upstream: { status: 429 } },
      })
    })
    app.get('/broken', () => {
      throw new Error('the password is hunter2')
    })
    app.get('/cut', (_request, response) => {
      response.write('half')
      throw new Error('after the headers')
    })
  },
})
const server = createServer(app)
let url: string

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => new Promise((resolve) => server.close(resolve)))
beforeEach(() => {
  log = []
})

const post = (path: string, data: string, type = 'application/json') =>
  fetch(url + path, { method: 'POST', body: data, headers: { 'content-type': type } })

const problemOf = async (response: Response) => {
  expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/)
  return (await response.json()) as ProblemDetails
}

test('healthy', async () => {
  const response = await fetch(`${url}/healthz`)
  expect(response.status).toBe(200)
  expect(await response.json()).toEqual({ status: 'ok' })
  expect(response.headers.get('x-powered-by')).toBeNull()
})

test('a valid body reaches the handler', async () => {
  const response = await post('/echo', '{"message":"hi"}')
  expect(await response.json()).toEqual({ message: 'hi' })
})

test('an invalid body is a problem that points at each wrong part', async () => {
  const response = await post('/echo', '{"message":"","tags":["a",1]}')
  expect(response.status).toBe(400)
  expect(await problemOf(response)).toMatchObject({
    type: 'about:blank',
    title: 'Invalid Request',
    status: 400,
    instance: '/echo',
    errors: [{ pointer: '#/message' }, { pointer: '#/tags/1' }],
  })
})

test.each([
  ['malformed JSON', '{"message": secret', 'application/json', 400],
  ['no body', '', 'application/json', 400],
  ['another content type', 'message=hi', 'application/x-www-form-urlencoded', 415],
  ['a body over the limit', JSON.stringify({ message: 'x'.repeat(2000) }), 'application/json', 413],
])('%s', async (_name, data, type, status) => {
  const response = await post('/echo', data, type)
  expect(response.status).toBe(status)
  const problem = await problemOf(response)
  expect(problem.status).toBe(status)
  expect(JSON.stringify(problem)).not.toContain('secret')
})

test('unknown routes', async () => {
  const response = await fetch(`${url}/nowhere?q=1`)
  expect(response.status).toBe(404)
  expect(await problemOf(response)).toMatchObject({ status: 404, instance: '/nowhere' })
  expect((await fetch(`${url}/%E0%A4`)).status).toBeLessThan(500)
})

test('a thrown problem keeps its status, Retry-After and extensions', async () => {
  const response = await fetch(`${url}/busy`)
  expect(response.status).toBe(429)
  expect(response.headers.get('retry-after')).toBe('7')
  expect(await problemOf(response)).toMatchObject({ title: 'Too Many Requests', upstream: { status: 429 } })
})

test('an unexpected error is logged and not told', async () => {
  const response = await fetch(`${url}/broken`)
  expect(response.status).toBe(500)
  expect(JSON.stringify(await problemOf(response))).not.toContain('hunter2')
  expect(log.join()).toContain('hunter2')
})

test('an error after the headers cuts the answer', async () => {
  await expect(fetch(`${url}/cut`).then((response) => response.text())).rejects.toThrow()
})

test('the log has one line per request, without query and body', async () => {
  await (await post('/echo?token=abc', '{"message":"very private"}')).text()
  const lines = log.map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(lines).toMatchObject([{ name: 'test', method: 'POST', path: '/echo', status: 200 }])
  expect(log.join()).not.toMatch(/private|abc/)
})

test('the log redacts credentials', () => {
  createLogger('test', sink).info({
    authorization: 's1',
    headers: { 'x-api-key': 's2' },
    request: { headers: { authorization: 's3' } },
  })
  expect(log.join()).not.toMatch(/s[123]/)
})

test('x-trace-id is the id of the active trace', async () => {
  const traceId = '0af7651916cd43dd8448eb211c80319c'
  const span = trace.wrapSpanContext({ traceId, spanId: 'b7ad6b7169203331', traceFlags: 1 })
  const storage = new AsyncLocalStorage<Context>()
  const manager: ContextManager = {
    active: () => storage.getStore() ?? trace.setSpan(context_.root, span),
    with: (active, fn, self, ...args) => storage.run(active, () => fn.call(self as never, ...args)),
    bind: (_context, target) => target,
    enable: () => manager,
    disable: () => manager,
  }
  const context_ = { root: context.active() }
  context.setGlobalContextManager(manager)
  try {
    const response = await fetch(`${url}/healthz`)
    expect(response.headers.get('x-trace-id')).toBe(traceId)
  } finally {
    context.disable()
  }
  expect((await fetch(`${url}/healthz`)).headers.get('x-trace-id')).toBeNull()
})
