import { isPresent } from '../../images/lib/docker.ts'
import { Registry } from '../../images/lib/registry.ts'

/** The oldest Collector that the files in collector/ work with: README.md names it. */
export const OLDEST_COLLECTOR = '0.155.0'

/**
 * An image of the oldest Collector: `COLLECTOR_IMAGE_OLDEST`, the upstream image, or a stand-in that an earlier state of
 * this repository left in the engine. Undefined where there is none: it is not built, as that takes ten minutes.
 *
 * @param newest the image of the newest. Where that is a stand-in no registry answers, and none is asked.
 */
export async function oldestCollector(newest: string | undefined): Promise<string | undefined> {
  const chosen = process.env['COLLECTOR_IMAGE_OLDEST']
  if (chosen) return chosen
  const upstream = `otel/opentelemetry-collector-contrib:${OLDEST_COLLECTOR}`
  const standIn = `genai-otel-kit/collector:${OLDEST_COLLECTOR}`
  for (const image of [upstream, standIn]) if (await isPresent(image)) return image
  if (newest === undefined || newest.startsWith('genai-otel-kit/')) return undefined
  return (await new Registry().pull(upstream)).pulled ? upstream : undefined
}
