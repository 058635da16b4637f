import { jaeger, tempo, type TraceStore } from './trace-store.ts'

/** The one that is named; else the local stack's, Tempo unless only Jaeger answers. */
export async function namedStore(named: { tempo?: string; jaeger?: string }): Promise<TraceStore> {
  if (named.jaeger !== undefined && named.tempo !== undefined)
    throw new Error('--tempo or --jaeger, not both')
  if (named.jaeger !== undefined) return jaeger(named.jaeger)
  if (named.tempo !== undefined) return tempo(named.tempo)
  const local = (port: string | undefined, otherwise: number) => `http://localhost:${port || otherwise}`
  const [tempoUrl, jaegerUrl] = [
    local(process.env['TEMPO_PORT'], 3200),
    local(process.env['JAEGER_PORT'], 16686),
  ]
  const answers = (url: string) =>
    fetch(url, { signal: AbortSignal.timeout(3000) }).then(
      ({ ok }) => ok,
      () => false,
    )
  const onlyJaeger = !(await answers(`${tempoUrl}/ready`)) && (await answers(`${jaegerUrl}/api/v3/services`))
  return onlyJaeger ? jaeger(jaegerUrl) : tempo(tempoUrl)
}
