import { createServer, type Server } from 'node:http';
import express, { type Application, type Router } from 'express';
import helmet from 'helmet';
import type { Registry } from 'prom-client';
import type { AdminConfig } from '../config/operations-config.ts';
import { systemClock } from '../shared/clock.ts';
import type { Logger } from '../telemetry/logger.ts';
import { metricsPage } from '../telemetry/metrics-page.ts';
import type { TrustedProxies } from '../transport/http/client-address.ts';
import { errorRenderer } from '../transport/http/error-renderer.ts';
import type { AuditLog } from './audit-log.ts';
import { type AuditSubject, auditRequests } from './audited.ts';
import { type ConsoleSource, consolePages, consoleRouter } from './console-router.ts';
import { monitorRoute } from './monitor-route.ts';
import { type NodeOperations, nodeOperationsRouter } from './node-operations.ts';
import {
  identify,
  ownHeaderWithCookie,
  requireRole,
  sameOriginOnly,
  sessionOf,
} from './operator-access.ts';
import { OperatorSessions } from './operator-sessions.ts';
import { Operators } from './operators.ts';
import { type PlayerOperations, playerOperationsRouter } from './player-operations.ts';
import { sessionRouter } from './session-router.ts';
import { type TelemetrySource, telemetryRoutes } from './telemetry-routes.ts';

/** What another part of the node adds to the interface of the console, for a page of its own (docs/guides/console.md). */
export interface ConsoleModule {
  /** Its routes are at `/admin/v1/<name>`, behind the door: every operator may read, and `requireRole` says who may do more. */
  readonly name: string;
  readonly router: Router;
}

/**
 * What operators see and do, on a port that is never public: the console at `/admin`, Colyseus' monitor at
 * `/monitor`, nodes and players at `/admin/v1`, for those who have a password.
 *
 * The monitor can call any method of any room with a GET: it is an admin's. Without any operator nothing is mounted at all.
 */
export function createAdminServer(deps: {
  readonly config: Pick<AdminConfig, 'password' | 'operators' | 'sessionTtlMs'>;
  readonly isTrustedProxy: TrustedProxies;
  readonly nodes: NodeOperations;
  readonly players: PlayerOperations;
  readonly console: ConsoleSource;
  readonly audit: AuditLog;
  readonly modules?: readonly ConsoleModule[];
  readonly telemetry: TelemetrySource;
  readonly log: Logger;
}): Server {
  const { config } = deps;
  const operators = new Operators({ password: config.password, entries: config.operators });
  const app = express();
  app.disable('x-powered-by');
  // The monitor's own pages use inline scripts and styles.
  app.use(helmet({ contentSecurityPolicy: false, strictTransportSecurity: false }));
  if (operators.areThere) mountConsole(app, { ...deps, operators });
  app.use((_request, response) => {
    const hint = operators.areThere ? '' : ' Set MERIDIAN_ADMIN_PASSWORD to have the console here.';
    response.status(404).type('text').send(`There is nothing here.${hint}\n`);
  });
  app.use(errorRenderer({ log: deps.log }));
  return createServer(app);
}

function mountConsole(
  app: Application,
  deps: Parameters<typeof createAdminServer>[0] & { readonly operators: Operators },
): void {
  const { config, audit, operators, isTrustedProxy, modules = [] } = deps;
  const sessions = new OperatorSessions({ clock: systemClock }, { ttlMs: config.sessionTtlMs });
  const access = { operators, sessions, isTrustedProxy };
  const door = identify(access);
  app.use(['/admin', '/monitor'], sameOriginOnly());
  app.use('/monitor', door, auditRequests(audit, monitorCall), requireRole('admin'));
  app.use('/monitor', monitorRoute());
  app.use(sessionRouter({ ...access, audit }));
  app.use('/admin/v1', door, ownHeaderWithCookie);
  app.use(consoleRouter({ source: deps.console, audit }));
  app.use(telemetryRoutes(deps.telemetry));
  for (const { name, router } of modules) app.use(`/admin/v1/${name}`, router);
  const isChange = requireRole('operator');
  app.use('/admin/v1/players', auditRequests(audit, playerOperation), isChange);
  app.use('/admin/v1/players', playerOperationsRouter(deps.players));
  app.post('/admin/v1/nodes/:nodeId/drain', auditRequests(audit, nodeOperation), isChange);
  app.use('/admin/v1', nodeOperationsRouter(deps.nodes));
  app.use(consolePages(async (request) => (await sessionOf(request, access)) !== null));
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

/** Looking at the monitor is no act; calling a method of a room is. */
function monitorCall({ path, query }: express.Request): AuditSubject | null {
  if (!path.startsWith('/api/room/call')) return null;
  const { roomId, method } = query;
  return {
    ...{ action: 'monitor-call', target: String(roomId).slice(0, 64) },
    parameters: { method: String(method).slice(0, 64) },
  };
}

function playerOperation({ method, path }: express.Request): AuditSubject {
  const [, playerId = '', what = ''] = path.split('/');
  const ban = method === 'DELETE' ? 'lift-ban' : 'ban-player';
  return { action: what === 'sign-out' ? 'sign-out-player' : ban, target: playerId.slice(0, 64) };
}

function nodeOperation({ params }: express.Request): AuditSubject {
  return { action: 'drain-node', target: String(params['nodeId']).slice(0, 64) };
}
