import { Clock } from '../clock.ts'
import { PromptCache } from './cache.ts'
import type { Block, Ttl } from './cache.ts'

let clock: Clock
let cache: PromptCache
beforeEach(() => {
  clock = new Clock()
  cache = new PromptCache(clock)
})

const block = (content: string, tokens: number, ttl?: Ttl): Block => ({ content, tokens, ttl })
const use = (blocks: Block[], { scope = 'model/key', minimum = 1024 } = {}) => {
  const { commit, ...tokens } = cache.use(scope, blocks, minimum)
  commit()
  return tokens
}
const tools = block('tools', 1000, '1h')
const system = block('system', 1000, '1h')
const long = block('long', 2000, '5m')
const question = (text: string) => block(text, 10)

test('the first request writes, the next reads', () => {
  expect(use([long, question('a')])).toEqual({ read: 0, written5m: 2000, written1h: 0 })
  expect(use([long, question('b')])).toEqual({ read: 2000, written5m: 0, written1h: 0 })
})

test('mixed lifetimes: one hour up to its last breakpoint, five minutes from there', () => {
  expect(use([tools, system, long, question('a')])).toEqual({ read: 0, written1h: 2000, written5m: 2000 })
  clock.offsetSeconds += 301
  expect(use([tools, system, long, question('a')])).toEqual({ read: 2000, written1h: 0, written5m: 2000 })
  clock.offsetSeconds += 3601
  expect(use([tools, system, long, question('a')])).toEqual({ read: 0, written1h: 2000, written5m: 2000 })
})

test('a hit starts the lifetime anew', () => {
  use([long])
  for (let i = 0; i < 3; i++) {
    clock.offsetSeconds += 299
    expect(use([long]).read).toBe(2000)
  }
  clock.offsetSeconds += 301
  expect(use([long]).read).toBe(0)
})

test('a conversation reads what it wrote and writes what is new', () => {
  const turn = (n: number, ttl?: Ttl) => block(`turn ${n}`, 600, ttl)
  use([turn(1), turn(2, '5m')])
  expect(use([turn(1), turn(2), turn(3), turn(4, '5m')])).toEqual({
    read: 1200,
    written5m: 1200,
    written1h: 0,
  })
})

test('any change before a breakpoint is a miss', () => {
  use([block('a', 1), long])
  expect(use([block('b', 1), long]).read).toBe(0)
})

test('entries exist only where there was a breakpoint', () => {
  use([long, block('x', 500, '5m')])
  expect(use([{ ...long, ttl: undefined }, block('y', 500, '5m')]).read).toBe(2000)
  expect(use([long, block('z', 500)]).read).toBe(2000)
  use([block('other', 2000), block('x', 500, '5m')])
  expect(use([block('other', 2000), block('y', 500, '5m')]).read).toBe(0)
})

test('the lookup goes back 20 blocks, the breakpoint counted', () => {
  const fill = (n: number) => Array.from({ length: n }, (_, i) => block(`fill ${i}`, 1))
  use([long])
  const behind = (n: number) => [{ ...long, ttl: undefined }, ...fill(n), block('end', 1, '5m')]
  expect(cache.use('model/key', behind(18), 1024).read).toBe(2000)
  expect(cache.use('model/key', behind(19), 1024).read).toBe(0)
})

test('a prefix under the minimum is not cached', () => {
  expect(use([block('short', 1023, '5m')])).toEqual({ read: 0, written5m: 0, written1h: 0 })
  expect(use([block('short', 1023, '5m')]).read).toBe(0)
  expect(use([block('short', 1023, '5m'), block('more', 1, '5m')]).written5m).toBe(1024)
})

test('models and keys do not share', () => {
  use([long])
  expect(use([long], { scope: 'model/other' }).read).toBe(0)
})

test('what is being written cannot be read before the answer begins', () => {
  const first = cache.use('s', [long], 1024)
  expect(cache.use('s', [long], 1024).read).toBe(0)
  first.commit()
  expect(cache.use('s', [long], 1024).read).toBe(2000)
})
