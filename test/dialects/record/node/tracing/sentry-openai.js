export { startTracing } from './sentry-anthropic.js'
