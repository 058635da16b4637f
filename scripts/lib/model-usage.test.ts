import { combine } from './model-usage.ts'

const none = { calls: [], input: [], cached: [], output: [], cost: [], p95: [] }
const labels = { service_name: 'chat-api', gen_ai_request_model: 'm-latest', gen_ai_response_model: 'm-1' }

test('adds the series of one service and model', () => {
  const [row, ...others] = combine({
    ...none,
    calls: [
      { labels, value: 2 },
      { labels: { ...labels, app_feature: 'chat' }, value: 3 },
    ],
    cost: [
      { labels: { ...labels, gen_ai_usage_cost_component: 'input' }, value: 0.25 },
      { labels: { ...labels, gen_ai_usage_cost_component: 'output' }, value: 0.5 },
    ],
    p95: [{ labels, value: 1.5 }],
  })
  expect(row).toMatchObject({ service: 'chat-api', model: 'm-1', calls: 5, cost: 0.75, p95: 1.5 })
  expect(others).toEqual([])
})

test('a model without a price has no cost, rather than 0', () => {
  expect(combine({ ...none, calls: [{ labels, value: 1 }] })[0]).toMatchObject({ cost: undefined })
})

test('a failed call counts for the model that was requested', () => {
  const failed = { service_name: labels.service_name, gen_ai_request_model: labels.gen_ai_request_model }
  expect(combine({ ...none, calls: [{ labels: failed, value: 1 }] })[0]).toMatchObject({
    model: 'm-latest',
    calls: 1,
  })
})
