/** What OpenSSF Scorecard looks for in workflows: pinned actions, few rights, nothing of a stranger in a shell. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'

interface Step {
  uses?: string
  run?: string
  with?: Record<string, unknown>
}
interface Workflow {
  on: Record<string, unknown>
  permissions?: Record<string, string> | string
  jobs: Record<string, { permissions?: Record<string, string>; 'timeout-minutes'?: number; steps: Step[] }>
}

const folder = join(import.meta.dirname, '..', '..', '.github', 'workflows')
const workflows = globSync('*.yml', { cwd: folder }).map((file) => {
  const text = readFileSync(join(folder, file), 'utf8')
  return { file, text, workflow: parse(text) as Workflow }
})
const steps = workflows.flatMap(({ file, workflow }) =>
  Object.values(workflow.jobs).flatMap((job) => job.steps.map((step) => ({ file, step }))),
)

test('there are the workflows that docs/supply-chain.md names', () => {
  expect(workflows.map(({ file }) => file).sort()).toEqual([
    'ci.yml',
    'codeql.yml',
    'release.yml',
    'scorecard.yml',
    'supply-chain.yml',
  ])
})

test('each action is pinned by commit, with its version behind it', () => {
  const uses = workflows.flatMap(({ text }) => [...text.matchAll(/uses: *(.*)/g)].map(([, what]) => what!))
  expect(uses.length).toBeGreaterThan(10)
  expect(uses.filter((what) => !/^[\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(what))).toEqual([])
  // One commit for one version.
  const commits = new Map<string, Set<string>>()
  for (const what of uses) {
    const [, action, commit, version] = /^([^@/]+\/[^@/]+)[^@]*@(\S+) # (\S+)$/.exec(what)!
    const key = `${action} ${version}`
    commits.set(key, (commits.get(key) ?? new Set()).add(commit!))
  }
  expect([...commits].filter(([, found]) => found.size > 1)).toEqual([])
})

test('a workflow may read, and a job no more than it needs', () => {
  const WRITES: Record<string, string[]> = {
    'codeql.yml': ['security-events'],
    'scorecard.yml': ['id-token', 'security-events'],
    'release.yml': ['attestations', 'contents', 'id-token'],
  }
  for (const { file, workflow } of workflows) {
    expect([{}, { contents: 'read' }]).toContainEqual(workflow.permissions)
    const writes = Object.values(workflow.jobs).flatMap(({ permissions = {} }) =>
      Object.entries(permissions).flatMap(([what, right]) => (right === 'write' ? [what] : [])),
    )
    expect({ file, writes: writes.sort() }).toEqual({ file, writes: WRITES[file] ?? [] })
    expect(Object.values(workflow.jobs).filter((job) => job['timeout-minutes'] === undefined)).toEqual([])
  }
})

test('a checkout leaves no token behind, and no stranger’s text is in a shell', () => {
  const checkouts = steps.filter(({ step }) => step.uses?.startsWith('actions/checkout@'))
  expect(checkouts.filter(({ step }) => step.with?.['persist-credentials'] !== false)).toEqual([])
  expect(steps.filter(({ step }) => step.run?.includes('${{'))).toEqual([])
  for (const { workflow } of workflows) {
    expect(Object.keys(workflow.on)).not.toContain('pull_request_target')
    expect(Object.keys(workflow.on)).not.toContain('workflow_run')
  }
})
