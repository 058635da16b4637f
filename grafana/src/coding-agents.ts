import { dashboard } from './dashboard.ts'
import { errorRate, hitRate } from './measures.ts'
import { bars, graph, number, table } from './panel.ts'
import {
  above0,
  calls,
  cost,
  increase,
  label,
  leftOut,
  legend,
  metric,
  prompts,
  quantile,
  ratio,
  reportedCost,
  requestVariables,
  toolDecisions,
  tokens,
} from './query.ts'
import { unit } from './theme.ts'

/** Calls of coding agents: only they say for whom they work. */
const team = `${label.team}!=""`
const noAgents =
  'No coding agent with a team in this time: set the resource attribute `team` (docs/agents.md)'
const noEvents = 'No log events of coding agents in this time (docs/agents.md)'
const narrow = requestVariables
const byModel = { by: [label.service, label.model], where: team }

export const codingAgents = dashboard(
  'coding-agents',
  'GenAI coding agents',
  'What do coding agents cost, for whom, and does it work?',
  {
    '': [
      number({
        title: 'Spend',
        description:
          'What the calls of coding agents cost in the time range, by our price book. Of programs that name a team.',
        unit: unit.dollars,
        noValue: noAgents,
        width: 4,
        query: increase(cost, { where: team }),
      }),
      number({
        title: 'Told',
        description:
          'What the agents themselves say that it cost. Claude Code does, others do not: compare it with the agent’s line below.',
        unit: unit.dollars,
        noValue: noEvents,
        width: 4,
        query: increase(reportedCost),
      }),
      number({
        title: 'Prompts',
        description: 'Prompts that people and programs gave in the time range.',
        unit: unit.count,
        noValue: noEvents,
        width: 4,
        query: `round(${increase(prompts, { narrow })})`,
      }),
      number({
        title: 'From cache',
        description: 'Share of the input that was read from the provider’s cache.',
        unit: unit.share,
        noValue: noAgents,
        width: 4,
        query: ratio(tokens.cacheRead, tokens.input, increase, { where: team }),
      }),
      number({
        title: 'Tools taken',
        description: 'Share of the tools that agents wanted to use which people, or settings, let them use.',
        unit: unit.share,
        noValue: noEvents,
        width: 4,
        query: `sum(${increase(toolDecisions, { narrow, where: `${label.decision}=~"accept|approved.*"` })}) / ${increase(toolDecisions, { narrow })}`,
      }),
      number({
        title: 'Not counted',
        description:
          'Calls that one signal told and that the other tells, too. They are in the numbers once. LLMAgentUsageLeftOut fires where the other one does not come.',
        unit: unit.count,
        noValue: 'none',
        width: 4,
        query: `round(${increase(leftOut, { narrow })})`,
      }),
    ],
    'Who spends on what?': [
      table({
        title: 'Teams',
        description:
          'Spend of each team in the time range, by agent. LLMTeamBudgetExceeded compares 24 hours with a budget.',
        noValue: noAgents,
        width: 12,
        by: { [label.team]: 'Team', [label.service]: 'Agent' },
        columns: {
          Cost: {
            query: increase(cost, { by: [label.team, label.service], where: team }),
            unit: unit.dollars,
          },
          Input: {
            query: increase(tokens.input, { by: [label.team, label.service], where: team }),
            unit: unit.count,
          },
          Output: {
            query: increase(tokens.output, { by: [label.team, label.service], where: team }),
            unit: unit.count,
          },
        },
        sortBy: 'Cost',
      }),
      graph({
        title: 'Spend per day',
        description: 'Spend of the last 24 hours by team, at each time.',
        unit: unit.dollars,
        noValue: noAgents,
        width: 12,
        minStep: '10m',
        series: [
          {
            query: increase(cost, { by: [label.team], where: team, over: '1d' }),
            name: legend(label.team),
          },
        ],
      }),
      bars({
        title: 'Spend by model',
        description: 'Spend in the time range by agent and model.',
        unit: unit.dollars,
        noValue: noAgents,
        width: 12,
        series: [{ query: above0(increase(cost, byModel)), name: legend(label.service, label.model) }],
      }),
      bars({
        title: 'Spend by repository and cost centre',
        description:
          'Spend in the time range, where the agent says for which repository or cost centre it works.',
        unit: unit.dollars,
        noValue: noAgents,
        width: 12,
        series: [
          {
            query: above0(increase(cost, { by: [label.repository, label.costCenter], where: team })),
            name: legend(label.repository, label.costCenter),
          },
        ],
      }),
    ],
    'Does it work?': [
      table({
        title: 'Agents',
        description:
          'Calls of each agent and model in the time range: how many, how slow, how many failed, and what came from the cache.',
        noValue: noAgents,
        width: 12,
        by: { [label.service]: 'Agent', [label.model]: 'Model' },
        columns: {
          Calls: { query: `round(${increase(calls, byModel)})`, unit: unit.count },
          p95: { query: quantile(0.95, metric.duration, increase, byModel), unit: unit.seconds },
          Failed: {
            query: errorRate(increase, { by: [label.service, label.model] }),
            unit: unit.share,
            decimals: 1,
          },
          Cached: {
            query: hitRate(increase, { by: [label.service, label.model] }),
            unit: unit.share,
            decimals: 1,
          },
        },
        sortBy: 'Calls',
      }),
      bars({
        title: 'Decisions on tools',
        description: 'What was decided on the tools that agents wanted to use, in the time range.',
        unit: unit.count,
        noValue: noEvents,
        width: 12,
        series: [
          {
            query: above0(`round(${increase(toolDecisions, { by: [label.tool, label.decision], narrow })})`),
            name: legend(label.tool, label.decision),
          },
        ],
      }),
    ],
  },
)
