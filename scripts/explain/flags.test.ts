import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { folder } from '../collector/config.ts'
import { meaning } from './flags.ts'

test('each flag that the Collector sets has a sentence', () => {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.yaml'),
  )
  const flags = files.flatMap((file) =>
    [
      ...readFileSync(join(folder, file), 'utf8').matchAll(
        /append\(span\.attributes\["genai\.flag"\], "([^"]+)"/g,
      ),
    ].map(([, flag]) => flag!),
  )
  expect(flags.length).toBeGreaterThan(40)
  expect(flags.filter((flag) => !meaning(flag)?.endsWith('.'))).toEqual([])
})

test('a flag that is not known has none', () => expect(meaning('surprise_invalid')).toBeUndefined())
