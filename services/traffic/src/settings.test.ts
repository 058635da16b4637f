import { readSettings } from './settings.ts'

test('defaults, also for empty variables', () => {
  expect(readSettings({ TRAFFIC_RATE_PER_MINUTE: '' })).toMatchObject({
    TRAFFIC_RATE_PER_MINUTE: 30,
    CHAT_API_URL: 'http://localhost:8081',
  })
})

test('values', () => {
  const env = { TRAFFIC_RATE_PER_MINUTE: '0', TRAFFIC_SEED: '7', CHAT_API_URL: 'http://chat:8080/' }
  expect(readSettings(env)).toMatchObject({
    TRAFFIC_RATE_PER_MINUTE: 0,
    TRAFFIC_SEED: 7,
    CHAT_API_URL: 'http://chat:8080',
  })
})

test('an error names what is wrong', () => {
  const env = { TRAFFIC_RATE_PER_MINUTE: 'lots', TRAFFIC_MAX_IN_FLIGHT: '0', CHAT_API_URL: 'chat' }
  expect(() => readSettings(env)).toThrow(/TRAFFIC_RATE_PER_MINUTE.*TRAFFIC_MAX_IN_FLIGHT.*CHAT_API_URL/)
})
