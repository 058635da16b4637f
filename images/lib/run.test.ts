import { run } from './run.ts'

test('gives exit code and both outputs', async () => {
  expect(await run('sh', ['-c', 'echo out; echo err >&2; exit 3'])).toEqual({
    code: 3,
    stdout: 'out\n',
    stderr: 'err\n',
  })
})

test('a program that is not there is a failure, not an exception', async () => {
  const result = await run('no-such-program-anywhere', [])
  expect(result.code).not.toBe(0)
  expect(result.stderr).toContain('ENOENT')
})

test('an aborted command ends', async () => {
  const result = await run('sleep', ['30'], { signal: AbortSignal.timeout(50) })
  expect(result.code).not.toBe(0)
})
