/**
 * A service as its authors write it, for register.test.ts: only the `--import` on its command line and
 * `withAppContext` know of tracing. It calls the model API in the variable API_URL and another service in OTHER_URL.
 */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import Anthropic from '@anthropic-ai/sdk'
import express from 'express'
import OpenAI from 'openai'
import { shutdown, withAppContext } from '../index.ts'

const anthropic = new Anthropic({ baseURL: process.env.API_URL, apiKey: 'test' })
const openai = new OpenAI({ baseURL: `${process.env.API_URL}/v1`, apiKey: 'test' })

const app = express()
app.use(express.json())
app.get('/healthz', (_request, response) => response.json({ status: 'ok' }))
app.post('/ask/:id', (_request, response) =>
  withAppContext({ feature: 'ask', endpoint: 'POST /ask/:id', userId: 'u-1' }, async () => {
    const messages = [{ role: 'user' as const, content: 'canary' }]
    await anthropic.messages.create({ model: 'claude-haiku-4-5', max_tokens: 10, messages })
    await openai.chat.completions.create({ model: 'gpt-5-mini', messages })
    await fetch(`${process.env.OTHER_URL}/orders/7`)
    response.json({ answer: 'hello' })
  }),
)

const server = app.listen(0, '127.0.0.1')
await once(server, 'listening')
console.log((server.address() as AddressInfo).port)
process.once('SIGTERM', () => {
  server.close(() => void shutdown(1).then(() => process.exit()))
  server.closeAllConnections()
})
