import type { Server } from 'node:http';
import express from 'express';
import { authRoutes } from '../auth/routes.ts';
import type { AuthService } from '../auth/service.ts';
import type { ColyseusNode } from '../cluster/colyseus-adapter.ts';
import { peerKey } from '../cluster/peers/peer-auth.ts';
import type { MeridianConfig } from '../config/config.ts';
import type { Profiles } from '../profiles/contract.ts';
import { profileRoutes } from '../profiles/routes.ts';
import type { RegionsService } from '../regions/service.ts';
import type { GameDefinition } from '../rooms/game.ts';
import { roomLocationRoute } from '../rooms/location-route.ts';
import { Room } from '../rooms/room.ts';
import { RoomLocator } from '../rooms/room-locator.ts';
import { mountMatchmaking } from '../rooms/service.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { NodeMetrics } from '../telemetry/metrics.ts';
import { mountApi } from '../transport/http/api.ts';
import {
  type AddressedRequest,
  clientAddress,
  trustProxies,
} from '../transport/http/client-address.ts';
import { errorRenderer, notFound } from '../transport/http/error-renderer.ts';
import { createHttpServer } from '../transport/http/http-server.ts';
import { MeridianTransport } from '../transport/ws/meridian-transport.ts';
import { SocketForwarder } from '../transport/ws/socket-forwarder.ts';
import type { NodeAnalytics } from './analytics.ts';
import { deletePlayer } from './delete-player.ts';
import type { Evacuation } from './evacuation.ts';
import { leaseCheck, mountHealth, type ReadinessCheck } from './health.ts';
import type { NodeMatchmaking } from './matchmaking.ts';
import type { NodeSelf } from './node-self.ts';
import type { Region } from './region.ts';
import type { SurvivalRuntime } from './room-survival-runtime.ts';

export interface PublicServerParts {
  readonly config: MeridianConfig;
  readonly auth: AuthService;
  readonly profiles: Profiles;
  /** Of what this node needs besides its lease. */
  readonly checks: readonly ReadinessCheck[];
  readonly game: GameDefinition;
  readonly node: ColyseusNode;
  readonly self: NodeSelf;
  readonly region: Region;
  readonly regions: RegionsService;
  readonly matchmaking: NodeMatchmaking;
  readonly analytics: NodeAnalytics;
  readonly survival: SurvivalRuntime;
  /** Null: no region takes the rooms of another. */
  readonly evacuation: Evacuation | null;
  readonly log: Logger;
  readonly metrics: NodeMetrics;
}

/** What players reach: REST, Colyseus' matchmaking, pages and WebSockets, on one server that does not listen yet. */
export function createPublicServer(parts: PublicServerParts): {
  readonly server: Server;
  readonly transport: MeridianTransport;
} {
  const { config, game, node, self, region, regions, survival, log, metrics } = parts;
  const { auth, profiles, checks, matchmaking, evacuation, analytics } = parts;
  const trusted = trustProxies(config.http.trustedProxies);
  const forwarder = region.outlivesProcess
    ? new SocketForwarder(peerKey(config.cluster, config.auth))
    : undefined;
  const addressOf = (request: AddressedRequest) =>
    forwarder?.vouchedAddress(request) ?? clientAddress(request, trusted);

  const locator = new RoomLocator({ ...region, refuge: evacuation?.refuge });
  node.onRoomCreated(({ roomId }) => locator.isHere(roomId, node.processId));

  const app = express();
  mountHealth(app, {
    checks: [...checks, leaseCheck(region.lease), ...matchmaking.checks],
    isDraining: () => self.isDraining,
  });
  // Pages of one region play in all of them.
  const http = { ...config.http, corsOrigins: [...config.http.corsOrigins, ...regions.origins] };
  const lean = mountApi(app, {
    config: http,
    log,
    tokens: auth,
    routes: [
      ...authRoutes(auth),
      ...profileRoutes(profiles, (playerId) =>
        deletePlayer({ auth, profiles, analytics }, playerId),
      ),
      ...regions.routes,
      ...matchmaking.routes,
      roomLocationRoute(locator),
    ],
  });
  mountMatchmaking(app, { node, config: http, metrics, addressOf, log });
  if (game.webRoot !== undefined) app.use(express.static(game.webRoot));
  app.use(notFound());
  app.use(errorRenderer({ log }));

  const server = createHttpServer(app, lean);
  const transport = new MeridianTransport({
    server,
    maxPayloadBytes: config.rooms.maxPayloadBytes,
    pingIntervalMs: config.rooms.pingIntervalMs,
    socketsPerAddress: config.http.socketsPerAddress,
    findRoom: (roomId) => node.findRoom(roomId),
    ...(forwarder === undefined
      ? {}
      : { elsewhere: { forwarder, route: (roomId: string) => survival.route(roomId) } }),
    onClientMeasured: (room, client, sample) => {
      metrics.clientLinks.measured(room.roomName, sample);
      if (room instanceof Room) analytics.clientRtt(room, client, sample.rttMs);
    },
    onClientLost: (room, client) => {
      if (room instanceof Room) Room.contactLost(room, client);
    },
    certifyProbe: (measurement) => regions.certify(measurement),
    greetPush: matchmaking.greet,
    addressOf,
    metrics,
    log,
  });
  return { server, transport };
}
