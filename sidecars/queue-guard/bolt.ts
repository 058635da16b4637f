import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

/*
 * A bbolt file is pages: two heads, written in turn, and the tree of the newer one.
 * https://github.com/etcd-io/bbolt/tree/v1.5.0/internal/common has the layout.
 */
const MAGIC = 0xed0cdaed
const VERSION = 2
const PAGE_HEAD = 16
/** Of one entry in a page of either kind; the keys and values come behind all of them. */
const ENTRY = 16
const BRANCH = 0x01
const LEAF = 0x02
const BUCKET = 0x01

interface Head {
  pageSize: number
  root: number
  transaction: bigint
}

/**
 * What would end a start of the Collector on this file of its `file_storage`, which `recreate: true` does not catch: an error,
 * or a panic or a fault in another goroutine. A page is looked at only if it is in use; values are not looked at. A
 * write meanwhile may look like damage: only under the lock of who has it open is it certain.
 *
 * @returns the first damage found, in words; undefined for a whole or an empty file, which is begun anew.
 * @throws what the file system says
 */
export function damageOf(path: string): string | undefined {
  const file = openSync(path, 'r')
  try {
    const { size } = fstatSync(file)
    if (size === 0) return undefined
    const read = (position: number, length: number): Buffer | undefined => {
      if (position + length > size) return undefined
      const buffer = Buffer.alloc(length)
      return readSync(file, buffer, 0, length, position) === length ? buffer : undefined
    }
    const head = newerHead(read)
    if (head === undefined) return 'neither of its two heads is whole'
    return damageOfTree(read, head)
  } catch (error) {
    // A disk that fails: the Collector maps the file into its memory, and would be ended by it.
    if ((error as NodeJS.ErrnoException).code === 'EIO') return 'a part of it cannot be read'
    throw error
  } finally {
    closeSync(file)
  }
}

type Read = (position: number, length: number) => Buffer | undefined

/** The head of the last transaction that was written whole. The second one tells the page size by where it is. */
function newerHead(read: Read): Head | undefined {
  const first = headAt(read, 0)
  const sizes = first ? [first.pageSize] : Array.from({ length: 15 }, (_, power) => 1024 << power)
  const second = sizes.map((size) => headAt(read, size)).find((head) => head !== undefined)
  const heads = [first, second].filter((head) => head !== undefined)
  return heads.sort((a, b) => (a.transaction < b.transaction ? 1 : -1))[0]
}

function headAt(read: Read, position: number): Head | undefined {
  const head = read(position + PAGE_HEAD, 64)
  if (head?.readUInt32LE(0) !== MAGIC || head.readUInt32LE(4) !== VERSION) return undefined
  if (head.readBigUInt64LE(56) !== fnv1a(head.subarray(0, 56))) return undefined
  return {
    pageSize: head.readUInt32LE(8),
    root: Number(head.readBigUInt64LE(16)),
    transaction: head.readBigUInt64LE(48),
  }
}

/** FNV-1a of 64 bits, as bbolt signs its heads. */
function fnv1a(bytes: Buffer): bigint {
  let hash = 0xcbf29ce484222325n
  for (const byte of bytes) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n)
  return hash
}

function damageOfTree(read: Read, { pageSize, root }: Head): string | undefined {
  const seen = new Set<number>()
  const next = [root]
  for (let page = next.pop(); page !== undefined; page = next.pop()) {
    const start = page * pageSize
    const head = read(start, PAGE_HEAD)
    if (head === undefined) return `page ${page} is beyond its end`
    if (seen.has(page)) return `page ${page} is used twice`
    seen.add(page)
    const [id, kind, entries, more] = [
      Number(head.readBigUInt64LE(0)),
      head.readUInt16LE(8),
      head.readUInt16LE(10),
      head.readUInt32LE(12),
    ]
    if (id !== page) return `page ${page} says that it is page ${id}`
    if (kind !== BRANCH && kind !== LEAF) return `page ${page} is of no kind that belongs here (${kind})`
    const length = (more + 1) * pageSize
    // Its last byte, too.
    if (read(start + length - 1, 1) === undefined) return `page ${page} ends beyond its end`
    const table = read(start + PAGE_HEAD, entries * ENTRY)
    if (table === undefined || PAGE_HEAD + table.length > length)
      return `page ${page} has too many entries (${entries})`
    for (let at = 0; at < table.length; at += ENTRY) {
      const entry = table.subarray(at, at + ENTRY)
      // Where key and value are is told from the entry itself.
      const own = PAGE_HEAD + at
      if (kind === BRANCH) {
        if (own + entry.readUInt32LE(0) + entry.readUInt32LE(4) > length)
          return `page ${page} has a key outside of it`
        next.push(Number(entry.readBigUInt64LE(8)))
      } else {
        const value = own + entry.readUInt32LE(4) + entry.readUInt32LE(8)
        if (value + entry.readUInt32LE(12) > length) return `page ${page} has a value outside of it`
        if ((entry.readUInt32LE(0) & BUCKET) === 0) continue
        const bucket = read(start + value, 8)
        const bucketRoot = bucket ? Number(bucket.readBigUInt64LE(0)) : 0
        // 0: it is small, and in this page.
        if (bucketRoot !== 0) next.push(bucketRoot)
      }
    }
  }
  return undefined
}
