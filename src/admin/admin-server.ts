import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import express, { type Application, type RequestHandler } from 'express';
import helmet from 'helmet';
import type { Registry } from 'prom-client';
import type { Logger } from '../telemetry/logger.ts';
import { metricsPage } from '../telemetry/metrics-page.ts';
import { errorRenderer } from '../transport/http/error-renderer.ts';
import { type ConsoleSource, consoleRouter } from './console-router.ts';
import { monitorRoute } from './monitor-route.ts';
import { type NodeOperations, nodeOperationsRouter } from './node-operations.ts';
import { type PlayerOperations, playerOperationsRouter } from './player-operations.ts';
import { type TelemetrySource, telemetryRoutes } from './telemetry-routes.ts';

const OPERATOR = 'operator';

/**
 * What operators see and do, on a port that is never public: the console at `/admin`, Colyseus' monitor at
 * `/monitor`, nodes at `/admin/v1`, behind a password.
 *
 * The monitor can call any method of any room with a GET, so it is not mounted at all without a password, and pages of
 * other origins are refused (a browser would send the password along with their requests).
 *
 * @param deps.password - of the user `operator`; empty mounts nothing
 */
export function createAdminServer(deps: {
  readonly password: string;
  readonly nodes: NodeOperations;
  readonly players: PlayerOperations;
  readonly console: ConsoleSource;
  readonly telemetry: TelemetrySource;
  readonly log: Logger;
}): Server {
  const { password } = deps;
  const app = express();
  app.disable('x-powered-by');
  // The monitor's own pages use inline scripts and styles.
  app.use(helmet({ contentSecurityPolicy: false, strictTransportSecurity: false }));
  if (password !== '') {
    const guards = [sameOriginOnly(), requirePassword(password)];
    app.use('/monitor', ...guards, monitorRoute());
    app.use('/admin', ...guards);
    app.use(consoleRouter(deps.console));
    app.use(telemetryRoutes(deps.telemetry));
    app.use('/admin/v1/players', playerOperationsRouter(deps.players));
    app.use('/admin/v1', nodeOperationsRouter(deps.nodes));
  }
  app.use((_request, response) => {
    const hint = password === '' ? ' Set MERIDIAN_ADMIN_PASSWORD to have the monitor here.' : '';
    response.status(404).type('text').send(`There is nothing here.${hint}\n`);
  });
  app.use(errorRenderer({ log: deps.log }));
  return createServer(app);
}

/** `/metrics` for Prometheus, on a port of its own. */
export function createMetricsServer(registry: Registry): Server {
  const app: Application = express();
  app.disable('x-powered-by');
  app.get('/metrics', async (request, response) => {
    const page = await metricsPage(registry, request.get('accept') ?? '');
    response.type(page.contentType).send(page.text);
  });
  return createServer(app);
}

function requirePassword(password: string): RequestHandler {
  const expected = digest(`${OPERATOR}:${password}`);
  return (request, response, next) => {
    const [, encoded = ''] = /^Basic +(\S+)$/i.exec(request.get('authorization') ?? '') ?? [];
    if (timingSafeEqual(digest(Buffer.from(encoded, 'base64').toString('utf8')), expected)) {
      next();
      return;
    }
    response.set('WWW-Authenticate', 'Basic realm="Meridian", charset="UTF-8"');
    response.status(401).type('text').send('Sign in as operator.\n');
  };
}

function sameOriginOnly(): RequestHandler {
  return (request, response, next) => {
    // Sent by every browser of today; absent means no browser, so nobody's password rides along.
    const site = request.get('sec-fetch-site');
    if (site === undefined || site === 'same-origin' || site === 'none') next();
    else response.status(403).type('text').send('Requests from other sites are refused.\n');
  };
}

/** Equal lengths, as timingSafeEqual wants them. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
