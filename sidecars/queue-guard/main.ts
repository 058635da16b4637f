/**
 * Beside the Collector, on the volume of its queue and as its user. Some damage to a queue's file ends each start of the Collector,
 * with or without `file_storage`'s `recreate: true`: docs/reliability.md. This puts such a file aside, so that the next start
 * begins a new one. It needs Node 24 and flock(1), as in the image node:24-slim, and nothing else.
 *
 * `GET :8080/metrics`: how many files were put aside, by this or by the Collector, and not taken away since.
 */
import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { Guard } from './guard.ts'
import { tell } from './tell.ts'

const guard = new Guard(
  process.env['QUEUE_DIRECTORY'] ?? '/var/lib/otelcol/queue',
  process.env['COLLECTOR_HEALTH_URL'] ?? 'http://collector:13133/',
)

const words = (error: unknown) => (error instanceof Error ? error.message : String(error))

createServer((_request, response) => {
  guard.setAside().then(
    (files) => {
      response.setHeader('content-type', 'text/plain; version=0.0.4')
      response.end(
        '# HELP otelcol_queue_set_aside_files Files of the queue that were put aside as damaged, and are still there.\n' +
          `# TYPE otelcol_queue_set_aside_files gauge\notelcol_queue_set_aside_files ${files}\n`,
      )
    },
    (error: unknown) => {
      response.statusCode = 500
      response.end(`${words(error)}\n`)
    },
  )
}).listen(8080)

process.once('SIGTERM', () => process.exit())
for (;;) {
  await guard.look().catch((error: unknown) => tell('error', `could not look: ${words(error)}`))
  await sleep(2000)
}
