/**
 * Says what the pipeline makes of spans: npm run explain -- span.json. `--help` says what it takes.
 *
 * Exit code: 0 explained, 1 the Collector did not take the spans, 2 there is nothing to explain.
 */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { say } from '../../images/lib/progress.ts'
import { ImagesError } from '../../images/resolve.ts'
import { CollectorError, explainSpans } from './collector.ts'
import { InputError, readInput } from './input.ts'
import { explain } from './report.ts'
import { asText } from './text.ts'

const help = `npm run explain -- [--json] <file>      a file, or - for standard input

Runs the Collector's image alone with the configuration in collector/, sends the spans through it, and says of each what the
pipeline made of it: dialect, role, layer, tokens, price, flags, what was hidden, what counts, and each derived metric.

The file is one of
  {"resourceSpans": […]}                     OTLP/JSON, as exporters send it (http/json) and the Collector's file exporter
                                             writes it; several exports one a line, too
  {"name": "chat", "attributes": {"gen_ai.operation.name": "chat", …}}
                                             one span, or a list of them; also scope (a name), resource (a map), kind, status,
                                             events, traceId, spanId, parentSpanId
  a file of test/dialects/fixtures

  --json    the same for programs
  GENAI_…   variables in the environment and in .env hold, as for the Collector (docs/settings.md)`

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
  })
  const [file] = positionals
  if (values.help || file === undefined || positionals.length > 1) {
    console.log(help)
    return values.help ? 0 : 2
  }
  const input = readInput(readFileSync(file === '-' ? 0 : file, 'utf8'))
  const began = Date.now()
  const outcome = await explainSpans(input)
  const explanations = explain(input, outcome)
  for (const warning of outcome.warnings) console.error(warning)
  console.log(values.json ? JSON.stringify(explanations, null, 2) : asText(explanations))
  say('explain', `${explanations.length} spans, ${((Date.now() - began) / 1000).toFixed(1)} s`)
  return 0
}

try {
  process.exitCode = await main()
} catch (error) {
  const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT'
  if (error instanceof InputError || isMissing) {
    console.error(`explain: ${(error as Error).message}`)
    process.exitCode = 2
  } else if (error instanceof CollectorError || error instanceof ImagesError) {
    console.error(error.message)
    process.exitCode = 1
  } else throw error
}
