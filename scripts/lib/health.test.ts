import { notHealthy } from './health.ts'

const container = { ID: '0', Service: 'a', State: 'running', Health: '', ExitCode: 0 }
const seen = (state: Partial<typeof container>, restart = 'unless-stopped') =>
  notHealthy([{ ...container, ...state }], ['a'], { a: { restart } }).get('a')

test('running is enough without a health check, and not with one', () => {
  expect(seen({})).toBeUndefined()
  expect(seen({ Health: 'starting' })).toBe('starting')
  expect(seen({ Health: 'healthy' })).toBeUndefined()
})

test('a container that ended is fine only where that is its work', () => {
  expect(seen({ State: 'exited' }, 'no')).toBeUndefined()
  expect(seen({ State: 'exited' })).toBe('exited, exit code 0')
  expect(seen({ State: 'exited', ExitCode: 1 }, 'no')).toBe('exited, exit code 1')
})

test('no container', () => {
  expect(notHealthy([], ['a'], {}).get('a')).toBe('it has no container')
})
