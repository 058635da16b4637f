import { OpenSpans } from './open-spans.ts'

test('waits for the last span that is open', async () => {
  const spans = new OpenSpans()
  await spans.none(10_000)
  spans.onStart()
  spans.onStart()
  spans.onEnd()
  setTimeout(() => spans.onEnd(), 30)
  const begin = performance.now()
  await spans.none(10_000)
  expect(performance.now() - begin).toBeGreaterThan(20)
  expect(performance.now() - begin).toBeLessThan(5000)
})

test('does not wait for ever for a span that never ends', async () => {
  const spans = new OpenSpans()
  spans.onStart()
  const begin = performance.now()
  await spans.none(30)
  expect(performance.now() - begin).toBeGreaterThan(20)
})
