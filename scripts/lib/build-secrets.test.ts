import { overlay } from './build-secrets.ts'

test('everything that is built gets the secrets, also where YAML merges it in, and nothing else is touched', () => {
  const compose = `
x-node: &node
  build: { context: . }
services:
  a: { <<: *node, image: x }
  b: { image: y }
`
  expect(overlay(compose, { npm_ca: '/etc/ca.crt' })).toEqual({
    services: { a: { build: { secrets: ['npm_ca'] } } },
    secrets: { npm_ca: { file: '/etc/ca.crt' } },
  })
})
