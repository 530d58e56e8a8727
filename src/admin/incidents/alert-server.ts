import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import express, { type RequestHandler } from 'express';
import type { IncidentMetrics } from '../../telemetry/incident-metrics.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { errorRenderer } from '../../transport/http/error-renderer.ts';
import { parse } from '../../transport/http/parse.ts';
import { type Alert, WebhookSchema } from './alertmanager-webhook.ts';

/** Where Alertmanager posts. */
export const ALERTS_PATH = '/alerts';

/** A hundred alerts with long texts. */
const MOST_BODY = '256kb';
const REQUEST_TIMEOUT_MS = 10_000;
/** Alertmanagers of a region are two or three, and keep their connections. */
const MOST_CONNECTIONS = 64;

/**
 * The port of alerts: `POST /alerts` with Alertmanager's webhook and `Authorization: Bearer <token>`. Never the players' port, and of no use
 * to anybody else. 204: they are kept, and will be decided on. 503: they are not, and Alertmanager sends them again.
 */
export function createAlertServer(deps: {
  readonly token: string;
  /** Resolves when they are kept. */
  readonly take: (alerts: readonly Alert[]) => Promise<void>;
  readonly metrics: Pick<IncidentMetrics, 'alert' | 'webhookRefused'>;
  readonly log: Logger;
}): Server {
  const { take, metrics } = deps;
  const app = express();
  app.disable('x-powered-by');
  app.use((_request, response, next) => {
    response.on('finish', () => {
      if (response.statusCode >= 400) metrics.webhookRefused(response.statusCode);
    });
    next();
  });
  // Before the body is read: strangers cost no more than a header.
  app.use(requireToken(deps.token));
  app.post(ALERTS_PATH, express.json({ limit: MOST_BODY }), async (request, response) => {
    const alerts = parse(WebhookSchema, request.body);
    for (const { isFiring } of alerts) metrics.alert(isFiring ? 'firing' : 'resolved');
    await take(alerts);
    response.status(204).end();
  });
  app.use((_request, response) => {
    response.status(404).end();
  });
  app.use(errorRenderer({ log: deps.log }));
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, app);
  server.maxConnections = MOST_CONNECTIONS;
  return server;
}

function requireToken(token: string): RequestHandler {
  const expected = digest(token);
  return (request, response, next) => {
    const [, given = ''] = /^Bearer +(\S+)$/i.exec(request.get('authorization') ?? '') ?? [];
    if (timingSafeEqual(digest(given), expected)) next();
    else response.status(401).set('WWW-Authenticate', 'Bearer').end();
  };
}

/** Equal lengths, as timingSafeEqual wants them. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
