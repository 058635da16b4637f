/**
 * The application that is measured, the same for all: it knows nothing of tracing. It runs what its parent asks, and answers
 * with what that took. CommonJS, as the hooks of all instrumentations see `require`, and not those of all `import`.
 */
const { monitorEventLoopDelay } = require('node:perf_hooks')
const { setTimeout: sleep } = require('node:timers/promises')
const { default: Anthropic } = require('@anthropic-ai/sdk')
const { default: OpenAI } = require('openai')
const { trace } = require('@opentelemetry/api')

const apiKey = 'any'
const anthropic = new Anthropic({ apiKey, baseURL: process.env.API_URL })
// Langfuse is a wrapper around the client.
const wrap = globalThis.wrapOpenAI ?? ((client) => client)
const openai = wrap(new OpenAI({ apiKey, baseURL: `${process.env.API_URL}/v1` }))

const system = 'You answer questions about orders, in one paragraph, and never promise a date. '.repeat(8)
const question = 'Where is order 8123, and can it be sent to another address while it is on its way? '.repeat(
  4,
)
const messages = [{ role: 'user', content: question }]

/** A call, with the moment of its first text. */
const calls = {
  async anthropic() {
    const answer = await anthropic.messages.create({
      model: 'claude-sonnet-5',
      max_tokens: 200,
      system,
      messages,
    })
    if (answer.usage.output_tokens < 1) throw new Error('no answer')
  },
  async 'anthropic-stream'() {
    const body = { model: 'claude-sonnet-5', max_tokens: 200, system, messages, stream: true }
    let first
    for await (const event of await anthropic.messages.create(body))
      if (event.type === 'content_block_delta') first ??= performance.now()
    return first
  },
  async openai() {
    const prompt = [{ role: 'system', content: system }, ...messages]
    const answer = await openai.chat.completions.create({ model: 'gpt-5-mini', messages: prompt })
    if (answer.usage.completion_tokens < 1) throw new Error('no answer')
  },
  async 'openai-stream'() {
    const prompt = [{ role: 'system', content: system }, ...messages]
    const body = {
      model: 'gpt-5-mini',
      messages: prompt,
      stream: true,
      stream_options: { include_usage: true },
    }
    let first
    for await (const chunk of await openai.chat.completions.create(body))
      if (chunk.choices[0]?.delta.content) first ??= performance.now()
    return first
  },
}

/** Sends what is left, so that it is counted. */
async function flush() {
  const provider = trace.getTracerProvider()
  await (provider.getDelegate?.() ?? provider).forceFlush?.()
}

/** As many as can be at once, for what they cost. */
async function busy({ kind, count, concurrency }) {
  globalThis.gc()
  const before = process.cpuUsage()
  let left = count
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      while (left-- > 0) await calls[kind]()
    }),
  )
  const called = process.cpuUsage(before)
  await flush()
  const { user, system } = process.cpuUsage(before)
  return { micros: (user + system) / count, sending: (user + system - called.user - called.system) / count }
}

/** So many a second, for how long they take and what else has to wait. */
async function paced({ kind, count, perSecond }) {
  globalThis.gc()
  const delay = monitorEventLoopDelay({ resolution: 1 })
  const first = []
  const whole = []
  const begin = performance.now()
  delay.enable()
  await Promise.all(
    Array.from({ length: count }, async (_, i) => {
      await sleep((i * 1000) / perSecond)
      const start = performance.now()
      const at = await calls[kind]()
      whole.push(performance.now() - start)
      if (at) first.push(at - start)
    }),
  )
  delay.disable()
  await flush()
  return {
    first,
    whole,
    perSecond: (1000 * count) / (performance.now() - begin),
    // Of a timer of 1 ms.
    loop: { mean: delay.mean / 1e6 - 1, p99: delay.percentile(99) / 1e6 - 1 },
  }
}

/** What is held, with nothing to do. */
function memory() {
  globalThis.gc()
  const { rss, heapUsed } = process.memoryUsage()
  return { rss: rss / 2 ** 20, heap: heapUsed / 2 ** 20 }
}

const commands = { busy, paced, memory }
process.on('message', async ({ command, ...options }) => {
  try {
    process.send({ result: await commands[command](options) })
  } catch (error) {
    process.send({ error: String(error?.stack ?? error) + (error?.cause?.stack ?? '') })
  }
})
process.on('disconnect', () => process.exit())
process.send({ ready: true })
