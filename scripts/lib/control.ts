/** The control service refuses, or is not there; the message says what to do. */
export class ControlError extends Error {
  override readonly name = 'ControlError'
}

/** The name of the scenario that is on. @throws ControlError */
export async function currentScenario(controlUrl: string): Promise<string> {
  const { scenario } = (await ask(`${controlUrl}/api/state`)) as { scenario: { name: string } }
  return scenario.name
}

/**
 * Turns a scenario on, in place of the one that was.
 *
 * @returns what does not have it yet; it is on as soon as that answers
 * @throws ControlError
 */
export async function setScenario(controlUrl: string, name: string): Promise<string | undefined> {
  const { problem } = (await ask(`${controlUrl}/api/scenario`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name }),
  })) as { problem?: string }
  return problem
}

async function ask(url: string, init: RequestInit = {}): Promise<unknown> {
  let response: Response
  try {
    response = await fetch(url, { ...init, signal: AbortSignal.timeout(15_000) })
  } catch (error) {
    throw new ControlError(
      `the stack’s control service does not answer at ${url}: start the stack with npm run up`,
      { cause: error },
    )
  }
  const body = (await response.json()) as { title?: string; detail?: string }
  if (!response.ok) throw new ControlError(`${body.title ?? response.status}: ${body.detail ?? ''}`)
  return body
}
