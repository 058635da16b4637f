import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { allPages, type Api } from './get.ts'

let server: Server
let listener: RequestListener
let api: Api
const CANARY = 'sk-ant-admin01-canary-7f3b'
beforeAll(async () => {
  server = createServer((request, response) => listener(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  api = {
    name: 'Provider',
    url: `http://127.0.0.1:${port}/`,
    headers: { 'x-api-key': CANARY, authorization: `Bearer ${CANARY}` },
    permission: 'an admin makes it',
  }
})
afterAll(() => server.close())

/** One answer for each request, the last one again and again. @returns the paths that were asked for, and when */
function answers(...all: [status: number, body: unknown, headers?: Record<string, string>][]) {
  const asked: { url: string; at: number }[] = []
  listener = (request, response) => {
    const [status, body, headers] = all[Math.min(asked.length, all.length - 1)]!
    asked.push({ url: request.url!, at: Date.now() })
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }
  return asked
}
const page = (data: unknown[], next_page: string | null = null) => ({
  data,
  has_more: next_page !== null,
  next_page,
})
const get = (query = {}) => allPages(api, '/report', query, 1)

test('pages until there are no more, lists as the SDKs send them', async () => {
  const asked = answers([200, page([1, 2], 'a=')], [200, page([], 'b')], [200, page([3])])
  expect(await get({ group_by: ['model', 'batch'], limit: 31 })).toEqual([1, 2, 3])
  const first = '/report?group_by%5B%5D=model&group_by%5B%5D=batch&limit=31'
  expect(asked.map(({ url }) => url)).toEqual([first, `${first}&page=a%3D`, `${first}&page=b`])
})

test('what passes is asked again, as late as the server says', async () => {
  const asked = answers([429, {}, { 'retry-after': '1' }], [503, 'no JSON'], [500, {}], [200, page([1])])
  expect(await get()).toEqual([1])
  expect(asked).toHaveLength(4)
  expect(asked[1]!.at - asked[0]!.at).toBeGreaterThanOrEqual(990)
  expect(asked[3]!.at - asked[1]!.at).toBeLessThan(500)
})

test('what does not pass is told, without the key, whatever the server says', async () => {
  const asked = answers([500, { error: { message: `no luck with ${CANARY}` } }])
  const error = (await get().catch((reason: unknown) => reason)) as Error
  expect(error.message).toBe('Provider answers /report with 500, 5 times at most: no luck with …')
  expect(asked).toHaveLength(5)
  answers([429, {}, { 'retry-after': '100000' }])
  await expect(get()).rejects.toThrow('with 429')
  const refused = answers([401, { error: { message: `Incorrect API key provided: ${CANARY}` } }])
  await expect(get()).rejects.toThrow(/^Provider refuses the key \(401\): an admin makes it$/)
  expect(refused).toHaveLength(1)
})

test('a redirect, which would take the key elsewhere, is not followed', async () => {
  const asked = answers([302, '', { location: '/elsewhere' }])
  await expect(get()).rejects.toThrow('could not be read')
  expect(asked.every(({ url }) => url === '/report')).toBe(true)
})

test('a server that cannot be reached is named', async () => {
  await expect(allPages({ ...api, url: 'http://127.0.0.1:2' }, '/report', {}, 1)).rejects.toThrow(
    'Provider (http://127.0.0.1:2) could not be read: ECONNREFUSED',
  )
})

test('pages without an end have one', async () => {
  answers([200, page([], 'again')])
  await expect(get()).rejects.toThrow('more than 1000 pages')
}, 20_000)
