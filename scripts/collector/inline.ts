/**
 * The stages' files as one document that needs no other file: what `${file:…}` names is put in its place, with its comments.
 * `${env:…}` stays, as the Collector reads it at its start.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Document, isMap, isPair, isScalar, parseDocument, visit, YAMLMap } from 'yaml'
import type { Node, Pair, Scalar } from 'yaml'
import { folder } from './config.ts'

/** Variables that decide which file is included, so that their values are decided here. */
export interface Settings {
  GENAI_CAPTURE_CONTENT?: string | undefined
  GENAI_HISTOGRAMS?: string | undefined
}

const DECIDED = ['GENAI_CAPTURE_CONTENT', 'GENAI_HISTOGRAMS'] as const

const SECTIONS = ['extensions', 'receivers', 'processors', 'connectors', 'exporters', 'service']

/** @param files relative to collector/, in the order in which the Collector merges them */
export function inline(files: string[], settings: Settings = {}): Document {
  const merged = new Document(new YAMLMap())
  const top = merged.contents as YAMLMap
  for (const section of SECTIONS) top.set(merged.createNode(section), new YAMLMap())
  for (const file of files) {
    const { contents, header } = readFile(file, settings)
    if (!isMap(contents)) throw new Error(`${file} is no map`)
    const { length } = top.items
    let place: Pair | undefined
    for (const { key, value } of contents.items) {
      const section = top.get(key)
      if (!isMap(section) || !isMap(value)) throw new Error(`${file}: ${String(key)} is no section`)
      place = merge(section, value, place)
    }
    if (top.items.length !== length) throw new Error(`${file} has a section that is not known`)
    // The header stands before the first that comes from the file. That of collector.yaml is about files.
    if (place && file !== 'collector.yaml') comment(place, `\n${header}`)
  }
  top.items = top.items.filter(({ value }) => !isMap(value) || value.items.length > 0)
  return merged
}

/** Maps are merged, all else is replaced. Gives the first pair that was added, or `first`. */
function merge(one: YAMLMap, other: YAMLMap, first?: Pair): Pair | undefined {
  for (const pair of other.items) {
    const there = one.items.find(({ key }) => String(key) === String(pair.key))
    if (there === undefined) {
      one.items.push(pair)
      first ??= pair
    } else if (isMap(there.value) && isMap(pair.value)) first = merge(there.value, pair.value, first)
    else there.value = pair.value
  }
  return first
}

function comment({ key }: Pair, text: string) {
  const node = key as Scalar
  node.commentBefore = [text, node.commentBefore].filter((part) => part != null).join('\n')
}

/** A file with what it includes, and the comment on its top. */
function readFile(file: string, settings: Settings): { contents: Node | null; header: string } {
  const document = parseDocument(readFileSync(join(folder, file), 'utf8'), { merge: true })
  if (document.errors.length > 0) throw new Error(`${file}: ${document.errors.join('; ')}`)
  const contents = document.contents
  const first = firstNode(contents)
  const header = [document.commentBefore, contents?.commentBefore, first?.commentBefore]
  for (const node of [contents, first]) if (node) node.commentBefore = null
  visit(document, {
    Scalar(_, node, path) {
      if (typeof node.value !== 'string') return undefined
      node.value = node.value.replace(
        /\$\{env:(\w+):-([^}]*)\}/g,
        (whole, name: string, fallback: string) => {
          const decided = DECIDED.find((setting) => setting === name)
          return decided ? settings[decided] || fallback : whole
        },
      )
      const [, whole] = /^\$\{file:([^}]+)\}$/.exec(node.value as string) ?? []
      if (whole === undefined) {
        node.value = (node.value as string).replace(/\$\{file:([^}]+)\}/g, (_, name: string) => textOf(name))
        return undefined
      }
      const included = readFile(whole, settings)
      if (included.contents === null) throw new Error(`${whole} is empty`)
      const parent = path.at(-1)
      // The comment of an item of a list is the item's, that of a value is its key's.
      const comments = [isPair(parent) ? undefined : node.commentBefore, included.header]
      const text = comments.filter((part) => part).join('\n')
      if (text) included.contents.commentBefore = text
      return included.contents
    },
  })
  return { contents, header: header.filter((part) => part).join('\n') }
}

function firstNode(node: Node | null): Scalar | undefined {
  if (isMap(node)) return isScalar(node.items[0]?.key) ? node.items[0].key : undefined
  return undefined
}

/** What stands within a text: the price book, one line for each provider. */
function textOf(file: string): string {
  const book = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Record<string, object>
  return `{\n${Object.entries(book)
    .map(([provider, models]) => `${JSON.stringify(provider)}: ${JSON.stringify(models)}`)
    .join(',\n')}\n}`
}
