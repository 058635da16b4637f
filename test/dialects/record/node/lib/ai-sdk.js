import {
  failing,
  longSystem,
  longSystem1h,
  models,
  question,
  tool,
  toolQuestion,
  toolResult,
} from './prompts.js'

const anthropicUrl = `${process.env.ANTHROPIC_BASE_URL}/v1`

/**
 * What a version of the AI SDK is asked, where its versions agree.
 *
 * @param {object} version its modules, and what it names in its own way
 * @param {object} version.ai the package `ai`
 * @param {Function} version.createAnthropic
 * @param {Function} [version.createOpenAI]
 * @param {object} [version.telemetry] the options that turn telemetry on
 * @param {string} version.maxTokens
 * @param {(schema: object, execute: Function) => object} version.tool
 * @param {object} version.steps the option that allows several steps
 * @param {string} version.providerOptions
 * @param {object} [version.openaiSettings]
 * @param {object} [version.cacheSetting] model settings that allow caching
 */
export function aiSdkCases({ ai, createAnthropic, createOpenAI, telemetry = {}, ...version }) {
  const anthropic = createAnthropic({ baseURL: anthropicUrl })
  const openai = createOpenAI?.({ baseURL: process.env.OPENAI_BASE_URL, ...version.openaiSettings })
  const claude = anthropic(models.anthropic, ...(version.cacheSetting ? [version.cacheSetting] : []))
  const common = { ...telemetry, maxRetries: 0, [version.maxTokens]: 2000 }
  const ask = { ...common, model: claude, prompt: question }
  const cached = (system, ttl) => ({
    ...common,
    model: claude,
    ...(version.instructions ?? {}),
    messages: [
      {
        role: 'system',
        content: system,
        [version.providerOptions]: {
          anthropic: { cacheControl: { type: 'ephemeral', ...(ttl && { ttl }) } },
        },
      },
      { role: 'user', content: question },
    ],
  })
  const stream = async (options) => {
    const result = await ai.streamText({ onError: () => {}, ...options })
    for await (const part of result.fullStream) if (part.type === 'error') throw part.error
  }
  const withTool = (options) => ({
    ...options,
    ...version.steps,
    prompt: toolQuestion,
    tools: { [tool.name]: version.tool(tool.schema, async () => toolResult) },
  })
  const ofAnthropic = {
    plain: () => ai.generateText(ask),
    stream: () => stream(ask),
    cached: async () => {
      await ai.generateText(cached(longSystem))
      await ai.generateText(cached(longSystem))
    },
    'cached-stream': async () => {
      await stream(cached(longSystem))
      await stream(cached(longSystem))
    },
    tools: () => ai.generateText(withTool(ask)),
    'tools-stream': () => stream(withTool(ask)),
    object: () => ai.generateObject({ ...ask, schema: version.schema(tool.schema) }),
    error: () => failing(() => ai.generateText(ask)),
    'error-stream': () => failing(() => stream(ask)),
  }
  if (version.ttl) ofAnthropic['cached-1h'] = () => ai.generateText(cached(longSystem1h, '1h'))
  if (!openai) return ofAnthropic
  const gpt = { ...ask, model: openai(models.openai) }
  const embedding = {
    ...telemetry,
    maxRetries: 0,
    model: version.embedding(openai),
    // Vectors are recorded too: short ones.
    providerOptions: { openai: { dimensions: 8 } },
  }
  return {
    ...ofAnthropic,
    openai: () => ai.generateText(gpt),
    'openai-stream': () => stream(gpt),
    'openai-cached': async () => {
      await ai.generateText({ ...gpt, prompt: longSystem })
      await ai.generateText({ ...gpt, prompt: longSystem })
    },
    embed: () => ai.embed({ ...embedding, value: question }),
    'embed-error': () => failing(() => ai.embed({ ...embedding, value: question })),
    'embed-many': () => ai.embedMany({ ...embedding, values: [question, toolQuestion] }),
  }
}

export const aiSdkFaults = {
  error: [{ status: 529 }],
  'error-stream': [{ status: 529 }],
  'embed-error': [{ status: 500 }],
}
