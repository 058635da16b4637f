import { createHash } from 'node:crypto'
import type { Provider } from '../models.ts'

/** What the provider's reports call an API key by: no part of the key itself. */
export function keyId(provider: Provider, key: string): string {
  const prefix = provider === 'anthropic' ? 'apikey_' : 'key_'
  return prefix + createHash('sha256').update(`${provider}:${key}`).digest('hex').slice(0, 16)
}
