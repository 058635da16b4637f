import { parseBody } from '@genai-otel-kit/service-kit'
import type { Express } from 'express'
import { z } from 'zod'
import { REQUEST_UNKNOWN } from '../ledger.ts'
import type { SimulatorState } from '../state.ts'
import { anthropicReports, costReport, messagesUsage } from './anthropic-reports.ts'
import { costs, openaiReports, usage } from './openai-reports.ts'
import { reportEndpoint } from './report-endpoint.ts'
import { billingPatchSchema } from './settings.ts'

/** What `POST /ledger` takes: a call that came another way, of which no client here knows. */
const elsewhereSchema = z.strictObject({
  provider: z.enum(['anthropic', 'openai']),
  model: z.string(),
  /** In the API's own form. */
  usage: z.looseObject({}),
  time: z.iso.datetime().optional(),
  endpoint: z.string().default('/elsewhere'),
  api_key_id: z.string().nullable().default(null),
  batch: z.boolean().default(false),
})

/** The providers' reports of usage and costs, made of the ledger, and what steers them. */
export function billingRoutes(app: Express, state: SimulatorState): void {
  const { billing, ledger } = state
  const anthropic = (answer: Parameters<typeof reportEndpoint>[2]) =>
    reportEndpoint(state, anthropicReports, answer)
  const openai = (answer: Parameters<typeof reportEndpoint>[2]) =>
    reportEndpoint(state, openaiReports, answer)
  app.get('/v1/organizations/usage_report/messages', anthropic(messagesUsage(state)))
  app.get('/v1/organizations/cost_report', anthropic(costReport(state)))
  app.get('/v1/organization/usage/completions', openai(usage(state, 'completions')))
  app.get('/v1/organization/usage/embeddings', openai(usage(state, 'embeddings')))
  app.get('/v1/organization/costs', openai(costs(state)))

  app
    .route('/billing')
    .get((_request, response) => {
      response.json(billing)
    })
    .patch((request, response) => {
      billing.patch(parseBody(billingPatchSchema, request))
      response.json(billing)
    })
    .delete((_request, response) => {
      billing.reset()
      response.json(billing)
    })

  app.post('/ledger', (request, response) => {
    const { time, ...call } = parseBody(elsewhereSchema, request)
    ledger.add({
      ...call,
      time: time ?? new Date().toISOString(),
      request_model: call.model,
      ...REQUEST_UNKNOWN,
    })
    response.status(201).json({ last_id: ledger.page(Infinity).last_id })
  })
}
