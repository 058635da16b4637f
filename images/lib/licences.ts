/** The licences of the Go modules that are in a binary: what is built here is built of permissive ones only. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from './run.ts'

/** Copyleft, or not free: by how its text begins, wherever in a file that is. */
const REFUSED: readonly [string, RegExp][] = [
  ['AGPL', /GNU AFFERO GENERAL PUBLIC LICENSE\s+Version/i],
  ['LGPL', /GNU LESSER GENERAL PUBLIC LICENSE\s+Version/i],
  ['GPL', /GNU GENERAL PUBLIC LICENSE\s+Version/i],
  ['MPL', /^\W*Mozilla Public License,? (Version|v\.) ?[12]/im],
  ['EPL', /^\W*Eclipse Public License/im],
  ['CDDL', /COMMON DEVELOPMENT AND DISTRIBUTION LICENSE/i],
  ['EUPL', /European Union Public Licence/i],
  ['SSPL', /Server Side Public License/i],
  ['BUSL', /Business Source License/i],
  ['Elastic', /^\W*Elastic License/im],
  ['Commons Clause', /Commons Clause/i],
]
const PERMISSIVE: readonly [string, RegExp][] = [
  ['Apache-2.0', /Apache License,?\s+Version 2\.0/i],
  ['MIT', /Permission is hereby granted, free of charge, to any person/i],
  ['BSD', /Redistribution and use in source and binary forms/i],
  ['ISC', /Permission to use, copy, modify, and(\/or)? distribute this software for any/i],
  ['Unlicense', /This is free and unencumbered software released into the public domain/i],
  ['CC0', /CC0 1\.0 Universal/i],
]

/**
 * Libraries under MPL-2.0, which asks for the source of its own files and for nothing else: taken as they are, and their
 * source is where their path says. Prometheus and the Collector, which need them, are Apache-2.0.
 */
const WEAK = /^github\.com\/hashicorp\//

export interface Module {
  path: string
  version: string
}

/** The licences that the text of a module's licence file holds; none where it is not known. */
export const licencesIn = (text: string): string[] =>
  [...REFUSED, ...PERMISSIVE].filter(([, pattern]) => pattern.test(text)).map(([name]) => name)

/** Why a module cannot be used, by the text of its licence files; undefined where it can. */
export function refusal(path: string, texts: readonly string[]): string | undefined {
  const found = texts.flatMap(licencesIn)
  if (found.length === 0) return 'no licence that is known'
  const refused = found.filter((name) => REFUSED.some(([other]) => other === name))
  if (WEAK.test(path) && refused.every((name) => name === 'MPL')) return undefined
  return refused[0]
}

/** The modules in `go version -m`, each as what it was replaced by. */
export function modulesOf(versions: string): Module[] {
  const modules: Module[] = []
  for (const line of versions.split('\n')) {
    const [, kind, path = '', version = ''] = line.split('\t')
    if (kind === '=>') modules.pop()
    if (kind === 'dep' || kind === '=>') modules.push({ path, version })
  }
  return modules
}

const LICENCE = /^(licen[sc]e|copying|unlicense)([-.].*)?$/i

/** The texts of the licence files in a folder. */
export async function licenceTexts(folder: string): Promise<string[]> {
  const files = (await readdir(folder, { withFileTypes: true })).filter(
    (file) => file.isFile() && LICENCE.test(file.name),
  )
  return Promise.all(files.map((file) => readFile(join(folder, file.name), 'utf8')))
}

/**
 * What cannot be used of the modules of all Go binaries in a folder, with the reason.
 *
 * @throws where the folder, or a module, cannot be read.
 */
export async function refusedModules(folder: string): Promise<string[]> {
  const { code, stdout, stderr } = await run('go', ['version', '-m', folder])
  if (code !== 0) throw new Error(`go version: ${stderr.trim()}`)
  // A module that is a folder of the workshop was fetched by a recipe: its source is looked at there.
  const modules = modulesOf(stdout).filter(({ version }) => version.startsWith('v'))
  if (modules.length === 0) return []
  const names = [...new Set(modules.map(({ path, version }) => `${path}@${version}`))]
  const listed = await run('go', ['mod', 'download', '-json', ...names], {
    env: { GOWORK: 'off', GOFLAGS: '-mod=mod' },
  })
  if (listed.code !== 0)
    throw new Error(`go mod download: ${(listed.stderr || listed.stdout).trim().slice(-500)}`)
  const downloads = listed.stdout
    .split(/^(?=\{)/m)
    .filter((text) => text.trim() !== '')
    .map((text) => JSON.parse(text) as { Path: string; Dir: string })
  const checked = downloads.map(async ({ Path, Dir }) => {
    const why = refusal(Path, await licenceTexts(Dir))
    return why === undefined ? [] : [`${Path}: ${why}`]
  })
  return (await Promise.all(checked)).flat()
}
