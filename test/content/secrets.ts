import { randomBytes, randomInt } from 'node:crypto'

const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const from = (alphabet: string, length: number) =>
  Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('')
const alphanumeric = (length: number) => from(ALPHANUMERIC, length)
const digits = (length: number) => from('0123456789', length)
const base64url = (bytes: number) => randomBytes(bytes).toString('base64url')

/** The last digit of a payment card's number (ISO/IEC 7812). */
function withLuhnDigit(number: string): string {
  const sum = [...number]
    .reverse()
    .map(Number)
    .reduce((total, digit, i) => total + (i % 2 === 0 ? (digit > 4 ? 2 * digit - 9 : 2 * digit) : digit), 0)
  return number + String((10 - (sum % 10)) % 10)
}

/** The check digits of an IBAN (ISO 7064, mod 97). */
function iban(country: string, account: string): string {
  const asNumber = [...`${account}${country}00`].map((c) => parseInt(c, 36)).join('')
  return country + String(98n - (BigInt(asNumber) % 97n)).padStart(2, '0') + account
}

const grouped = (text: string, separator = ' ') => text.match(/.{1,4}/g)!.join(separator)

/** What must never be stored, each made anew, with the part of it that a search would find. */
export interface Secret {
  kind: string
  /** As it stands in a text. */
  text: string
  /** What must not be found afterwards: `text` where nothing is said. */
  core?: string
}

/** One of each known form, all different at each call. */
export function makeSecrets(): Secret[] {
  const awsSecret = base64url(30)
  const password = `Pw${alphanumeric(10)}`
  const hidden = (prefix: string, secret: string, suffix = '') => ({
    text: prefix + secret + suffix,
    core: secret,
  })
  const visa = withLuhnDigit(`4${digits(14)}`)
  const mastercard = withLuhnDigit(`5${randomInt(1, 6)}${digits(13)}`)
  const person = `jane.${alphanumeric(6)}`
  return [
    { kind: 'Anthropic key', text: `sk-ant-api03-${base64url(60)}` },
    { kind: 'OpenAI key', text: `sk-${alphanumeric(48)}` },
    { kind: 'OpenAI project key', text: `sk-proj-${base64url(60)}` },
    { kind: 'AWS access key', text: `AKIA${from('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', 16)}` },
    { kind: 'AWS temporary access key', text: `ASIA${from('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', 16)}` },
    { kind: 'AWS secret key by its name', ...hidden('aws_secret_access_key=', awsSecret) },
    { kind: 'Google key', text: `AIza${base64url(26).slice(0, 35)}` },
    { kind: 'Google OAuth token', text: `ya29.${base64url(40)}` },
    { kind: 'GitHub token', text: `ghp_${alphanumeric(36)}` },
    { kind: 'GitHub fine-grained token', text: `github_pat_${alphanumeric(22)}_${alphanumeric(59)}` },
    { kind: 'GitLab token', text: `glpat-${base64url(15)}` },
    { kind: 'Slack bot token', text: `xoxb-${digits(12)}-${digits(13)}-${alphanumeric(24)}` },
    { kind: 'Slack user token', text: `xoxp-${digits(12)}-${digits(12)}-${alphanumeric(32)}` },
    {
      kind: 'Slack app token',
      text: `xapp-1-A${alphanumeric(10)}-${digits(13)}-${from('0123456789abcdef', 64)}`,
    },
    { kind: 'Hugging Face token', text: `hf_${alphanumeric(34)}` },
    { kind: 'Groq key', text: `gsk_${alphanumeric(52)}` },
    { kind: 'xAI key', text: `xai-${alphanumeric(80)}` },
    { kind: 'Perplexity key', text: `pplx-${alphanumeric(48)}` },
    {
      kind: 'LangSmith key',
      text: `lsv2_pt_${from('0123456789abcdef', 32)}_${from('0123456789abcdef', 10)}`,
    },
    { kind: 'Stripe secret key', text: `sk_live_${alphanumeric(24)}` },
    { kind: 'Stripe restricted key', text: `rk_test_${alphanumeric(24)}` },
    { kind: 'Stripe webhook secret', text: `whsec_${alphanumeric(32)}` },
    { kind: 'PyPI token', text: `pypi-AgEIcHlwaS5vcmc${base64url(100)}` },
    { kind: 'SendGrid key', text: `SG.${base64url(16)}.${base64url(32)}` },
    { kind: 'npm token', text: `npm_${alphanumeric(36)}` },
    { kind: 'bearer token', ...hidden('Authorization: Bearer ', base64url(24)) },
    { kind: 'bearer token in capitals', ...hidden('AUTHORIZATION: BEARER ', base64url(24)) },
    {
      kind: 'basic credentials',
      ...hidden('Authorization: Basic ', Buffer.from(`u:${password}`).toString('base64')),
    },
    {
      kind: 'JWT',
      text: `${Buffer.from('{"alg":"HS256","typ":"JWT"}').toString('base64url')}.${base64url(60)}.${base64url(32)}`,
    },
    {
      kind: 'private key',
      text: `-----BEGIN RSA PRIVATE KEY-----\n${grouped(randomBytes(300).toString('base64'), '')}\n-----END RSA PRIVATE KEY-----`,
    },
    { kind: 'password in a URL', text: `https://admin:${password}@db.example.com/x`, core: password },
    {
      kind: 'password in the URL of a host without a dot',
      ...hidden('redis://:', password, '@cache:6379/0'),
    },
    { kind: 'key in a query', ...hidden('https://api.example.com/v1?alt=sse&key=', alphanumeric(24)) },
    { kind: 'token in a query', ...hidden('https://api.example.com/v1?token=', alphanumeric(24)) },
    { kind: 'access token in JSON', ...hidden('{"access_token":"', alphanumeric(24), '"}') },
    { kind: 'signature of a URL', ...hidden('https://s3.example.com/x?X-Amz-Signature=', alphanumeric(24)) },
    {
      kind: 'credential of a URL',
      ...hidden('https://s3.example.com/x?X-Amz-Credential=', alphanumeric(24)),
    },
    {
      kind: 'signature of a URL, short',
      ...hidden('https://x.example.net/y?sv=2026&sig=', alphanumeric(24)),
    },
    { kind: 'client secret', ...hidden('client_secret=', alphanumeric(24)) },
    { kind: 'secret key in JSON', ...hidden('{"secretKey":"', alphanumeric(24), '"}') },
    { kind: 'key in a variable', ...hidden('ACME_API_KEY=', alphanumeric(24)) },
    { kind: 'secret in a variable', ...hidden('ACME_SECRET_ACCESS_KEY=', alphanumeric(24)) },
    { kind: 'password in a variable', ...hidden('PGPASSWORD=', alphanumeric(12)) },
    { kind: 'key in JSON', text: `{"api_key":"${alphanumeric(20)}"}` },
    { kind: 'password in a text', ...hidden('password: ', `Pq${alphanumeric(9)}`) },
    { kind: 'e-mail', text: `${person}@example.com`, core: person },
    { kind: 'e-mail with a plus, in a subdomain', text: `j.${alphanumeric(7)}+news@mail.example.co.uk` },
    { kind: 'telephone, international', text: `+49 30 ${digits(8)}` },
    { kind: 'telephone, international, in groups', text: `+1 (415) ${randomInt(200, 999)}-${digits(4)}` },
    { kind: 'telephone, American', text: `(${randomInt(200, 999)}) ${randomInt(200, 999)}-${digits(4)}` },
    { kind: 'telephone, German', text: `030 ${digits(4)} ${digits(4)}` },
    { kind: 'Visa', text: visa },
    { kind: 'Visa, in groups', text: grouped(withLuhnDigit(`4${digits(14)}`)) },
    { kind: 'Mastercard', text: mastercard },
    {
      kind: 'Mastercard with hyphens',
      text: grouped(withLuhnDigit(`5${randomInt(1, 6)}${digits(13)}`), '-'),
    },
    { kind: 'American Express', text: withLuhnDigit(`37${digits(12)}`) },
    { kind: 'Diners Club', text: withLuhnDigit(`36${digits(11)}`) },
    { kind: 'UnionPay, 19 digits', text: withLuhnDigit(`62${digits(16)}`) },
    { kind: 'IBAN', text: iban('DE', digits(18)) },
    { kind: 'IBAN, in groups', text: grouped(iban('GB', `NWBK${digits(14)}`)) },
    { kind: 'IBAN of 15 characters', text: iban('NO', digits(11)) },
  ]
}

/** Keys whose whole value is a credential, whatever it looks like. */
export const CREDENTIALS = [
  'http.request.header.authorization',
  'http.response.header.set-cookie',
  'rpc.request.metadata.cookie',
  'rpc.grpc.response.metadata.x-auth-token',
  'ai.request.headers.x-api-key',
  'llm.headers',
  'metadata.requester_custom_headers',
  'db.password',
  'acme.client_secret',
  'acme.api_key',
  'acme.apiKey',
  'tls.private_key',
  'acme.access_token',
  'acme.auth_token',
]

/** How `secret` is searched for. */
export const coreOf = ({ text, core = text }: Secret) => core

/**
 * What looks like one and is none: numbers, ids and names as spans have them. Each must come out as it went in.
 */
export const HARMLESS: Record<string, string[]> = {
  'trace ids': Array.from({ length: 200 }, () => randomBytes(16).toString('hex')),
  // With a letter: one in 2,000 is of digits alone, and may be a card's number by its check digit.
  'span ids': Array.from({ length: 200 }, () => randomBytes(8).toString('hex')).filter((id) =>
    /[a-f]/.test(id),
  ),
  UUIDs: Array.from({ length: 200 }, () => crypto.randomUUID()),
  'response ids': Array.from({ length: 100 }, () => `msg_01${alphanumeric(22)}`),
  'order ids': Array.from({ length: 100 }, () => `A-${digits(4)}`).concat(
    Array.from({ length: 100 }, () => `ORD-2026-${digits(6)}`),
    Array.from({ length: 100 }, () => digits(10)),
  ),
  timestamps: Array.from({ length: 100 }, () => {
    const ms = 1_700_000_000_000 + randomInt(200_000_000_000)
    return [
      String(ms),
      `${ms}000`,
      `${ms}000000`,
      new Date(ms).toISOString(),
      `${new Date(ms).toISOString().slice(0, 19)}+02:00`,
    ]
  }).flat(),
  'durations and scores': Array.from({ length: 200 }, () => String(Math.random())),
  'token counts': ['0', '1', '152', '200000', '1000000'],
  models: [
    'claude-haiku-4-5-20251001',
    'gpt-5-mini-2025-08-07',
    'text-embedding-3-small',
    'claude-sonnet-4@20250514',
    'anthropic.claude-3-5-sonnet-20241022-v2:0',
    'gemini-2.5-pro-preview-06-05',
    'ft:gpt-4o-mini-2024-07-18:acme::9xYz',
  ],
  texts: [
    'at Object.<anonymous> (/app/node_modules/.pnpm/express@4.18.2/node_modules/express/lib/router.js:95:5)',
    'The order of 2026-11-20 10:15:00 costs 1,299.00 USD, VAT 19 %, in 3 parcels.',
    'Retry after 30 s: rate limit of 50,000 input tokens per minute reached (limit 50000, used 49873).',
    'max_tokens: 4096 > 2048, which is the maximum allowed number of output tokens',
    'SELECT * FROM orders WHERE id = 4711 LIMIT 100',
    'v1.2.3-beta.4+build.20261120',
    '192.168.178.201',
    'a risk-assessment-report of the task-force',
    '10.0.0.0/8',
  ],
}
