const traceloop = require('@traceloop/node-server-sdk')

traceloop.initialize({
  appName: 'bench',
  baseUrl: process.env.OTEL_EXPORTER_OTLP_ENDPOINT,
  apiKey: 'any',
  silenceInitializationMessage: true,
  // Prompts that are kept at Traceloop, which it would ask for.
  traceloopSyncEnabled: false,
  traceContent: !process.env.NO_CONTENT,
})
