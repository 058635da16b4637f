import { run } from './run.ts'
import type { Workshop } from './workshop.ts'

/** The label that says of which recipe, at which state, a stand-in was made. */
const label = 'genai-otel-kit.recipe'

/** The name of the image of this repository with this label value, if the engine has one. */
export async function findByRecipe(repository: string, key: string): Promise<string | undefined> {
  const { code, stdout, stderr } = await run('docker', [
    ...[
      'image',
      'ls',
      '--filter',
      `label=${label}=${key}`,
      repository,
      '--format',
      '{{.Repository}}:{{.Tag}}',
    ],
  ])
  if (code !== 0) throw new Error(`docker image ls: ${stderr.trim()}`)
  return stdout.split('\n').find((name) => name !== '' && !name.startsWith('<none>'))
}

/** Whether the engine has the image. */
export async function isPresent(image: string): Promise<boolean> {
  return (await run('docker', ['image', 'inspect', '--format', '{{.Id}}', image])).code === 0
}

/** Makes an image of the workshop's context. */
export async function buildImage(
  workshop: Workshop,
  image: string,
  dockerfile: string,
  key: string,
): Promise<void> {
  await workshop.run(
    'docker',
    ['build', '--tag', image, '--label', `${label}=${key}`, '--file', dockerfile, workshop.context],
    { advice: 'Check that the container engine answers (`docker info`) and that its disk is not full.' },
  )
}
