/** A span as OTLP/JSON has it. https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding */
export interface OtlpSpan {
  traceId: string
  spanId: string
  name: string
  kind: number
  startTimeUnixNano: string
  endTimeUnixNano: string
  attributes: object[]
}

export interface Export {
  service: string
  environment: string
  scope: string
  span: OtlpSpan
}

export function attribute(key: string, value: string | number): object {
  return { key, value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value } }
}

/** One span as the body of an OTLP/HTTP request. */
export function exportRequest({ service, environment, scope, span }: Export): string {
  const resource = {
    attributes: [attribute('service.name', service), attribute('deployment.environment.name', environment)],
  }
  return JSON.stringify({
    resourceSpans: [{ resource, scopeSpans: [{ scope: { name: scope }, spans: [span] }] }],
  })
}

/** @param endpoint the base address of an OTLP/HTTP receiver @throws where it does not take the span */
export async function exportSpans(endpoint: string, spans: Export): Promise<void> {
  await send(endpoint, exportRequest(spans), AbortSignal.timeout(10_000))
}

/** The receiver answered, and did not take it. */
export class OtlpError extends Error {
  override readonly name = 'OtlpError'
}

/** @throws OtlpError where the receiver answers anything but 200; another error where it does not answer */
export async function send(endpoint: string, body: string, signal: AbortSignal): Promise<void> {
  const response = await fetch(`${endpoint}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    signal,
  })
  await response.arrayBuffer()
  if (!response.ok) throw new OtlpError(`OTLP receiver: ${response.status}`)
}
