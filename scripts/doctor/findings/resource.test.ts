import { readFixtures } from '../../../test/dialects/fixture.ts'
import { isOlder } from '../version.ts'
import { LIBRARIES } from './resource.ts'

interface Scoped {
  scope?: { name?: string; version?: string }
}

const recorded = readFixtures()
  .filter(({ handMade }) => !handMade)
  .flatMap(({ otlp }) => otlp.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans as Scoped[]))
  .flatMap(({ scope: { name = '', version = '' } = {} }) => (version === '' ? [] : [{ name, version }]))

test.each(LIBRARIES)('$scope: a version before $from is recorded, and one from it on', ({ scope, from }) => {
  const versions = recorded.filter(({ name }) => scope.test(name)).map(({ version }) => version)
  expect(versions.some((version) => isOlder(version, from))).toBe(true)
  expect(versions.some((version) => !isOlder(version, from))).toBe(true)
})
