/** Pages can be read: links lead somewhere, cells of tables are short, no page is long. */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const root = join(import.meta.dirname, '..')
const pages = globSync('**/*.md', { cwd: root, exclude: ['**/node_modules', '.cache', 'test-output'] })
const textOf = (page: string) => readFileSync(join(root, page), 'utf8').replace(/```.*?```/gs, '')
/** What people read; runbooks have a test of their own. Measurements are for looking up, and dialects.md is generated. */
const docs = pages.filter((page) => /^(README|CONTRIBUTING|docs\/[^/]+)\.md$/.test(page))

/** As GitHub makes them of headings. */
const anchorsOf = (page: string) =>
  [...textOf(page).matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_\- ]/gu, '')
      .replaceAll(' ', '-'),
  )

function isBroken(page: string, link: string): boolean {
  const [path, anchor] = link.split('#') as [string, string?]
  const target = path === '' ? page : join(dirname(page), path)
  if (!existsSync(join(root, target))) return true
  return anchor !== undefined && target.endsWith('.md') && !anchorsOf(target).includes(anchor)
}

test('links lead somewhere', () => {
  const links = pages.flatMap((page) =>
    [...textOf(page).matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, link]) => ({ page, link: link! }))
      .filter(({ link }) => !/^(https?|mailto):/.test(link)),
  )
  expect(links.length).toBeGreaterThan(150)
  const broken = links.filter(({ page, link }) => isBroken(page, link))
  expect(broken).toEqual([])
})

test('no cell has more than 25 words', () => {
  const cells = docs.flatMap((page) =>
    textOf(page)
      .split('\n')
      .filter((line) => line.startsWith('|'))
      .flatMap((line) => line.split('|'))
      .map((cell) => ({ page, cell: cell.trim() })),
  )
  expect(cells.length).toBeGreaterThan(500)
  expect(cells.filter(({ cell }) => cell.split(/\s+/).length > 25)).toEqual([])
})

test('README has at most 150 lines, each page at most 200', () => {
  const lines = Object.fromEntries(
    docs.map((page) => [page, readFileSync(join(root, page), 'utf8').split('\n').length - 1]),
  )
  expect(lines['README.md']).toBeLessThanOrEqual(150)
  const long = Object.entries(lines).filter(([page, count]) => count > 200 && page !== 'docs/dialects.md')
  expect(long).toEqual([])
})
