import { useSimulator } from '../test-support.ts'

const simulator = useSimulator()
const model = 'text-embedding-3-small'

test('vectors and usage, with the encoding the SDK asks for', async () => {
  const { data, usage, ...rest } = await simulator
    .openai()
    .embeddings.create({ model, input: ['abcd', 'abcdefgh'] })
  expect(rest).toMatchObject({ object: 'list', model })
  expect(data.map(({ index, embedding }) => [index, embedding.length])).toEqual([
    [0, 1536],
    [1, 1536],
  ])
  expect(Math.hypot(...(data[0]?.embedding ?? []))).toBeCloseTo(1, 5)
  expect(usage).toEqual({ prompt_tokens: 3, total_tokens: 3 })
  expect(await simulator.ledger()).toMatchObject([
    { endpoint: '/v1/embeddings', request_model: model, model, usage, usage_sent: usage, stop_reason: null },
  ])
})

test('base64 and float say the same, the same text the same', async () => {
  const client = simulator.openai()
  const vector = async (input: string, encoding_format?: 'float') => {
    const { data } = await client.embeddings.create({
      model,
      input,
      ...(encoding_format && { encoding_format }),
    })
    return data[0]?.embedding
  }
  expect(await vector('hi')).toEqual(await vector('hi', 'float'))
  expect(await vector('hi')).not.toEqual(await vector('ho'))
})

test('dimensions, tokens as input, large models', async () => {
  const client = simulator.openai()
  const create = async (params: { model?: string; input?: string | number[]; dimensions?: number }) => {
    const { data, usage } = await client.embeddings.create({ model, input: 'hi', ...params })
    return [data[0]?.embedding.length, usage.prompt_tokens]
  }
  expect(await create({ dimensions: 256 })).toEqual([256, 1])
  expect(await create({ input: [1, 2, 3] })).toEqual([1536, 3])
  expect(await create({ model: 'text-embedding-3-large' })).toEqual([3072, 1])
})

test('what is too long is an error', async () => {
  const create = (input: string) => simulator.openai().embeddings.create({ model, input })
  await expect(create('x'.repeat(4 * 8193))).rejects.toThrow('maximum input length is 8192 tokens, got 8193')
  await expect(create('')).rejects.toMatchObject({ status: 400, param: 'input' })
})
