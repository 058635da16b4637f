import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Made } from './load-process.ts'

export interface LoadOptions {
  /** How the services' names begin; `load` unless said otherwise. */
  name?: string
  /** Spans per second in all; 100 unless said otherwise. */
  rate?: number
  /** The settings of each application: of services/telemetry, or the SDK's own. Three and one unless said otherwise. */
  sdks?: ('kit' | 'stock')[]
  /** Environment variables for each, such as the exporter's headers. */
  environment?: Record<string, string>
}

/** Applications under load, four unless said otherwise: three with the exporter settings of services/telemetry over HTTP, one with the SDK's own over gRPC. */
export class Load {
  readonly #processes: ChildProcess[]

  private constructor(processes: ChildProcess[]) {
    this.#processes = processes
  }

  static start(
    httpUrl: string,
    grpcUrl: string,
    { name = 'load', rate = 100, sdks = ['kit', 'kit', 'kit', 'stock'], environment = {} }: LoadOptions = {},
  ): Load {
    return new Load(
      sdks.map((sdk, i) =>
        fork(join(import.meta.dirname, 'load-process.ts'), {
          execArgv: ['--disable-warning=ExperimentalWarning'],
          // Structured clone: the ids of a long drill are many.
          serialization: 'advanced',
          env: {
            ...environment,
            PATH: process.env['PATH'],
            LOAD_RATE: String(rate / sdks.length),
            LOAD_SDK: sdk,
            OTEL_SERVICE_NAME: `${name}-${i}-${sdk}`,
            OTEL_EXPORTER_OTLP_PROTOCOL: sdk === 'kit' ? 'http/protobuf' : 'grpc',
            OTEL_EXPORTER_OTLP_ENDPOINT: sdk === 'kit' ? httpUrl : grpcUrl,
            OTEL_METRICS_EXPORTER: 'none',
            OTEL_LOGS_EXPORTER: 'none',
            OTEL_LOG_LEVEL: process.env['DRILL_LOG'] ?? 'none',
          },
        }),
      ),
    )
  }

  /** Ends the load; every process sends what it still has. What was made, by process. */
  async stop(): Promise<Made[]> {
    return Promise.all(
      this.#processes.map(async (child) => {
        const told = once(child, 'message')
        child.send('stop')
        const [made] = (await told) as [Made]
        return made
      }),
    )
  }

  /** Nothing more is made or sent, as where a load balancer sends to another Collector. */
  pause(): void {
    for (const child of this.#processes) child.kill('SIGSTOP')
  }

  resume(): void {
    for (const child of this.#processes) child.kill('SIGCONT')
  }

  /** Without asking. */
  kill(): void {
    for (const child of this.#processes) child.kill('SIGKILL')
  }
}
