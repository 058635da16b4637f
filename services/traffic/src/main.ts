import { createLogger, listen } from '@genai-otel-kit/service-kit'
import { trafficApp } from './app.ts'
import { Bursts } from './bursts.ts'
import { sendSecondSpan } from './second-span.ts'
import { readSettings } from './settings.ts'
import { Traffic } from './traffic.ts'

const logger = createLogger('traffic')
const settings = readSettings(process.env)
const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, DEPLOYMENT_ENVIRONMENT: environment } = settings

const traffic = new Traffic(settings, ({ kind }, answer) => {
  if (!traffic.plan.second_spans || kind !== 'chat') return
  sendSecondSpan(endpoint, environment, answer).catch((error: unknown) =>
    logger.warn({ err: error }, 'no second span'),
  )
})
const bursts = new Bursts(endpoint, environment)
traffic.start()
logger.info({ rate_per_minute: settings.TRAFFIC_RATE_PER_MINUTE, seed: settings.TRAFFIC_SEED }, 'started')

const minute = setInterval(
  () => logger.info({ ...traffic.takeCounts(), in_flight: traffic.inFlight }, 'calls'),
  60_000,
)

await listen(trafficApp(traffic, bursts, logger), {
  logger,
  onStop: async () => {
    clearInterval(minute)
    bursts.on = false
    await traffic.stop()
    logger.info(traffic.takeCounts(), 'stopped')
  },
})
