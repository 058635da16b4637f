import { dashboard } from './dashboard.ts'
import { noRuns, noTools } from './measures.ts'
import { bars, graph, number, table } from './panel.ts'
import {
  above0,
  calls,
  cost,
  count,
  failed,
  increase,
  label,
  legend,
  metric,
  quantile,
  rate,
  ratio,
  requestVariables,
  type Source,
  type Take,
} from './query.ts'
import { unit } from './theme.ts'
import { anyCall, countsOnce, once, selected, selectedTools } from './trace-link.ts'
import { field, spans } from './traces.ts'

const runs = count(metric.agent)
const toolCalls = count(metric.tool)

/**
 * Something of the endpoints where agents run, for each run. Calls do not say which agent made them, but where: one
 * endpoint that runs an agent and also calls models by itself counts both.
 */
const where = { by: [label.service, label.endpoint], narrow: requestVariables }
const perRun = (series: Source, take: Take) =>
  `sum(${take(series, where)} and ${take(runs, where)}) / sum(${take(runs, where)})`
const inRuns = (series: Source, take: Take) => `${take(series, where)} / (${take(runs, where)} > 0)`

/** Spans of model calls below an agent. */
const callsOfAgents = `{ span.genai.role = "agent" && ${selected(...requestVariables)} } >> ${once(anyCall)}`

export const agents = dashboard(
  'agents',
  'GenAI agents and tools',
  'What do agents do, and what did a bad run do?',
  {
    '': [
      number({
        title: 'Runs',
        description: 'Runs of agents (invoke_agent spans) in the time range, failed ones included.',
        unit: unit.count,
        noValue: noRuns,
        width: 4,
        query: `round(${increase(runs)})`,
      }),
      number({
        title: 'Run p95',
        description:
          '95% of the runs in the time range took no longer, model calls and tools included. Interpolated.',
        unit: unit.seconds,
        noValue: noRuns,
        width: 4,
        query: quantile(0.95, metric.agent, increase),
      }),
      number({
        title: 'Failed runs',
        description: 'Runs that ended in an error as a share of all in the time range.',
        unit: unit.share,
        noValue: noRuns,
        width: 4,
        query: ratio(runs, runs, increase, { where: failed }),
      }),
      number({
        title: 'Calls/run',
        description: 'Model calls of the endpoints where agents run, for each run in the time range.',
        unit: unit.none,
        noValue: noRuns,
        width: 4,
        decimals: 1,
        query: perRun(calls, increase),
      }),
      number({
        title: 'Tools/run',
        description: 'Tool calls of the endpoints where agents run, for each run in the time range.',
        unit: unit.none,
        noValue: noTools,
        width: 4,
        decimals: 1,
        query: perRun(toolCalls, increase),
      }),
      number({
        title: 'Cost/run',
        description: 'Spend of the endpoints where agents run, for each run in the time range.',
        unit: unit.dollars,
        noValue: noRuns,
        width: 4,
        query: perRun(cost, increase),
      }),
      spans({
        title: 'What did the worst runs do?',
        description: `Traces with an agent, with all model calls below it added up: the dearest first, of up to 200 that Tempo finds first. The trace shows each step. ${countsOnce}`,
        noValue: 'No runs of agents in Tempo in this time',
        width: 15,
        query: `${callsOfAgents} | select(span.gen_ai.usage.cost.amount, span.gen_ai.usage.input_tokens, span.gen_ai.usage.output_tokens, span.gen_ai.request.model, span.app.user_id)`,
        limit: 200,
        group: true,
        columns: {
          [field.trace]: { title: 'Trace' },
          'app.user_id': { title: 'User' },
          [field.span]: { title: 'Model calls', take: 'count', unit: unit.none, bar: true },
          'gen_ai.usage.input_tokens': { title: 'Input', take: 'sum', unit: unit.count },
          'gen_ai.usage.output_tokens': { title: 'Output', take: 'sum', unit: unit.count },
          'gen_ai.usage.cost.amount': {
            title: 'Cost',
            take: 'sum',
            unit: unit.dollars,
            decimals: 4,
            bar: true,
          },
          [field.duration]: { title: 'In models', take: 'sum', unit: unit.nanoseconds },
        },
        sortBy: 'Cost',
      }),
      spans({
        title: 'Loops: the same tool again and again',
        description:
          'How often one trace called one tool, the most first, of up to 200 traces that Tempo finds first. A healthy agent asks a tool once or twice.',
        noValue: 'No tool calls in Tempo in this time',
        width: 9,
        query: `{ ${selectedTools} } | select(span.gen_ai.tool.name)`,
        limit: 200,
        group: true,
        columns: {
          [field.trace]: { title: 'Trace' },
          'gen_ai.tool.name': { title: 'Tool' },
          [field.span]: { title: 'Times', take: 'count', unit: unit.none, bar: true },
          [field.duration]: { title: 'In the tool', take: 'sum', unit: unit.nanoseconds },
        },
        sortBy: 'Times',
      }),
    ],

    'How do runs go?': [
      table({
        title: 'Agents',
        description: 'Each agent in the time range: its runs, how long they took, and how many failed.',
        noValue: noRuns,
        width: 12,
        by: { [label.agent]: 'Agent', [label.service]: 'Service' },
        columns: {
          Runs: { query: `round(${increase(runs, { by: [label.agent, label.service] })})`, unit: unit.count },
          p50: {
            query: quantile(0.5, metric.agent, increase, { by: [label.agent, label.service] }),
            unit: unit.seconds,
          },
          p95: {
            query: quantile(0.95, metric.agent, increase, { by: [label.agent, label.service] }),
            unit: unit.seconds,
          },
          Failed: {
            query: ratio(runs, runs, increase, { by: [label.agent, label.service], where: failed }),
            unit: unit.share,
            decimals: 1,
          },
        },
        sortBy: 'Runs',
        cellLinks: { Service: { to: 'latency', set: 'service' } },
      }),
      graph({
        title: 'How long runs take',
        description:
          'Quantiles of the duration of runs, model calls and tools included. Dots are sample runs and open their trace.',
        unit: unit.seconds,
        noValue: noRuns,
        width: 12,
        series: [
          { query: quantile(0.5, metric.agent, rate), name: 'p50' },
          { query: quantile(0.95, metric.agent, rate), name: 'p95', exemplars: true },
          { query: quantile(0.99, metric.agent, rate), name: 'p99' },
        ],
      }),
      graph({
        title: 'Model calls per run',
        description:
          'Model calls for each run, by endpoint. LLMRunawayAgent compares it with its own last day.',
        unit: unit.none,
        noValue: noRuns,
        width: 8,
        minStep: '1m',
        series: [{ query: inRuns(calls, rate), name: legend(...where.by) }],
      }),
      graph({
        title: 'Tool calls per run',
        description:
          'Tool calls for each run, by endpoint. LLMRunawayAgent compares it with its own last day.',
        unit: unit.none,
        noValue: noTools,
        width: 8,
        minStep: '1m',
        series: [{ query: inRuns(toolCalls, rate), name: legend(...where.by) }],
      }),
      graph({
        title: 'Cost per run',
        description: 'Spend for each run, by endpoint.',
        unit: unit.dollars,
        noValue: noRuns,
        width: 8,
        minStep: '1m',
        series: [{ query: inRuns(cost, rate), name: legend(...where.by) }],
      }),
    ],

    'Which tool is slow, or fails?': [
      table({
        title: 'Tools',
        description: 'Each tool in the time range: its calls, how long they took, and how many failed.',
        noValue: noTools,
        width: 8,
        by: { [label.tool]: 'Tool' },
        columns: {
          Calls: { query: `round(${increase(toolCalls, { by: [label.tool] })})`, unit: unit.count },
          p95: { query: quantile(0.95, metric.tool, increase, { by: [label.tool] }), unit: unit.seconds },
          Failed: {
            query: ratio(toolCalls, toolCalls, increase, { by: [label.tool], where: failed }),
            unit: unit.share,
            decimals: 1,
          },
        },
        sortBy: 'Calls',
      }),
      graph({
        title: 'How long tools take (p95)',
        description:
          '95% of the calls of each tool took no longer. Dots are sample calls and open their trace.',
        unit: unit.seconds,
        noValue: noTools,
        width: 8,
        series: [
          {
            query: quantile(0.95, metric.tool, rate, { by: [label.tool] }),
            name: legend(label.tool),
            exemplars: true,
          },
        ],
      }),
      bars({
        title: 'Failed tool calls',
        description: 'Failed calls in the time range by tool and error type.',
        unit: unit.count,
        noValue: 'No tool call failed in this time',
        width: 8,
        series: [
          {
            query: above0(`round(${increase(toolCalls, { by: [label.tool, label.error], where: failed })})`),
            name: legend(label.tool, label.error),
          },
        ],
      }),
    ],
  },
)
