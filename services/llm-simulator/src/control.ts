import type { Express } from 'express'
import { parse, parseBody } from '@genai-otel-kit/service-kit'
import { z } from 'zod'
import { behaviorPatchSchema } from './behavior.ts'
import { faultSchema } from './faults.ts'
import type { SimulatorState } from './state.ts'

const ledgerQuery = z.object({ since: z.coerce.number().int().min(0).default(0) })

/** The HTTP endpoints by which tests and people steer a simulator. No authentication: never expose them. */
export function controlRoutes(app: Express, state: SimulatorState): void {
  const { behavior, faults, ledger } = state

  app
    .route('/behavior')
    .get((_request, response) => {
      response.json(behavior)
    })
    .patch((request, response) => {
      const patch = parseBody(behaviorPatchSchema, request)
      const { offsetSeconds } = state.clock
      behavior.patch(patch)
      // What was cached in a future that is taken back would never expire.
      if (state.clock.offsetSeconds < offsetSeconds) state.clearCaches()
      response.json(behavior)
    })
    .delete((_request, response) => {
      if (state.clock.offsetSeconds > 0) state.clearCaches()
      behavior.reset()
      response.json(behavior)
    })

  app
    .route('/faults')
    .get((_request, response) => {
      response.json({ faults: faults.list() })
    })
    .post((request, response) => {
      response.status(201).json(faults.add(parseBody(faultSchema, request)))
    })
    .delete((_request, response) => {
      faults.clear()
      response.status(204).end()
    })

  app
    .route('/ledger')
    .get((request, response) => {
      response.json(ledger.page(parse(ledgerQuery, request.query, 'query').since))
    })
    .delete((_request, response) => {
      ledger.clear()
      response.status(204).end()
    })
}
