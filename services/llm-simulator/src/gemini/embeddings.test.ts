import { useSimulator } from '../test-support.ts'

const simulator = useSimulator()
const MODEL = 'gemini-embedding-001'

async function post(method: string, body: object) {
  const response = await fetch(`${simulator.url}/v1beta/models/${MODEL}:${method}?key=key-a`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return (await response.json()) as {
    embedding?: { values: number[] }
    embeddings?: { values: number[] }[]
    usageMetadata: object
  }
}
const content = (text: string) => ({ parts: [{ text }] })

test('one text', async () => {
  const { embedding, usageMetadata } = await post('embedContent', { content: content('Hello you') })
  expect(embedding?.values).toHaveLength(3072)
  expect(usageMetadata).toMatchObject({ promptTokenCount: 3 })
})

test('several, of a size', async () => {
  const requests = ['Hello', 'Hello you'].map((text) => ({
    model: `models/${MODEL}`,
    content: content(text),
    outputDimensionality: 8,
  }))
  const { embeddings, usageMetadata } = await post('batchEmbedContents', { requests })
  expect(embeddings?.map(({ values }) => values.length)).toEqual([8, 8])
  expect(Math.hypot(...(embeddings?.[0]?.values ?? []))).toBeCloseTo(1, 5)
  expect(usageMetadata).toMatchObject({ promptTokenCount: 5 })
  expect(await simulator.ledger()).toMatchObject([
    {
      provider: 'gcp.gemini',
      endpoint: `/v1beta/models/${MODEL}:batchEmbedContents`,
      request_model: MODEL,
      model: MODEL,
      usage: usageMetadata,
    },
  ])
})
