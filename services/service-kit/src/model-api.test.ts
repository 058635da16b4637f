import { modelApi } from './model-api.ts'

const LLM_SIMULATOR_URL = 'http://simulator:8080/'

test('a key means the real API, whatever else is set', () => {
  const env = { ANTHROPIC_API_KEY: 'key', ANTHROPIC_BASE_URL: '', LLM_SIMULATOR_URL }
  expect(modelApi('anthropic', env)).toEqual({ apiKey: 'key' })
})

test('no key means the simulator', () => {
  const env = { ANTHROPIC_API_KEY: ' ', LLM_SIMULATOR_URL }
  expect(modelApi('anthropic', env)).toEqual({ apiKey: 'not-needed', baseURL: 'http://simulator:8080' })
  expect(modelApi('openai', env)).toEqual({ apiKey: 'not-needed', baseURL: 'http://simulator:8080/v1' })
})

test('a base URL goes first', () => {
  const env = { OPENAI_API_KEY: 'key', OPENAI_BASE_URL: 'http://gateway/v1', LLM_SIMULATOR_URL }
  expect(modelApi('openai', env)).toEqual({ apiKey: 'key', baseURL: 'http://gateway/v1' })
})

test('neither is an error that says what to set', () => {
  expect(() => modelApi('openai', {})).toThrow('OPENAI_API_KEY, or LLM_SIMULATOR_URL')
})
