import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { folder } from './config.ts'

const read = (file: string) => readFileSync(join(folder, file), 'utf8')

/** Keys of span attributes that a file reads: in OTTL, and as labels of signal_to_metrics and span_metrics. */
function keysIn(file: string): string[] {
  const text = read(file).replaceAll(/^\s*#.*$/gm, '')
  return [...text.matchAll(/(?<!resource\.)attributes\["([^"]+)"\]|\bkey: ([\w.]+)|- name: ([\w.]+)$/gm)].map(
    (match) => match[1] ?? match[2] ?? match[3]!,
  )
}

test('once/keep.yaml keeps whatever is counted of a call', () => {
  const kept = [...read('once/keep.yaml').matchAll(/"([\w.]+)"/g)].map(([, key]) => key)
  const files = [
    'count/counters/inference.yaml',
    'count/counters/sampled.yaml',
    'count/counters/duplicate-keys.yaml',
    'count/call-labels.yaml',
    'once/ask.yaml',
    'once/marks.yaml',
    'once/questions.yaml',
    'count/histograms/numbers.yaml',
  ]
  // Set on the way, or of the resource, or a label that no span has.
  const others =
    /^(once\.|service\.|deployment\.|genai\.(call|scope|usage\.cost\.billed|http\.)|gen_ai\.(usage\.cost\.component|client\.))/
  const missing = files.flatMap(keysIn).filter((key) => !others.test(key) && !kept.includes(key))
  expect([...new Set(missing)]).toEqual([])
})
