import type { Express } from 'express'
import { parse, parseBody } from '@genai-otel-kit/service-kit'
import { z } from 'zod'
import { behaviorPatchSchema } from './behavior.ts'
import { faultSchema } from './faults.ts'
import type { SimulatorState } from './state.ts'

/** What `PUT /setup` takes: all that steers the answers, under a name. What it leaves out is as after a start. */
const setupSchema = z.strictObject({
  name: z.string().min(1).max(64),
  behavior: behaviorPatchSchema.default({}),
  faults: z.array(faultSchema).default([]),
})

const ledgerQuery = z.object({ since: z.coerce.number().int().min(0).default(0) })

/** The HTTP endpoints by which tests and people steer a simulator. No authentication: never expose them. */
export function controlRoutes(app: Express, state: SimulatorState): void {
  const { behavior, faults, ledger } = state
  const resetBehavior = () => {
    // What was cached in a future that is taken back would never expire.
    if (state.clock.offsetSeconds > 0) state.clearCaches()
    behavior.reset()
  }

  app
    .route('/setup')
    .get((_request, response) => {
      response.json({ name: state.setup })
    })
    // At once, and not in steps: nobody who is interrupted leaves half of it.
    .put((request, response) => {
      const setup = parseBody(setupSchema, request)
      resetBehavior()
      behavior.patch(setup.behavior)
      faults.clear()
      for (const fault of setup.faults) faults.add(fault)
      state.setup = setup.name
      response.json({ name: state.setup })
    })

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
      resetBehavior()
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
