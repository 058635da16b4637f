import { pino } from 'pino'
import { readSettings } from './settings.ts'
import { Traffic } from './traffic.ts'

const logger = pino({ name: 'traffic', level: process.env.LOG_LEVEL ?? 'info' })
const settings = readSettings(process.env)
const traffic = new Traffic(settings)
traffic.start()
logger.info({ rate_per_minute: settings.TRAFFIC_RATE_PER_MINUTE, seed: settings.TRAFFIC_SEED }, 'started')

// It also keeps the process up when there is nothing to do.
const minute = setInterval(
  () => logger.info({ ...traffic.takeCounts(), in_flight: traffic.inFlight }, 'calls'),
  60_000,
)

const stop = (signal: NodeJS.Signals) => {
  process.off('SIGTERM', stop).off('SIGINT', stop)
  clearInterval(minute)
  logger.info({ signal }, 'stopping')
  void traffic.stop().then(() => logger.info(traffic.takeCounts(), 'stopped'))
}
process.on('SIGTERM', stop).on('SIGINT', stop)
