/** One part of a request that was not valid. `pointer` is a JSON Pointer as a URI fragment, as in RFC 9457 §3. */
export interface ProblemPart {
  detail: string
  pointer: string
}

/** The body of an `application/problem+json` answer (RFC 9457). */
export interface ProblemDetails {
  type: string
  title: string
  status: number
  detail?: string
  instance?: string
  errors?: ProblemPart[]
  [extension: string]: unknown
}

export interface HttpProblemOptions {
  /** Short, the same for every occurrence. Default: the status' own phrase. */
  title?: string
  /** About this occurrence; the caller sees it, so nothing internal belongs in it. */
  detail?: string
  /** URI of the kind of problem. Default `about:blank`: no more than the status says. */
  type?: string
  errors?: ProblemPart[]
  /** Seconds, or an HTTP date: sent as the Retry-After header. */
  retryAfter?: number | string
  /** Further members of the body. */
  extensions?: Record<string, unknown>
  cause?: unknown
}

const titles: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
}

/**
 * What a handler throws to answer with a problem (RFC 9457).
 *
 * @example throw new HttpProblem(404, { detail: `no order ${id}` })
 */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem'
  readonly status: number
  readonly retryAfter: string | undefined
  private readonly options: HttpProblemOptions

  constructor(status: number, options: HttpProblemOptions = {}) {
    super(options.detail ?? options.title ?? titles[status] ?? `HTTP ${status}`, { cause: options.cause })
    this.status = status
    this.options = options
    this.retryAfter = options.retryAfter === undefined ? undefined : String(options.retryAfter)
  }

  /** @param instance the path of the request that the problem occurred on */
  toJSON(instance?: string): ProblemDetails {
    const { type = 'about:blank', title, detail, errors, extensions } = this.options
    return {
      ...extensions,
      type,
      title: title ?? titles[this.status] ?? `HTTP ${this.status}`,
      status: this.status,
      ...(detail !== undefined && { detail }),
      ...(instance !== undefined && { instance }),
      ...(errors !== undefined && { errors }),
    }
  }
}
