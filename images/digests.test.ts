import { pinProblem, settingsOf, withSettings } from './digests.ts'

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

const DIGEST = `sha256:${'a'.repeat(64)}`

test.each([
  ['no line', undefined, 'grafana/tempo:3.0.3', /not in .env/],
  ['a tag alone', 'grafana/tempo:3.0.3', 'grafana/tempo:3.0.3', /no digest/],
  ['an older version', `grafana/tempo:3.0.2@${DIGEST}`, 'grafana/tempo:3.0.3', /3\.0\.2.*3\.0\.3/],
  ['another image', `evil/tempo:3.0.3@${DIGEST}`, 'grafana/tempo:3.0.3', /evil/],
  [
    'another digest than that of the compose files',
    `grafana/tempo:3.0.3@${DIGEST}`,
    `grafana/tempo:3.0.3@${DIGEST.replaceAll('a', 'b')}`,
    /digest/,
  ],
])('is not pinned: %s', (_, pinned, upstream, why) => {
  expect(pinProblem(pinned, upstream)).toMatch(why)
})

test('is pinned, also where the compose files name the digest', () => {
  const pinned = `localhost:5000/a/b:v1@${DIGEST}`
  expect(pinProblem(pinned, 'localhost:5000/a/b:v1')).toBeUndefined()
  expect(pinProblem(pinned, pinned)).toBeUndefined()
})

test('what .env sets, without its comments', () => {
  expect([...settingsOf('# a\nA_IMAGE=x=y\n#B_IMAGE=z\n\n')]).toEqual([['A_IMAGE', 'x=y']])
})
