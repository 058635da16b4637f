/** Who signs an image: keyless, with cosign, by the maker's workflow. What is not here has no signature that we know of. */
import { goTool } from '../scripts/supply/go-tool.ts'

const ISSUER = 'https://token.actions.githubusercontent.com'

/** By repository, the identity in the certificate of a version's signature. */
const SIGNERS: Readonly<Record<string, (version: string) => string>> = {
  'otel/opentelemetry-collector-contrib': (version) =>
    String.raw`^https://github\.com/open-telemetry/opentelemetry-collector-releases/\.github/workflows/base-release\.yaml@refs/tags/v${literal(version)}$`,
  // From July 2026 on. Its release calls the workflow from the tag or from a branch of releases.
  'grafana/tempo': () =>
    String.raw`^https://github\.com/grafana/tempo/\.github/workflows/sign-and-attest\.yml@refs/(tags/v|heads/r)[0-9.]+$`,
}

const literal = (text: string) => text.replaceAll('.', String.raw`\.`)

/** `name:tag@sha256:…`, of which tag and digest may be missing. */
export function partsOf(image: string): { repository: string; tag: string; digest: string } {
  const [, repository = image, tag = '', digest = ''] =
    /^(.+?)(?::([^:/@]+))?(?:@(sha256:[0-9a-f]{64}))?$/.exec(image) ?? []
  return { repository, tag, digest }
}

/** cosign's options that say whose signature it has to be; undefined where the maker signs nothing. */
export function signerOptions(image: string): string[] | undefined {
  const { repository, tag } = partsOf(image)
  const identity = SIGNERS[repository.replace(/^docker\.io\//, '')]?.(tag)
  if (identity === undefined) return undefined
  return [`--certificate-identity-regexp=${identity}`, `--certificate-oidc-issuer=${ISSUER}`]
}

/**
 * Asks cosign, by the digest: a tag may have moved since.
 *
 * @param options as of `signerOptions`, or a key's
 * @returns why the signature is none, undefined where it is right
 */
export async function signatureProblem(
  image: string,
  options: readonly string[],
): Promise<string | undefined> {
  const { repository, digest } = partsOf(image)
  const verify = ['verify', '--output=json', ...options, `${repository}@${digest}`]
  const { code, stderr } = await goTool('cosign', verify)
  return code === 0 ? undefined : (stderr.trim().split('\n').at(-1) ?? `cosign ended with ${code}`)
}
