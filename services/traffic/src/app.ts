import { createApp, parseBody } from '@genai-otel-kit/service-kit'
import type { Logger } from '@genai-otel-kit/service-kit'
import type { Express } from 'express'
import type { Bursts } from './bursts.ts'
import { planSchema } from './plan.ts'
import type { Traffic } from './traffic.ts'

/**
 * `GET /plan`: what is on and how many calls a minute that makes; `PUT /plan`: something else, in place of all of it.
 * No authentication: inside the compose network only.
 */
export function trafficApp(traffic: Traffic, bursts: Bursts, logger: Logger): Express {
  const current = () => ({ ...traffic.plan, rate_per_minute: traffic.ratePerMinute })
  return createApp({
    logger,
    bodyLimit: 10_000,
    routes: (app) => {
      app
        .route('/plan')
        .get((_request, response) => {
          response.json(current())
        })
        .put((request, response) => {
          traffic.plan = parseBody(planSchema, request)
          bursts.on = traffic.plan.bursts
          response.json(current())
        })
    },
  })
}
