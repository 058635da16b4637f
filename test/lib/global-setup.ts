import { resolve } from '../../images/resolve.ts'
import { docker } from './docker.ts'
import { oldestCollector } from './oldest-collector.ts'

/** Has every image at hand before the first test, and hands their names to the tests by environment. */
export default async function setup(): Promise<void> {
  const { images } = await resolve()
  const oldest = await oldestCollector(images.COLLECTOR_IMAGE)
  Object.assign(process.env, images, oldest && { COLLECTOR_IMAGE_OLDEST: oldest })
  // What is missing now is missing for the whole run: no test asks the registry again.
  process.env['GENAI_IMAGES'] = 'build'
  // Its image is in no package registry, and it only cleans up what a killed run left.
  if (Object.values(images).some((image) => image.startsWith('genai-otel-kit/'))) {
    process.env['TESTCONTAINERS_RYUK_DISABLED'] = 'true'
  }
  // Its services restart with the engine, so that it may have come up unasked.
  const label = 'label=com.docker.compose.project=genai-otel-kit'
  if ((await docker('ps', '--quiet', '--filter', label)) !== '') {
    console.warn('tests: a stack is running, and takes its share of this machine; npm run down stops it')
  }
}
