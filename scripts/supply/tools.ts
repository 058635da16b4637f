/** The programs that the supply chain's commands run, by version: Renovate reads them here. None is a dependency. */

/** Go programs: compiled by `go run` at the first use, which takes minutes, and cached by Go. */
export const GO_TOOLS = {
  cosign: 'github.com/sigstore/cosign/v3/cmd/cosign@v3.1.3',
  syft: 'github.com/anchore/syft/cmd/syft@v1.57.1',
  'osv-scanner': 'github.com/google/osv-scanner/v2/cmd/osv-scanner@v2.4.0',
  actionlint: 'github.com/rhysd/actionlint/cmd/actionlint@v1.7.12',
} as const

export const NPM_TOOLS = {
  'cyclonedx-npm': '@cyclonedx/cyclonedx-npm@6.0.1',
  'renovate-config-validator': 'renovate@44.121.2',
  devcontainer: '@devcontainers/cli@0.89.0',
} as const
