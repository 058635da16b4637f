/** Stops the stack. `npm run down -- --volumes` removes its data as well. */
import { parseArgs } from 'node:util'
import { Compose } from './lib/compose.ts'

const { values } = parseArgs({ options: { volumes: { type: 'boolean', default: false } } })
// Whatever was started.
const compose = await Compose.open({ COMPOSE_PROFILES: '*' })
await compose.run('down', '--remove-orphans', ...(values.volumes ? ['--volumes'] : []))
console.log(
  values.volumes ? 'Stopped, and its data is removed.' : 'Stopped. Its data is kept: --volumes removes it.',
)
