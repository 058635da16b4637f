import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

test('docs/doctor.md and its pages are what the findings say', () => {
  execFileSync(process.execPath, [join(import.meta.dirname, 'document.ts'), '--check'], { stdio: 'pipe' })
})
