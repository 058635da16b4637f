import { findings, isHigh } from './findings.ts'
import type { Scan } from './findings.ts'

const scan = (max_severity?: string): Scan => ({
  results: [
    {
      source: { path: 'package-lock.json' },
      packages: [
        {
          package: { name: 'minimist', version: '1.2.5', ecosystem: 'npm' },
          groups: [
            {
              ids: ['GHSA-xvch-5gv4-984h'],
              aliases: ['CVE-2021-44906'],
              ...(max_severity !== undefined && { max_severity }),
            },
          ],
          vulnerabilities: [{ id: 'GHSA-xvch-5gv4-984h', summary: 'Prototype Pollution' }],
        },
        { package: { name: 'express', version: '5.2.1', ecosystem: 'npm' } },
      ],
    },
  ],
})

test('a finding has its package, its ids and what it is', () => {
  expect(findings(scan('9.8'))).toEqual([
    {
      package: 'minimist@1.2.5',
      ids: ['CVE-2021-44906', 'GHSA-xvch-5gv4-984h'],
      score: 9.8,
      summary: 'Prototype Pollution',
      source: 'package-lock.json',
    },
  ])
})

test.each([
  ['9.8', true],
  ['7.0', true],
  ['6.9', false],
  ['0.0', false],
  ['', true],
  [undefined, true],
  ['unknown', true],
])('a score of %p is high: %p', (score, high) => {
  expect(findings(scan(score)).map(isHigh)).toEqual([high])
})

test('nothing is found in nothing', () => {
  expect(findings({ results: [] })).toEqual([])
})
