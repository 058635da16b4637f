/**
 * Where a model API is, and the key for it, as the options of its SDK's client. With a key in `ANTHROPIC_API_KEY`
 * or `OPENAI_API_KEY` it is the real API, or what `…_BASE_URL` says; without one the simulator that
 * `LLM_SIMULATOR_URL` names. An empty variable counts as unset.
 *
 * @throws Error when neither is set
 */
export function modelApi(
  provider: 'anthropic' | 'openai',
  env: NodeJS.ProcessEnv = process.env,
): { apiKey: string; baseURL?: string } {
  const prefix = provider.toUpperCase()
  const read = (name: string) => env[name]?.trim() || undefined
  const apiKey = read(`${prefix}_API_KEY`)
  const simulator = read('LLM_SIMULATOR_URL')?.replace(/\/$/, '')
  const simulated = apiKey || !simulator ? undefined : provider === 'openai' ? `${simulator}/v1` : simulator
  const baseURL = read(`${prefix}_BASE_URL`) ?? simulated
  if (!apiKey && !baseURL) throw new Error(`Set ${prefix}_API_KEY, or LLM_SIMULATOR_URL for the simulator.`)
  return { apiKey: apiKey ?? 'not-needed', ...(baseURL && { baseURL }) }
}
