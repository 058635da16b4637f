/** Nothing under a copyleft licence is built: what is recognised, and the modules that the recipes name. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { recipes } from '../build.ts'
import { licencesIn, modulesOf, refusal } from './licences.ts'
import { root } from './paths.ts'

/** How licences begin, as their publishers have them. */
const AGPL = `                    GNU AFFERO GENERAL PUBLIC LICENSE
                       Version 3, 19 November 2007

 Copyright (C) 2007 Free Software Foundation, Inc. <https://fsf.org/>`
const GPL = `                    GNU GENERAL PUBLIC LICENSE
                       Version 2, June 1991`
const LGPL = `                   GNU LESSER GENERAL PUBLIC LICENSE
                       Version 3, 29 June 2007`
/** Names the others as "Secondary License". */
const MPL = `Mozilla Public License Version 2.0
==================================
1.12. "Secondary License" means either the GNU General Public License, Version 2.0, the GNU Lesser General Public
License, Version 2.1, the GNU Affero General Public License, Version 3.0`
const APACHE = `                                 Apache License
                           Version 2.0, January 2004
                        http://www.apache.org/licenses/`
const MIT = 'Permission is hereby granted, free of charge, to any person obtaining a copy'

test.each([
  ['AGPL', AGPL],
  ['GPL', GPL],
  ['LGPL', LGPL],
  ['MPL', MPL],
  ['BUSL', 'Business Source License 1.1'],
  ['SSPL', 'Server Side Public License\nVERSION 1, OCTOBER 16, 2018'],
  ['Elastic', 'Elastic License 2.0\n\nURL: https://www.elastic.co/licensing/elastic-license'],
])('%s is refused, alone and beside another', (name, text) => {
  expect(licencesIn(text)).toEqual([name])
  expect(refusal('example.com/a', [text])).toBe(name)
  expect(refusal('example.com/a', [MIT, text])).toBe(name)
})

test('permissive ones are not, also several in a file', () => {
  expect(refusal('example.com/a', [APACHE])).toBeUndefined()
  expect(refusal('example.com/a', [`${MIT}\n---\n${APACHE}`])).toBeUndefined()
})

test('what has no licence, or none that is known, is refused', () => {
  expect(refusal('example.com/a', [])).toBe('no licence that is known')
  expect(refusal('example.com/a', ['All rights reserved.'])).toBe('no licence that is known')
})

test('MPL is let through for the libraries that are named, and for nothing else of them', () => {
  expect(refusal('github.com/hashicorp/go-version', [MPL])).toBeUndefined()
  expect(refusal('github.com/hashicorp/consul', ['Business Source License 1.1'])).toBe('BUSL')
})

test('the modules of a binary, as what they were replaced by', () => {
  const versions = [
    'otelcol: go1.26.8',
    '\tpath\tgithub.com/open-telemetry/x',
    '\tmod\tgithub.com/open-telemetry/x\t(devel)\t',
    '\tdep\tgithub.com/a/b\tv1.0.0\th1:x=',
    '\tdep\tgithub.com/c/d\tv1.0.0',
    '\t=>\tgithub.com/fork/d\tv1.2.0\th1:y=',
    '\tbuild\t-trimpath=true',
  ].join('\n')
  expect(modulesOf(versions)).toEqual([
    { path: 'github.com/a/b', version: 'v1.0.0' },
    { path: 'github.com/fork/d', version: 'v1.2.0' },
  ])
})

/** Under AGPL or not free: their makers' images may be used, and none is built here. */
const NEVER =
  /github\.com\/(grafana\/(tempo|loki|mimir|grafana)|minio\/minio|signoz\/|uptrace\/uptrace|openobserve\/)/i

test('no recipe names what is under AGPL, and Tempo and Grafana have none', async () => {
  expect(recipes.map(({ variable }) => variable)).not.toEqual(
    expect.arrayContaining([expect.stringMatching(/TEMPO|GRAFANA/)]),
  )
  const texts = await Promise.all(
    recipes.map(({ name }) => readFile(join(root, 'images', name, 'recipe.ts'), 'utf8')),
  )
  const named = texts.flatMap((text) => [...text.matchAll(/path: '([^']+)'/g)].map(([, path]) => path!))
  const required = [
    ...(await readFile(join(root, 'images/collector/go.mod'), 'utf8')).matchAll(/^\t(\S+) v/gm),
  ]
  const modules = [...named, ...required.map(([, path]) => path!)]
  expect(named).toEqual(expect.arrayContaining(['github.com/jaegertracing/jaeger']))
  expect(modules.length).toBeGreaterThan(300)
  expect(modules.filter((path) => NEVER.test(path))).toEqual([])
  expect('github.com/grafana/tempo').toMatch(NEVER)
})
