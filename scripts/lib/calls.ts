import { randomUUID } from 'node:crypto'
import { BrokenLink } from './broken-link.ts'
import type { Compose } from './compose.ts'

/** One call to a demo service. */
export interface Call {
  service: string
  path: string
  body: Record<string, unknown>
}

/** A call that was answered. */
export interface AnsweredCall extends Call {
  traceId: string
}

const user = { user_id: 'npm-run-up', conversation_id: randomUUID() }

/** A call of each kind: plain and streamed chat, an agent with tools, prompt caching, OpenAI, embeddings. */
export const calls: readonly Call[] = [
  { service: 'chat-api', path: '/chat', body: { message: 'Where is my parcel?', ...user } },
  { service: 'chat-api', path: '/chat/stream', body: { message: 'And when does it arrive?', ...user } },
  {
    service: 'support-agent',
    path: '/support',
    body: { question: 'Where is order 1001?', order_id: '1001', ...user },
  },
  // The second reads from the cache what the first wrote to it.
  {
    service: 'summarizer',
    path: '/summarize',
    body: { document_id: 'log-01', provider: 'anthropic', cache: '5m' },
  },
  {
    service: 'summarizer',
    path: '/summarize',
    body: { document_id: 'log-01', provider: 'anthropic', cache: '5m' },
  },
  { service: 'summarizer', path: '/summarize', body: { document_id: 'log-01', provider: 'openai' } },
  { service: 'summarizer', path: '/embed', body: { texts: ['Where is my parcel?', 'When does it arrive?'] } },
]

/** Makes the calls, one after another. @throws BrokenLink at the first that fails. */
export async function makeCalls(compose: Compose): Promise<AnsweredCall[]> {
  const answered: AnsweredCall[] = []
  for (const call of calls) {
    const traceId = await makeCall(`${compose.url(call.service)}${call.path}`, call)
    answered.push({ ...call, traceId })
  }
  return answered
}

async function makeCall(url: string, { service, path, body }: Call): Promise<string> {
  const link = `caller → ${service} (POST ${path})`
  const advice = `docker compose logs --tail 50 ${service} llm-simulator`
  let response: Response
  let text: string
  try {
    response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(120_000),
    })
    text = await response.text()
  } catch (error) {
    throw new BrokenLink(link, String(error), advice)
  }
  // A stream has answered 200 before its model call fails: the failure is an event.
  if (!response.ok || /^event: error$/m.test(text)) {
    throw new BrokenLink(link, `${response.status} ${text.slice(-500)}`, advice)
  }
  const traceId = response.headers.get('x-trace-id')
  if (traceId === null) {
    throw new BrokenLink(
      link,
      'the answer has no x-trace-id: OpenTelemetry is not set up in the service',
      advice,
    )
  }
  return traceId
}
