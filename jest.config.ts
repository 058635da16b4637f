import type { Config } from 'jest'

/**
 * `unit`: beside the code, no containers. `integration`: test/, on real components in containers. `drills`: outages and
 * overload, which take minutes each (`npm run drills`).
 */
const shared = {
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2024' }, module: { type: 'es6' } },
    ],
  },
} satisfies Config

export default {
  // For integration tests, which wait for Tempo's and Prometheus' own intervals.
  testTimeout: 90_000,
  // A process for each file: Node's fetch, its dispatcher and diagnostics channels belong to the process, and tests set them.
  workerIdleMemoryLimit: '1MB',
  reporters: ['default', '<rootDir>/test/lib/summary-reporter.ts'],
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/{services,prices,sidecars,alerts,grafana,images,scripts}/**/*.test.ts'],
    },
    {
      ...shared,
      displayName: 'integration',
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      globalSetup: '<rootDir>/test/lib/global-setup.ts',
    },
    {
      ...shared,
      displayName: 'drills',
      testMatch: ['<rootDir>/test/drills/**/*.drill.ts'],
      globalSetup: '<rootDir>/test/lib/global-setup.ts',
    },
  ],
} satisfies Config
