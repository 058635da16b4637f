import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

test('rendered/ is what collector/ says', () => {
  execFileSync(process.execPath, [join(import.meta.dirname, 'render.ts'), '--check'], { stdio: 'pipe' })
}, 30_000)
