import { signerOptions } from './signatures.ts'
import { upstreamImages } from './upstream.ts'

const identity = (image: string) => new RegExp(/identity-regexp=(.*)$/.exec(signerOptions(image)![0]!)![1]!)
const workflow = 'https://github.com/open-telemetry/opentelemetry-collector-releases/.github/workflows'

test('the Collector is signed by the release of its version, and by nothing else', () => {
  const pattern = identity('otel/opentelemetry-collector-contrib:0.161.0')
  expect(`${workflow}/base-release.yaml@refs/tags/v0.161.0`).toMatch(pattern)
  for (const other of [
    `${workflow}/base-release.yaml@refs/tags/v0.161.01`,
    `${workflow}/base-release.yaml@refs/tags/v0x161x0`,
    `${workflow}/base-release.yaml@refs/heads/main`,
    `${workflow}/other.yaml@refs/tags/v0.161.0`,
    `https://evil.example/?${workflow}/base-release.yaml@refs/tags/v0.161.0`,
  ])
    expect(other).not.toMatch(pattern)
})

test('Tempo is signed by a tag or a branch of releases, not by a branch of anybody', () => {
  const pattern = identity('docker.io/grafana/tempo:3.0.3')
  const signs = 'https://github.com/grafana/tempo/.github/workflows/sign-and-attest.yml'
  expect(`${signs}@refs/tags/v3.0.3`).toMatch(pattern)
  expect(`${signs}@refs/heads/r30`).toMatch(pattern)
  expect(`${signs}@refs/heads/main`).not.toMatch(pattern)
  expect(`${signs}@refs/pull/1/merge`).not.toMatch(pattern)
})

test('the images of the compose files that are signed are these', async () => {
  const signed = [...(await upstreamImages())]
    .filter(([, image]) => signerOptions(image))
    .map(([name]) => name)
  expect(signed.sort()).toEqual(['COLLECTOR_IMAGE', 'TEMPO_IMAGE'])
})
