import { createServer } from 'node:http';
import express from 'express';
import { createAdminServer, createMetricsServer } from '../admin/admin-server.ts';
import { authRoutes } from '../auth/routes.ts';
import { ColyseusNode } from '../cluster/colyseus-adapter.ts';
import { LoadMeter } from '../cluster/load-meter.ts';
import type { NodeLease } from '../cluster/node-lease.ts';
import { peerKey } from '../cluster/peers/peer-auth.ts';
import type { MeridianConfig } from '../config/config.ts';
import { GameError } from '../errors/game-error.ts';
import { SqliteProfileStore } from '../profiles/profile-store-sqlite.ts';
import { profileRoutes } from '../profiles/routes.ts';
import { createProfileService } from '../profiles/service.ts';
import { createRegionsService } from '../regions/service.ts';
import { EncodeScratch } from '../rooms/flow/encode-scratch.ts';
import type { GameDefinition } from '../rooms/game.ts';
import { roomLocationRoute } from '../rooms/location-route.ts';
import { RoomLocator } from '../rooms/room-locator.ts';
import { defineRooms, mountMatchmaking } from '../rooms/service.ts';
import { StepScheduler } from '../rooms/stepping/step-scheduler.ts';
import { systemClock } from '../shared/clock.ts';
import { Closers } from '../shared/closers.ts';
import { SqliteDatabase } from '../storage/sqlite/sqlite-database.ts';
import { createLogger, type Logger } from '../telemetry/logger.ts';
import { NodeMetrics } from '../telemetry/metrics.ts';
import { mountApi } from '../transport/http/api.ts';
import {
  type AddressedRequest,
  clientAddress,
  trustProxies,
} from '../transport/http/client-address.ts';
import { errorRenderer, notFound } from '../transport/http/error-renderer.ts';
import { MeridianTransport } from '../transport/ws/meridian-transport.ts';
import { SocketForwarder } from '../transport/ws/socket-forwarder.ts';
import { openAccounts } from './accounts.ts';
import { Evacuation } from './evacuation.ts';
import { mountHealth } from './health.ts';
import { listen } from './listen.ts';
import { openMatchmaking } from './matchmaking.ts';
import { createNodeConsole } from './node-console.ts';
import { NodeEvacuableRooms } from './node-evacuable-rooms.ts';
import { NodeSelf } from './node-self.ts';
import { joinRegion } from './region.ts';
import { linkRegions } from './region-links.ts';
import { enforceRevocations, spreadRevocations } from './revocation-spread.ts';
import { SurvivalRuntime } from './room-survival-runtime.ts';

// The composition root: every part is made here, from the parts above it, and closed in the reverse order.
//
//   config ─▶ log, metrics ─▶ SQLite ─▶ profiles ─▶ auth ─▶ region ─▶ rooms ─▶ HTTP and WebSocket on one port
//                                                                        └──▶ metrics port, admin port

/** Ports a node listens on. */
export interface ListeningPorts {
  readonly port: number;
  readonly metricsPort: number;
  readonly adminPort: number;
}

/** A running node: one process, all services. */
export interface MeridianNode {
  readonly ports: ListeningPorts;
  readonly log: Logger;
  readonly metrics: NodeMetrics;
  /**
   * Drains and stops: not ready, no new seats, rooms end and save, then everything closes. Idempotent.
   *
   * @returns rooms that had not ended when `process.shutdownDeadlineMs` was near
   */
  stop(): Promise<{ readonly unfinishedRooms: number }>;
}

/** Share of the shutdown deadline in which moves may begin. */
const MOVES_SHARE_OF_DEADLINE = 0.4;
/** Share of it that rooms get which end here; the rest is for closing stores. */
const ROOMS_SHARE_OF_DEADLINE = 0.75;
/** Share of it for the closing handshakes of sockets that are left. */
const SOCKETS_SHARE_OF_DEADLINE = 0.1;

/**
 * Starts a node with `game` on it.
 *
 * @param onFenced - the region has declared this node dead: its sockets are being closed, the process must end
 * @throws {ListenError} when a port is taken; {GameError} `STORE_UNAVAILABLE`. What was opened is closed again
 */
export async function startNode(
  config: MeridianConfig,
  game: GameDefinition,
  onFenced: () => void = () => {},
): Promise<MeridianNode> {
  const closers = new Closers();
  try {
    return await openNode({ config, game, onFenced }, closers);
  } catch (error) {
    await closers.closeAll();
    throw error;
  }
}

async function openNode(
  {
    config,
    game,
    onFenced,
  }: {
    readonly config: MeridianConfig;
    readonly game: GameDefinition;
    readonly onFenced: () => void;
  },
  closers: Closers,
): Promise<MeridianNode> {
  const log = createLogger({ level: config.process.logLevel });
  const metrics = new NodeMetrics();
  closers.push('metrics', () => metrics.close());

  const database = await SqliteDatabase.open({ path: config.profiles.sqlitePath });
  closers.push('SQLite', () => database.close());
  const profiles = createProfileService({
    store: new SqliteProfileStore({ db: database, clock: systemClock }),
  });
  const { auth, revocations } = await openAccounts(
    { config, database, clock: systemClock, log, profiles },
    closers,
  );

  const scheduler = new StepScheduler();
  closers.push('step scheduler', () => scheduler.stop());
  const load = new LoadMeter();
  closers.push('load meter', () => load.close());
  const node = await ColyseusNode.open(log);
  const self = new NodeSelf(config, node, load);
  closers.push('load reports', () => self.close());
  const region = await joinRegion({ config, self, nodeId: node.processId, log, metrics }, closers);
  const regions = createRegionsService({
    config,
    clock: systemClock,
    tokens: auth,
    nodes: () => region.registry.nodes,
  });
  closers.push('region reports', () => regions.close());
  const { link, matchmaking } = await linkRegions(
    { config, nodeId: node.processId, regions, log, metrics },
    async (bound) => ({
      link: spreadRevocations({ revocations, link: bound, log }),
      matchmaking: await openMatchmaking(
        {
          ...{ config, game, node, regions, link: bound, profiles, log },
          nodeId: node.processId,
          calls: region.calls,
          nodes: () => region.registry.nodes,
          tokens: auth,
          clock: systemClock,
          metrics: metrics.matchmaking,
        },
        closers,
      ),
    }),
    closers,
  );
  const linked = { config, nodeId: node.processId, regions, log, metrics };
  const evacuation = Evacuation.of({ ...linked, link }, closers);
  const refuge = evacuation?.refuge;
  const survival = new SurvivalRuntime({ config, node, region, self, log, metrics, evacuation });
  await node.join({ ...region, publicAddress: config.http.publicAddress, refuge });
  enforceRevocations({ revocations, node });
  metrics.onTick((seconds) => load.ran(seconds));
  defineRooms(game, node, {
    config: config.rooms,
    tokens: auth,
    profiles,
    log,
    metrics,
    scheduler,
    scratch: new EncodeScratch(),
    survival: survival.services,
    matches: matchmaking.results,
  });

  const trusted = trustProxies(config.http.trustedProxies);
  const forwarder = region.outlivesProcess
    ? new SocketForwarder(peerKey(config.cluster, config.auth))
    : undefined;
  const addressOf = (request: AddressedRequest) =>
    forwarder?.vouchedAddress(request) ?? clientAddress(request, trusted);

  const app = express();
  mountHealth(app, {
    checks: [
      { name: 'profile store', check: () => profiles.ping() },
      { name: 'lease', check: async () => assertHeld(region.lease) },
    ],
    isDraining: () => self.isDraining,
  });
  // Pages of one region play in all of them.
  const http = { ...config.http, corsOrigins: [...config.http.corsOrigins, ...regions.origins] };
  mountApi(app, {
    config: http,
    log,
    tokens: auth,
    routes: [
      ...authRoutes(auth),
      ...profileRoutes(profiles),
      ...regions.routes,
      ...matchmaking.routes,
      roomLocationRoute(new RoomLocator({ ...region, refuge })),
    ],
  });
  mountMatchmaking(app, { node, config: http, metrics, addressOf, log });
  if (game.webRoot !== undefined) app.use(express.static(game.webRoot));
  app.use(notFound());
  app.use(errorRenderer({ log }));

  const server = createServer(app);
  const transport = new MeridianTransport({
    server,
    maxPayloadBytes: config.rooms.maxPayloadBytes,
    pingIntervalMs: config.rooms.pingIntervalMs,
    socketsPerAddress: config.http.socketsPerAddress,
    findRoom: (roomId) => node.findRoom(roomId),
    ...(forwarder === undefined
      ? {}
      : { elsewhere: { forwarder, route: (roomId: string) => survival.route(roomId) } }),
    certifyProbe: (measurement) => regions.certify(measurement),
    greetPush: matchmaking.greet,
    addressOf,
    metrics,
    log,
  });
  const metricsServer = createMetricsServer(async () => ({
    type: metrics.registry.contentType,
    body: await metrics.registry.metrics(),
  }));
  const adminServer = createAdminServer({
    password: config.admin.password,
    nodes: {
      nodes: () => region.registry.nodes,
      drain: (nodeId) => survival.drainNode(nodeId),
    },
    players: auth,
    console: createNodeConsole({
      regions,
      nodes: () => region.registry.nodes,
      rooms: () => region.directory.query({}),
      link: (regionId) => link?.status(regionId),
      queues: () => matchmaking.statuses(),
      drain: (nodeId) => survival.drainNode(nodeId),
    }),
    log,
  });
  const { bindAddress } = config.admin;
  const ports: ListeningPorts = {
    metricsPort: await listen(
      metricsServer,
      {
        port: config.admin.metricsPort,
        address: bindAddress,
        setting: 'MERIDIAN_ADMIN_METRICS_PORT',
      },
      closers,
    ),
    adminPort: await listen(
      adminServer,
      { port: config.admin.adminPort, address: bindAddress, setting: 'MERIDIAN_ADMIN_ADMIN_PORT' },
      closers,
    ),
    port: await listen(
      server,
      {
        port: config.http.port,
        address: config.http.bindAddress,
        setting: 'MERIDIAN_HTTP_PORT or PORT',
        takesCrowds: true,
      },
      closers,
    ),
  };
  self.listensOn(ports.port, region.lease);
  survival.start();
  matchmaking.start();
  evacuation?.start(new NodeEvacuableRooms({ node, region, log }), closers);
  closers.push('sockets', () =>
    transport.close(config.process.shutdownDeadlineMs * SOCKETS_SHARE_OF_DEADLINE),
  );

  const stop = async () => {
    self.stopTakingRooms();
    log.info({ event: 'draining' }, 'draining: no new players');
    const { shutdownDeadlineMs } = config.process;
    await survival.leave(shutdownDeadlineMs * MOVES_SHARE_OF_DEADLINE);
    const { unfinishedRooms } = await node.shutdown(shutdownDeadlineMs * ROOMS_SHARE_OF_DEADLINE);
    if (unfinishedRooms > 0) log.warn({ unfinishedRooms }, 'rooms did not end in time');
    await closers.closeAll();
    log.info({ event: 'stopped', unfinishedRooms }, 'stopped');
    return { unfinishedRooms };
  };
  region.lease.onPhase((phase) => {
    if (phase !== 'dead' || stopping !== undefined) return;
    log.fatal({ event: 'fenced' }, 'this node was declared dead: its rooms are others’, it ends');
    survival.abandonAll();
    onFenced();
  });
  let stopping: ReturnType<typeof stop> | undefined;
  return {
    ports,
    log,
    metrics,
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}

function assertHeld(lease: NodeLease): void {
  if (!lease.isHeld()) throw new GameError('LEASE_LOST');
}
