import { run } from '../../images/lib/run.ts'
import type { RunOptions, RunResult } from '../../images/lib/run.ts'
import { GO_TOOLS } from './tools.ts'

/**
 * Runs a Go program: that of the environment (`SYFT=/path/to/syft`), that on the PATH, or the version in tools.ts by
 * `go run`.
 */
export async function goTool(
  name: keyof typeof GO_TOOLS,
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  const chosen = process.env[name.toUpperCase().replaceAll('-', '_')] ?? name
  const result = await run(chosen, args, options)
  if (!/\bENOENT\b/.test(result.stderr)) return result
  return run('go', ['run', GO_TOOLS[name], ...args], {
    ...options,
    env: { ...options.env, GOWORK: 'off', GOFLAGS: '-mod=mod', CGO_ENABLED: '0' },
  })
}
