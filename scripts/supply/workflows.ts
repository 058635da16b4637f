/**
 * Checks what only other machines run, by the programs that read it: the workflows (actionlint), renovate.json and the dev
 * container. npm run workflows. Needs no network once the programs are there.
 */
import { root } from '../../images/lib/paths.ts'
import { run } from '../../images/lib/run.ts'
import { goTool } from './go-tool.ts'
import { NPM_TOOLS } from './tools.ts'

const npmTool = (name: keyof typeof NPM_TOOLS, ...args: string[]) =>
  // Without their packages' install scripts.
  run('npm', ['exec', '--yes', '--ignore-scripts', `--package=${NPM_TOOLS[name]}`, '--', name, ...args], {
    cwd: root,
  })

const checks = [
  ['.github/workflows', () => goTool('actionlint', [], { cwd: root })],
  ['renovate.json', () => npmTool('renovate-config-validator', '--strict', '--no-global', 'renovate.json')],
  ['.devcontainer', () => npmTool('devcontainer', 'read-configuration', '--workspace-folder', '.')],
] as const

for (const [what, check] of checks) {
  const { code, stdout, stderr } = await check()
  console.log(`${code === 0 ? 'ok  ' : 'FAIL'} ${what}`)
  if (code === 0) continue
  console.error(`${stdout}\n${stderr}`.trim())
  process.exitCode = 1
}
