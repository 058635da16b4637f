import { debianVersion } from './debian.ts'

test.each([
  ['0.33.1-5', '0.33.1'],
  ['1%3a1.35.0-4+deb12u1+b1', '1.35.0'],
  ['0.29.1+ds1-4', '0.29.1'],
  ['20.10.24+dfsg1-1+deb12u1', '20.10.24'],
])('%s is upstream version %s', (full, upstream) => {
  expect(debianVersion(full)).toBe(upstream)
})
