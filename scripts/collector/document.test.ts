import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

test('docs/dialects.md is what the fragments say', () => {
  execFileSync(process.execPath, [join(import.meta.dirname, 'document.ts'), '--check'], { stdio: 'pipe' })
})
