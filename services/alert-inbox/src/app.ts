import { createApp, parseBody } from '@genai-otel-kit/service-kit'
import type { Logger } from '@genai-otel-kit/service-kit'
import type { Express } from 'express'
import { Inbox, webhookMessage } from './inbox.ts'

/**
 * - `POST /alerts`: takes a message of Alertmanager's webhook (version 4), one delivery for each alert in it
 * - `GET /alerts`: what was delivered, oldest first (see {@link Inbox})
 * - `DELETE /alerts`: forgets it
 */
export function createAlertInbox(logger: Logger, inbox = new Inbox()): Express {
  return createApp({
    logger,
    // A group of some thousand alerts with their texts.
    bodyLimit: 10 * 1024 * 1024,
    routes: (app) => {
      app.post('/alerts', (request, response) => {
        const dropped = inbox.receive(parseBody(webhookMessage, request))
        if (dropped > 0) logger.warn({ dropped }, 'inbox full: the oldest deliveries are gone')
        response.status(204).end()
      })
      app.get('/alerts', (_request, response) => {
        response.json(inbox.list())
      })
      app.delete('/alerts', (_request, response) => {
        inbox.clear()
        response.status(204).end()
      })
    },
  })
}
