import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { files, folders } from './files.ts'

const here = import.meta.dirname

test('every committed dashboard comes from src/', () => {
  const found = folders.flatMap((folder) =>
    readdirSync(join(here, folder))
      .filter((file) => file !== 'kustomization.yaml')
      .map((file) => `${folder}/${file}`),
  )
  expect(found.sort()).toEqual(Object.keys(files).sort())
})

test.each(Object.entries(files))('%s is what src/ makes (else: node grafana/generate.ts)', (file, text) => {
  expect(readFileSync(join(here, file), 'utf8')).toBe(text)
})
