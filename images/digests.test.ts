import { withSettings } from './digests.ts'

const settings = new Map([
  ['TEMPO_IMAGE', 'grafana/tempo:3.0.3@sha256:aa'],
  ['NODE_IMAGE', 'node:24-slim@sha256:bb'],
])

test('a missing or empty .env gets the settings', () => {
  expect(withSettings('', settings)).toBe(
    'TEMPO_IMAGE=grafana/tempo:3.0.3@sha256:aa\nNODE_IMAGE=node:24-slim@sha256:bb\n',
  )
})

test('settings are replaced where they stand, and everything else stays', () => {
  const env = '# mine\nANTHROPIC_API_KEY=x=y\nNODE_IMAGE=node:24-slim@sha256:old\n#TEMPO_IMAGE=commented\n\n'
  expect(withSettings(env, settings)).toBe(
    '# mine\nANTHROPIC_API_KEY=x=y\nNODE_IMAGE=node:24-slim@sha256:bb\n#TEMPO_IMAGE=commented\nTEMPO_IMAGE=grafana/tempo:3.0.3@sha256:aa\n',
  )
})
