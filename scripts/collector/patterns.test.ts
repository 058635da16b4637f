/** The processors take their patterns as one list each, so that some stand in two files. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { folder } from './config.ts'

const read = async <T>(...path: string[]): Promise<T> =>
  parse(await readFile(join(folder, 'protect', ...path), 'utf8')) as T

interface Mask {
  blocked_values: string[]
  blocked_key_patterns: string[]
  [setting: string]: unknown
}

test('secrets.yaml is mask.yaml without what is slow', async () => {
  const { blocked_values: all, ...rest } = await read<Mask>('mask', 'mask.yaml')
  const { blocked_values: secrets, ...same } = await read<Mask>('mask', 'secrets.yaml')
  expect(rest).toMatchObject(same)
  expect(all.slice(0, secrets.length)).toEqual(secrets)
  // Fixed text, which Go searches for, and no class or group.
  expect(secrets.filter((pattern) => !/^(?:[A-Za-z0-9_:/-]|\\\.){2}/.test(pattern))).toEqual([])
  expect(all.length).toBeGreaterThan(secrets.length)
})

test('keys of credentials are the same with content and without, and in mask.yaml', async () => {
  const { blocked_key_patterns: keys } = await read<Mask>('mask', 'mask.yaml')
  expect(await read<string[]>('redact', 'keys-true.yaml')).toEqual(keys)
  expect((await read<string[]>('redact', 'keys-false.yaml')).slice(-keys.length)).toEqual(keys)
})
