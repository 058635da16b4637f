const { default: Openlit } = require('openlit')

Openlit.init({
  applicationName: 'bench',
  otlpEndpoint: process.env.OTEL_EXPORTER_OTLP_ENDPOINT,
  captureMessageContent: !process.env.NO_CONTENT,
  // It would be fetched; USD per 1,000 tokens.
  pricingJson: JSON.stringify({
    chat: {
      'claude-sonnet-5': { promptPrice: 0.002, completionPrice: 0.01 },
      'gpt-5-mini': { promptPrice: 0.00025, completionPrice: 0.002 },
    },
  }),
})
