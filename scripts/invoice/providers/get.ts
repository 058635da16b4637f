import { setTimeout as sleep } from 'node:timers/promises'

/** One page of a report, as both providers' APIs give it. */
export interface Page<Bucket> {
  data: Bucket[]
  has_more: boolean
  next_page: string | null
}

export interface Api {
  name: string
  url: string
  /** With the key: they are sent, and appear in no message. */
  headers: Record<string, string>
  /** What a key needs, for who has the wrong one. */
  permission: string
}

const ATTEMPTS = 5
const TIMEOUT_MS = 60_000
/** A server that asks for more is not waited for. */
const LONGEST_WAIT_MS = 120_000
/** More pages than a year of hours has: a server that never ends. */
const MOST_PAGES = 1000

/**
 * All pages of a report. Lists go as `name[]=…`, as the providers' own SDKs send them.
 *
 * @param firstWaitMs before the first repetition where the server names no time; doubles
 */
export async function allPages<Bucket>(
  api: Api,
  path: string,
  query: Record<string, string | number | readonly string[]>,
  firstWaitMs = 1000,
): Promise<Bucket[]> {
  const url = new URL(api.url.replace(/\/$/, '') + path)
  for (const [name, value] of Object.entries(query)) {
    if (Array.isArray(value)) for (const item of value as string[]) url.searchParams.append(`${name}[]`, item)
    else url.searchParams.set(name, String(value))
  }
  const buckets: Bucket[] = []
  for (let pages = 0; pages < MOST_PAGES; pages++) {
    const page = await getPage<Bucket>(api, url, firstWaitMs)
    buckets.push(...page.data)
    if (!page.has_more || page.next_page === null) return buckets
    url.searchParams.set('page', page.next_page)
  }
  throw new Error(`${api.name} says that ${path} has more than ${MOST_PAGES} pages`)
}

async function getPage<Bucket>(api: Api, url: URL, firstWaitMs: number): Promise<Page<Bucket>> {
  for (let attempt = 1; ; attempt++) {
    const { response, error } = await tryOnce(api, url)
    if (response?.ok) return (await response.json()) as Page<Bucket>
    const passing = response === undefined || response.status === 429 || response.status >= 500
    const retryAfter = response?.headers.get('retry-after')
    const wait = retryAfter ? Number(retryAfter) * 1000 : firstWaitMs * 2 ** (attempt - 1)
    if (!passing || attempt === ATTEMPTS || !(wait <= LONGEST_WAIT_MS)) {
      throw response ? await refusal(api, url, response) : unreachable(api, url, error)
    }
    await sleep(wait)
  }
}

async function tryOnce({ headers }: Api, url: URL): Promise<{ response?: Response; error?: unknown }> {
  try {
    // A redirect would take the key to another host.
    return {
      response: await fetch(url, { headers, redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) }),
    }
  } catch (error) {
    return { error }
  }
}

function unreachable({ name }: Api, { origin }: URL, error: unknown): Error {
  const { message, cause } = error as Error
  const { code, message: why } = (cause ?? {}) as { code?: string; message?: string }
  return new Error(`${name} (${origin}) could not be read: ${code ?? why ?? message}`)
}

/** Without the answer's own text where the key is refused: it may quote the key. */
async function refusal(api: Api, url: URL, response: Response): Promise<Error> {
  const { status } = response
  if (status === 401 || status === 403) {
    return new Error(`${api.name} refuses the key (${status}): ${api.permission}`)
  }
  const body = (await response.json().catch(() => undefined)) as { error?: { message?: unknown } } | undefined
  const message = body?.error?.message
  const words = typeof message === 'string' ? `: ${message.slice(0, 300)}` : ''
  const after = status === 429 || status >= 500 ? `, ${ATTEMPTS} times at most` : ''
  return new Error(withoutKeys(`${api.name} answers ${url.pathname} with ${status}${after}${words}`, api))
}

/** Whatever a server says, the key is not repeated. */
function withoutKeys(text: string, { headers }: Api): string {
  const values = Object.values(headers).map((value) => value.replace(/^Bearer /, ''))
  return values.filter((value) => value.length > 12).reduce((rest, key) => rest.replaceAll(key, '…'), text)
}
