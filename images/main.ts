/**
 * Prints the compose variables of all images, one `NAME=image` per line; pulls and builds what is missing. Progress and
 * reasons go to stderr:
 *
 *   env $(node images/main.ts) docker compose up
 */
import { composeVariables, ImagesError, resolve } from './resolve.ts'

try {
  const { images, missing } = await resolve()
  for (const [variable, value] of Object.entries(composeVariables(images)))
    console.log(`${variable}=${value}`)
  for (const [variable, why] of missing) console.error(`no ${variable}: ${why}`)
} catch (error) {
  if (!(error instanceof ImagesError)) throw error
  console.error(error.message)
  process.exitCode = 1
}
