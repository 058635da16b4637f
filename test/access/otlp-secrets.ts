import { chmod, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Authority } from './certificates.ts'

/** What docs/security.md puts into secrets/otlp: tokens, the server's certificate and key, and the clients' authority, who signed it. */
export async function otlpSecrets(tokens: string): Promise<{ folder: string; authority: Authority }> {
  const folder = await mkdtemp(join(tmpdir(), 'otlp-secrets-'))
  const authority = await Authority.create(folder, 'clients')
  await authority.issue('server')
  await writeFile(join(folder, 'tokens'), tokens)
  // The containers' user is not ours.
  await chmod(folder, 0o755)
  await Promise.all(['server.key', 'tokens'].map((file) => chmod(join(folder, file), 0o644)))
  return { folder, authority }
}
