/**
 * Canaries in logs: with content off, none of them is in what goes to a logs backend, whatever the event calls its fields.
 * Secrets and personal data are masked in every log.
 */
import { startLogs } from './processors.ts'
import type { Processors } from './processors.ts'

const CANARY = 'kanarienvogel'

const any = (value: unknown): object =>
  typeof value === 'string'
    ? { stringValue: value }
    : Array.isArray(value)
      ? { arrayValue: { values: value.map(any) } }
      : {
          kvlistValue: {
            values: Object.entries(value as object).map(([key, inner]) => ({ key, value: any(inner) })),
          },
        }

interface Log {
  event: string
  scope: string
  body?: unknown
  attributes?: Record<string, unknown>
}

async function send(logs: Processors, records: Log[]): Promise<string> {
  const response = await fetch(`${logs.otlpUrl}/v1/logs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      resourceLogs: [
        {
          resource: { attributes: [{ key: 'service.name', value: any('app') }] },
          scopeLogs: [...records, { event: '', scope: 'end', body: 'the-end' }].map((record: Log) => ({
            scope: { name: record.scope },
            logRecords: [
              {
                eventName: record.event,
                body: record.body === undefined ? undefined : any(record.body),
                attributes: Object.entries(record.attributes ?? {}).map(([key, value]) => ({
                  key,
                  value: any(value),
                })),
              },
            ],
          })),
        },
      ],
    }),
  })
  expect(response.status).toBe(200)
  return logs.written('the-end')
}

let n = 0
const canary = () => `${CANARY}-${n++} sings of ice cream`

/** The conventions' events, now and before, and those of coding agents. */
function events(): Log[] {
  const semconv = [
    'gen_ai.client.inference.operation.details',
    'gen_ai.user.message',
    'gen_ai.system.message',
    'gen_ai.assistant.message',
    'gen_ai.tool.message',
    'gen_ai.choice',
    'gen_ai.evaluation.result',
  ].flatMap((event): Log[] => [
    { event, scope: 'opentelemetry.instrumentation.openai_v2', body: { content: canary(), role: 'user' } },
    { event, scope: 'x', body: canary() },
    {
      event,
      scope: 'x',
      attributes: {
        'gen_ai.input.messages': [{ role: 'user', parts: [{ type: 'text', content: canary() }] }],
        'gen_ai.output.messages': canary(),
        'gen_ai.system_instructions': canary(),
        'gen_ai.tool.definitions': canary(),
        'gen_ai.evaluation.explanation': canary(),
      },
    },
    { event: '', scope: 'x', body: { message: canary() }, attributes: { 'event.name': event } },
  ])
  const agents = ['claude_code', 'codex', 'gemini_cli', 'copilot', 'qwen-code'].flatMap((agent) =>
    ['user_prompt', 'api_request', 'api_response', 'api_error', 'tool_result', 'tool_decision'].flatMap(
      (event): Log[] => [
        {
          event: '',
          scope: `com.${agent}`,
          body: canary(),
          attributes: {
            'event.name': `${agent}.${event}`,
            prompt: canary(),
            response_text: canary(),
            function_args: canary(),
            tool_parameters: canary(),
            arguments: canary(),
            output: canary(),
          },
        },
      ],
    ),
  )
  return [...semconv, ...agents]
}

test('with content off no canary of 200 and more is left, and what is no content stays', async () => {
  const logs = await startLogs()
  try {
    const records = events()
    const text = await send(logs, [
      ...records,
      {
        event: '',
        scope: 'com.claude_code',
        body: 'claude_code.api_request',
        attributes: { 'event.name': 'api_request', model: 'claude-sonnet-5', input_tokens: '12' },
      },
    ])
    expect(n).toBeGreaterThan(200)
    expect(text).not.toContain(CANARY)
    expect(text).toContain('claude_code.api_request')
    expect(text).toContain('claude-sonnet-5')
    expect(text.match(/"the-end"/g)).toHaveLength(1)
  } finally {
    await logs.stop()
  }
}, 120_000)

test('secrets and personal data are masked in any log', async () => {
  const logs = await startLogs()
  try {
    const text = await send(logs, [
      { event: '', scope: 'app', body: 'mail to jane.doe@example.com failed' },
      { event: '', scope: 'app', body: 'x', attributes: { note: `key sk-ant-api03-${'a1B2'.repeat(20)}` } },
    ])
    expect(text).not.toMatch(/jane\.doe@example\.com|sk-ant-api03-a1B2/)
    expect(text).toContain('mail to ')
  } finally {
    await logs.stop()
  }
}, 120_000)

test('with GENAI_CAPTURE_CONTENT=true content stays', async () => {
  const logs = await startLogs({ GENAI_CAPTURE_CONTENT: 'true' })
  try {
    expect(await send(logs, events().slice(0, 4))).toContain(CANARY)
  } finally {
    await logs.stop()
  }
}, 120_000)
