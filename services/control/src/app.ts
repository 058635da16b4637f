import { join } from 'node:path'
import { createApp, HttpProblem, parseBody } from '@genai-otel-kit/service-kit'
import type { Logger } from '@genai-otel-kit/service-kit'
import express from 'express'
import type { Express } from 'express'
import { z } from 'zod'
import { guard } from './guard.ts'
import { baseline, findScenario, scenarios } from './scenarios.ts'
import type { Settings } from './settings.ts'
import { observe } from './state.ts'
import type { Steering } from './steering.ts'

const scenarioRequest = z.strictObject({ name: z.string().max(64) })

/**
 * The page, and what is behind it: `GET /api/scenarios`, `GET /api/state`, `PUT /api/scenario {name}`, which answers
 * 202 where not everything has it yet.
 *
 * No authentication: on loopback only.
 */
export function controlApp(settings: Settings, steering: Steering, logger: Logger): Express {
  return createApp({
    logger,
    bodyLimit: 1000,
    routes: (app) => {
      app.use(guard(['localhost', '127.0.0.1', '[::1]', 'control']))
      app.use(express.static(join(import.meta.dirname, 'public'), { cacheControl: false }))

      app.get('/api/scenarios', (_request, response) => {
        response.json(
          scenarios.map(({ name, title, description, alerts, consequences = {} }) => ({
            name,
            title,
            description,
            alerts,
            consequences,
          })),
        )
      })
      app.get('/api/state', async (_request, response) => {
        response.set('cache-control', 'no-store').json(await observe(settings, steering.state))
      })
      app.put('/api/scenario', async (request, response) => {
        const { name } = parseBody(scenarioRequest, request)
        const scenario = findScenario(name)
        if (!scenario) {
          throw new HttpProblem(404, {
            title: 'No Such Scenario',
            detail: `There are ${scenarios.map(({ name }) => name).join(', ')}.`,
          })
        }
        if (settings.REAL_MODELS !== '' && scenario !== baseline) {
          throw new HttpProblem(409, {
            title: 'Real Models',
            detail:
              'The services call a real API, which scenarios cannot steer and which would bill you: start the stack without its key.',
          })
        }
        await steering.set(scenario)
        // What is busy or starting gets it as soon as it answers.
        const { applied, problem } = steering.state
        response
          .status(applied ? 200 : 202)
          .json({ name, applied, ...(problem !== undefined && { problem }) })
      })
    },
  })
}
