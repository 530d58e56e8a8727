import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Application } from 'express';
import { pino } from 'pino';
import { openAccounts } from '../../src/app/accounts.ts';
import { deletePlayer } from '../../src/app/delete-player.ts';
import { authRoutes } from '../../src/auth/routes.ts';
import type { AuthService } from '../../src/auth/service.ts';
import { MeridianConfig } from '../../src/config/config.ts';
import type { Profiles } from '../../src/profiles/contract.ts';
import { openSqliteProfiles } from '../../src/profiles/open-sqlite-profiles.ts';
import { profileRoutes } from '../../src/profiles/routes.ts';
import { createProfileService } from '../../src/profiles/service.ts';
import type { SessionTokens } from '../../src/protocol/rest.ts';
import { RegionBoard } from '../../src/regions/region-board.ts';
import { catalogueOf } from '../../src/regions/region-catalogue.ts';
import { regionRoutes } from '../../src/regions/routes.ts';
import type { Clock } from '../../src/shared/clock.ts';
import { Closers } from '../../src/shared/closers.ts';
import { SqliteDatabase } from '../../src/storage/sqlite/sqlite-database.ts';
import { createHttpApp } from '../../src/transport/http/api.ts';
import { createHttpServer } from '../../src/transport/http/http-server.ts';
import type { Route } from '../../src/transport/http/route.ts';
import { isSplit } from '../support/is-split.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { requestsTo } from './rest-requests.ts';

export interface RestServer extends AsyncDisposable {
  readonly url: string;
  readonly app: Application;
  readonly db: SqliteDatabase;
  readonly auth: AuthService;
  readonly profiles: Profiles;
  /** Everything logged so far, on every level and without redaction: one JSON line each. */
  readonly logLines: readonly string[];
  /** Moves the wall clock that tokens and profiles see. */
  advance(ms: number): void;
  /** One request; a `body` that is no string is sent as JSON. */
  request(method: string, path: string, options?: RequestOptions): Promise<Reply>;
  signIn(displayName?: string): Promise<SessionTokens>;
}

export interface RequestOptions {
  readonly body?: unknown;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The reply as JSON; tests know what they asked for. */
  json<T>(): T;
  /** The error's code; null when the reply is none. */
  readonly code: string | null;
}

export interface RestServerOptions {
  readonly http?: Readonly<Record<string, unknown>>;
  readonly auth?: Readonly<Record<string, unknown>>;
  /** Routes besides Meridian's own. */
  readonly routes?: readonly Route[];
}

/** This server records none. */
const NO_EVENTS = { erasePlayer: async () => {} };

/** The REST API as a node serves it, on a port of its own with a store of its own; of several processes, if tests are told so. */
export async function startRestServer(options: RestServerOptions = {}): Promise<RestServer> {
  if (!isSplit) return await startWholeRestServer(options);
  const { startSplitRestServer } = await import('./rest-server-split.ts');
  return await startSplitRestServer(options);
}

/** All of it in the process of the test. */
async function startWholeRestServer(options: RestServerOptions): Promise<RestServer> {
  await using opened = new AsyncDisposableStack();
  const config = MeridianConfig.parse({ http: options.http ?? {}, auth: options.auth ?? {} });
  let offsetMs = 0;
  const clock: Clock = {
    wallMs: () => Date.now() + offsetMs,
    monotonicMs: () => performance.now() + offsetMs,
  };
  const logLines: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => void logLines.push(line) });

  const folder = opened.use(await temporaryFolder('rest'));
  const db = opened.use(await SqliteDatabase.open({ path: join(folder.path, 'store.sqlite') }));
  const profiles = createProfileService({
    storage: openSqliteProfiles(db),
    regionId: config.region.id,
    log,
    clock,
  });
  const closers = new Closers();
  opened.defer(() => closers.closeAll());
  const deps = { config, database: db, mongo: null, clock, log, profiles };
  const { auth } = await openAccounts(deps, closers);
  const board = new RegionBoard({ clock, catalogue: catalogueOf(config.region) });
  const routes = [
    ...authRoutes(auth),
    ...profileRoutes(profiles, (playerId) =>
      deletePlayer({ auth, profiles, analytics: NO_EVENTS }, playerId),
    ),
    ...regionRoutes(board),
    ...(options.routes ?? []),
  ];
  const app = createHttpApp({ config: config.http, log, tokens: auth, routes, clock });
  const server = createHttpServer(app);
  // A node listens for WebSockets as well.
  server.on('upgrade', (_request, socket) => socket.destroy());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  opened.defer(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const keptOpen = opened.move();
  return {
    url,
    app,
    db,
    auth,
    profiles,
    logLines,
    ...requestsTo(url),
    advance: (ms) => {
      offsetMs += ms;
    },
    [Symbol.asyncDispose]: () => keptOpen.disposeAsync(),
  };
}
