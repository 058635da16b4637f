import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { namesOutsideContract } from '../alerts/contract.ts'

const read = (path: string) =>
  parse(readFileSync(join(import.meta.dirname, 'provisioning', path), 'utf8')) as unknown

const { datasources } = read('datasources/datasources.yaml') as {
  datasources: {
    uid: string
    type: string
    isDefault?: boolean
    jsonData: {
      exemplarTraceIdDestinations?: { name: string; datasourceUid: string }[]
      tracesToMetrics?: {
        datasourceUid: string
        tags: { key: string; value: string }[]
        queries: { query: string }[]
      }
    }
  }[]
}
const uids = datasources.map(({ uid }) => uid)
const byType = (type: string) => datasources.find((datasource) => datasource.type === type)!.jsonData

test('Prometheus, Tempo and Alertmanager are there, Prometheus by default', () => {
  expect(uids).toEqual(['prometheus', 'tempo', 'alertmanager'])
  expect(datasources.filter(({ isDefault }) => isDefault).map(({ uid }) => uid)).toEqual(['prometheus'])
})

test('an exemplar opens its trace', () => {
  expect(byType('prometheus').exemplarTraceIdDestinations).toMatchObject([
    { name: 'trace_id', datasourceUid: 'tempo' },
  ])
})

test('a span opens the metrics of its service and model, by queries on the contract', () => {
  const { datasourceUid, tags, queries } = byType('tempo').tracesToMetrics!
  expect(datasourceUid).toBe('prometheus')
  expect(tags.map(({ value }) => value)).toEqual(['service_name', 'gen_ai_request_model'])
  for (const { query } of queries) {
    // Grafana reads "$$" as "$", and puts the span's labels in its place.
    expect(query).toContain('{$$__tags}')
    expect(namesOutsideContract(query.replace('$$__tags', 'service_name="a"'))).toEqual([])
  }
})

test('dashboards come from files, and the browser does not change them', () => {
  const { providers } = read('dashboards/dashboards.yaml') as { providers: object[] }
  expect(providers).toMatchObject([{ type: 'file', allowUiUpdates: false }])
})
