import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableHide,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { label, matches, metric, variables } from './query.ts'

export const prometheus = { type: 'prometheus', uid: '${datasource}' }
export const tempo = { type: 'tempo', uid: '${traces}' }

/** One of the provisioned data sources at first: their uid is their type. Elsewhere, the first of the type. */
const datasource = (name: string, title: string, type: string) =>
  new DatasourceVariableBuilder(name)
    .label(title)
    .type(type)
    .current({ selected: true, text: type, value: type })
    .regex('')

/** What every dashboard can be narrowed by. Each offers what is left by those before it. */
export function dashboardVariables() {
  return [
    datasource('datasource', 'Data source', 'prometheus'),
    datasource('traces', 'Traces', 'tempo').hide(VariableHide.HideVariable),
    ...variables.map((name, index) => {
      const before = variables.slice(0, index).map(matches).join(', ')
      const query = `label_values(${metric.duration}${before && `{${before}}`}, ${label[name]})`
      return new QueryVariableBuilder(name)
        .label(name[0]!.toUpperCase() + name.slice(1))
        .datasource(prometheus)
        .query({ qryType: 1, query, refId: name })
        .definition(query)
        .refresh(VariableRefresh.OnTimeRangeChanged)
        .sort(VariableSort.AlphabeticalAsc)
        .multi(true)
        .includeAll(true)
        .allValue('.*')
        .current({ selected: true, text: ['All'], value: ['$__all'] })
    }),
  ]
}
