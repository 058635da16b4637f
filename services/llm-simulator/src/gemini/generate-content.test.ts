import { useSimulator } from '../test-support.ts'
import { wordsOf } from '../tokens.ts'

const simulator = useSimulator()
const MODEL = 'gemini-2.5-flash'
const hello = { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] }

async function post(method: string, body: object, { key = 'key-a', model = MODEL } = {}) {
  return fetch(`${simulator.url}/v1beta/models/${model}:${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-goog-api-key': key },
    body: JSON.stringify(body),
  })
}

interface Answer {
  candidates: {
    content: { parts: { text?: string; thought?: boolean; functionCall?: object }[]; role: string }
    finishReason?: string
    index: number
  }[]
  usageMetadata: Record<string, unknown>
  modelVersion: string
  responseId: string
}

const generate = async (body: object, options?: { key?: string; model?: string }) =>
  (await (await post('generateContent', body, options)).json()) as Answer

async function stream(body: object): Promise<Answer[]> {
  const text = await (await post('streamGenerateContent?alt=sse', body)).text()
  return text
    .split('\n\n')
    .filter((event) => event !== '')
    .map((event) => JSON.parse(event.replace(/^data: /, '')) as Answer)
}

test('an answer is what the API gives', async () => {
  const answer = await generate(hello)
  expect(answer).toEqual({
    candidates: [
      { content: { parts: [{ text: wordsOf(20) }], role: 'model' }, finishReason: 'STOP', index: 0 },
    ],
    usageMetadata: {
      promptTokenCount: 2,
      candidatesTokenCount: 20,
      totalTokenCount: 22,
      promptTokensDetails: [{ modality: 'TEXT', tokenCount: 2 }],
    },
    modelVersion: MODEL,
    responseId: expect.any(String) as string,
  })
  expect(await simulator.ledger()).toMatchObject([
    {
      provider: 'gcp.gemini',
      endpoint: `/v1beta/models/${MODEL}:generateContent`,
      request_model: MODEL,
      model: MODEL,
      status: 200,
      stream: false,
      response_id: answer.responseId,
      usage: answer.usageMetadata,
      usage_sent: answer.usageMetadata,
      stop_reason: 'STOP',
    },
  ])
})

test('the chunks of a stream have the usage up to them, the last one all of it', async () => {
  const whole = await generate(hello)
  const chunks = await stream(hello)
  const text = chunks.map(({ candidates }) => candidates[0]?.content.parts[0]?.text).join('')
  expect(text).toBe(wordsOf(20))
  const counts = chunks.map(({ usageMetadata }) => usageMetadata.candidatesTokenCount as number)
  expect(counts.at(-1)).toBe(20)
  expect(counts).toEqual(counts.toSorted((a, b) => a - b))
  expect(chunks.at(-1)?.usageMetadata).toEqual(whole.usageMetadata)
  expect(chunks.flatMap(({ candidates }) => candidates[0]?.finishReason ?? [])).toEqual(['STOP'])
  const [, entry] = await simulator.ledger()
  expect(entry).toMatchObject({ stream: true, usage: whole.usageMetadata, usage_sent: whole.usageMetadata })
})

test('thoughts are beside the candidates, told when asked, and can be turned off', async () => {
  simulator.state.behavior.patch({ reasoning_tokens: 30 })
  const ask = (thinkingConfig: object, model = MODEL) =>
    generate({ ...hello, generationConfig: { thinkingConfig } }, { model })
  const silent = await ask({})
  expect(silent.usageMetadata).toMatchObject({
    candidatesTokenCount: 20,
    thoughtsTokenCount: 30,
    totalTokenCount: 52,
  })
  expect(silent.candidates[0]?.content.parts).toHaveLength(1)
  const told = await ask({ includeThoughts: true })
  expect(told.candidates[0]?.content.parts[0]).toMatchObject({ thought: true })
  expect((await ask({ thinkingBudget: 0 })).usageMetadata).not.toHaveProperty('thoughtsTokenCount')
  expect((await ask({}, 'gemini-2.5-flash-lite')).usageMetadata).not.toHaveProperty('thoughtsTokenCount')
})

test('thinking uses up the room', async () => {
  simulator.state.behavior.patch({ reasoning_tokens: 30 })
  const answer = await generate({ ...hello, generationConfig: { maxOutputTokens: 25 } })
  expect(answer.candidates[0]).toMatchObject({ content: { parts: [] }, finishReason: 'MAX_TOKENS' })
  expect(answer.usageMetadata).toMatchObject({ thoughtsTokenCount: 25, totalTokenCount: 27 })
  expect(answer.usageMetadata).not.toHaveProperty('candidatesTokenCount')
})

test('long prefixes are cached by themselves, for each key', async () => {
  const long = { ...hello, systemInstruction: { parts: [{ text: wordsOf(1500) }] } }
  expect((await generate(long)).usageMetadata).not.toHaveProperty('cachedContentTokenCount')
  expect((await generate(long)).usageMetadata).toMatchObject({
    promptTokenCount: 1502,
    cachedContentTokenCount: 1408,
    totalTokenCount: 1522,
  })
  expect((await generate(long, { key: 'key-b' })).usageMetadata).not.toHaveProperty('cachedContentTokenCount')
})

test("what Google's own tools answered is beside the prompt", async () => {
  const answer = await generate({ ...hello, tools: [{ urlContext: {} }] })
  expect(answer.usageMetadata).toMatchObject({
    promptTokenCount: 2,
    toolUsePromptTokenCount: 64,
    totalTokenCount: 86,
  })
})

describe('functions', () => {
  const tools = [
    {
      // As LiteLLM writes it.
      function_declarations: [
        {
          name: 'look_up_order',
          parameters: {
            type: 'OBJECT',
            properties: { order_id: { type: 'STRING' } },
            required: ['order_id'],
          },
        },
      ],
    },
  ]
  const question = { role: 'user', parts: [{ text: 'Where is order ord-7?' }] }
  const functionCall = { name: 'look_up_order', args: { order_id: 'ord-7' } }

  test('a call, then text', async () => {
    const answer = await generate({ contents: [question], tools })
    expect(answer.candidates[0]).toMatchObject({
      content: { parts: [{ functionCall }] },
      finishReason: 'STOP',
    })
    const functionResponse = { name: 'look_up_order', response: { status: 'shipped' } }
    const next = await generate({
      contents: [question, answer.candidates[0]?.content, { role: 'user', parts: [{ functionResponse }] }],
      tools,
    })
    expect(next.candidates[0]?.content.parts).toEqual([{ text: wordsOf(20) }])
  })

  test('in a stream the call comes whole', async () => {
    const chunks = await stream({ contents: [question], tools })
    const parts = chunks.flatMap(({ candidates }) => candidates[0]?.content.parts ?? [])
    expect(parts.filter((part) => part.functionCall)).toEqual([{ functionCall }])
  })

  test.each([
    ['NONE', false],
    ['ANY', true],
  ])('mode %s', async (mode, calls) => {
    const answer = await generate({ ...hello, tools, tool_config: { function_calling_config: { mode } } })
    expect('functionCall' in (answer.candidates[0]?.content.parts[0] ?? {})).toBe(calls)
  })
})

test('an answer by a schema', async () => {
  const responseSchema = { type: 'OBJECT', properties: { ok: { type: 'BOOLEAN' } } }
  const answer = await generate({
    ...hello,
    generationConfig: { responseMimeType: 'application/json', responseSchema },
  })
  expect(answer.candidates[0]?.content.parts).toEqual([{ text: '{"ok":true}' }])
})

test('counting bills nothing', async () => {
  const answer = await (await post('countTokens', hello)).json()
  expect(answer).toEqual({ totalTokens: 2, promptTokensDetails: [{ modality: 'TEXT', tokenCount: 2 }] })
  expect(await simulator.ledger()).toMatchObject([{ usage: null, model: null }])
})
