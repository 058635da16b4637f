/** Spans of calls that failed, or whose reader left, as programs write them by hand: each is a call, with what went wrong. */
import type { Attributes, SpanInput } from '../lib/otlp.ts'
import { startNormalizeAndPrice } from '../lib/transform.ts'
import type { Transform } from '../lib/transform.ts'

let collector: Transform
beforeAll(async () => {
  collector = await startNormalizeAndPrice()
}, 120_000)
afterAll(() => collector.stop())

async function normalized(span: Omit<SpanInput, 'name'>, scope?: string): Promise<Attributes> {
  return (await collector.run([{ kind: 'internal', ...span, name: 'span' }], scope)).get('span')!
}

const claude = { 'gen_ai.system': 'anthropic', 'gen_ai.request.model': 'claude-sonnet-5' }
const gpt = { 'gen_ai.system': 'openai', 'gen_ai.request.model': 'gpt-5-mini' }
const raised = (type: string, message: string): Omit<SpanInput, 'attributes'> => ({
  status: 'error',
  statusMessage: `${type.replace(/^.*[.]/, '')}: ${message}`,
  events: [{ name: 'exception', attributes: { 'exception.type': type, 'exception.message': message } }],
})

describe('a call', () => {
  test.each<[string, Omit<SpanInput, 'name'>, string | undefined]>([
    [
      'that Python’s SDK refused to go on with',
      { attributes: claude, ...raised('anthropic.RateLimitError', 'Error code: 429 - {}') },
      'anthropic.RateLimitError',
    ],
    [
      'that names its error',
      { attributes: { ...claude, 'error.type': 'overloaded_error' }, status: 'error' },
      'overloaded_error',
    ],
    [
      'under today’s name of the provider',
      {
        attributes: { 'gen_ai.provider.name': 'anthropic', 'gen_ai.request.model': 'claude-sonnet-5' },
        status: 'error',
        statusMessage: '529 {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}',
      },
      'overloaded_error',
    ],
    ['whose stream its reader left', { attributes: claude }, undefined],
    ['whose stream the reader of a client left', { attributes: claude, kind: 'client' }, undefined],
    [
      'under ai.* names',
      {
        attributes: { 'ai.model': 'claude-sonnet-5' },
        status: 'error',
        statusMessage: "Error code: 529 - {'type': 'error'}",
      },
      '529',
    ],
    ['under ai.* names that was left', { attributes: { 'ai.model': 'claude-sonnet-5' } }, undefined],
    [
      'that says so in attributes only',
      { attributes: { ...claude, error: true, 'error.message': 'Error code: 429 - {}' } },
      '429',
    ],
    [
      'that has the exception among its attributes',
      {
        attributes: {
          ...gpt,
          'exception.type': 'openai.APITimeoutError',
          'exception.message': 'Request timed out.',
        },
      },
      'openai.APITimeoutError',
    ],
  ])('%s', async (_, span, error) => {
    const attributes = await normalized(span)
    expect(attributes).toMatchObject({ 'genai.role': 'inference', 'gen_ai.operation.name': 'chat' })
    expect(attributes['error.type']).toBe(error)
  })

  test('without usage that did not fail is flagged', async () => {
    expect(JSON.stringify((await normalized({ attributes: claude }))['genai.flag'])).toContain(
      'usage_missing',
    )
  })

  test('with usage is one without an operation, too', async () => {
    const usage = { 'gen_ai.usage.input_tokens': 12, 'gen_ai.usage.output_tokens': 40 }
    expect(await normalized({ attributes: { ...claude, ...usage } })).toMatchObject({
      'genai.role': 'inference',
      'gen_ai.usage.cost.amount': expect.any(Number) as number,
    })
  })

  test('of a model that embeds is an embedding', async () => {
    const attributes = { 'gen_ai.system': 'openai', 'gen_ai.request.model': 'text-embedding-3-small' }
    expect(await normalized({ attributes })).toMatchObject({ 'gen_ai.operation.name': 'embeddings' })
  })
})

describe('no call', () => {
  test.each<[string, Omit<SpanInput, 'name'>]>([
    ['an agent', { attributes: { ...claude, 'gen_ai.agent.name': 'clerk' }, status: 'error' }],
    ['a tool', { attributes: { ...claude, 'gen_ai.tool.name': 'look_up_order' }, status: 'error' }],
    [
      'a workflow',
      { attributes: { ...claude, 'gen_ai.operation.name': 'invoke_workflow' }, status: 'error' },
    ],
    ['a request to the application', { attributes: claude, kind: 'server', status: 'error' }],
    [
      'an HTTP request',
      { attributes: { ...claude, 'http.request.method': 'GET' }, kind: 'client', status: 'unset' },
    ],
    ['a chain that names no model', { attributes: { 'gen_ai.system': 'anthropic' }, status: 'error' }],
  ])('%s', async (_, span) => {
    expect((await normalized(span))['genai.role']).not.toBe('inference')
  })
})

describe('what stands in the message alone', () => {
  const openaiV2 = 'opentelemetry.instrumentation.openai_v2'
  const node = '@opentelemetry/instrumentation-openai'
  const called = { ...gpt, 'gen_ai.operation.name': 'chat' }
  test.each<[string, string, string, string, string]>([
    ['503', openaiV2, 'InternalServerError', "Error code: 503 - {'error': {'message': 'Busy'}}", '503'],
    ['503', node, 'InternalServerError', '503 The engine is currently overloaded', '503'],
    [
      '503',
      'opentelemetry.instrumentation.genai.openai',
      'openai.InternalServerError',
      'Error code: 503 - Busy',
      '503',
    ],
    [
      'a quota of OpenAI',
      openaiV2,
      'RateLimitError',
      "Error code: 429 - {'error': {'message': 'You exceeded your current quota, please check your plan and billing details.', 'type': 'insufficient_quota', 'code': 'insufficient_quota'}}",
      'billing_error',
    ],
    [
      'a quota of OpenAI without its code',
      node,
      'RateLimitError',
      '429 You exceeded your current quota, please check your plan and billing details.',
      'billing_error',
    ],
    [
      'a rate limit',
      openaiV2,
      'RateLimitError',
      'Error code: 429 - Rate limit reached for requests.',
      'RateLimitError',
    ],
    ['a request that was wrong', openaiV2, 'BadRequestError', 'Error code: 400 - {}', 'BadRequestError'],
  ])('%s (%s)', async (_, scope, type, statusMessage, expected) => {
    const span: Omit<SpanInput, 'name'> = {
      attributes: { ...called, 'error.type': type },
      kind: 'client',
      status: 'error',
      statusMessage,
    }
    expect((await normalized(span, scope))['error.type']).toBe(expected)
  })

  test('Gemini’s quota is a rate limit', async () => {
    const attributes = {
      'gen_ai.operation.name': 'generate_content',
      'gen_ai.system': 'gemini',
      'error.type': '429',
    }
    const statusMessage = '429 RESOURCE_EXHAUSTED. You exceeded your current quota.'
    expect((await normalized({ attributes, status: 'error', statusMessage }))['error.type']).toBe('429')
  })

  test.each([
    ['anthropic.InternalServerError', 'Error code: 529 - {}', '529'],
    ['openai.InternalServerError', 'Error code: 503 - Busy', '503'],
    ['openai.RateLimitError', "Error code: 429 - {'error': {'code': 'insufficient_quota'}}", 'billing_error'],
    [
      'anthropic.BadRequestError',
      "Error code: 400 - {'error': {'message': 'Your credit balance is too low'}}",
      'billing_error',
    ],
    [
      'anthropic.APIStatusError',
      "{'type': 'error', 'error': {'type': 'overloaded_error', 'message': 'Overloaded'}}",
      'overloaded_error',
    ],
  ])('an exception event of %s (%s)', async (type, message, expected) => {
    expect((await normalized({ attributes: claude, ...raised(type, message) }))['error.type']).toBe(expected)
  })

  test('a model that has nothing to say but that it failed', async () => {
    const error = await normalized({ attributes: claude, status: 'error' })
    expect(error['error.type']).toBe('_OTHER')
  })
})
