import { createServer } from 'node:http';
import { generateId } from '@colyseus/core';
import express from 'express';
import { createMetricsServer } from '../admin/admin-server.ts';
import type { TokenVerifier } from '../auth/contract.ts';
import { LoadMeter } from '../cluster/load-meter.ts';
import type { MeridianConfig } from '../config/config.ts';
import { GameError } from '../errors/game-error.ts';
import { matchmakingCalls, matchmakingFeeds } from '../matchmaking/client.ts';
import { MATCHMAKING_RPC } from '../matchmaking/matchmaking-rpc.ts';
import { NodeMatchPlacer } from '../matchmaking/queue/node-match-placer.ts';
import { createRegionsService } from '../regions/service.ts';
import type { GameDefinition } from '../rooms/game.ts';
import { systemClock } from '../shared/clock.ts';
import { Closers } from '../shared/closers.ts';
import { SqliteDatabase } from '../storage/sqlite/sqlite-database.ts';
import { createLogger } from '../telemetry/logger.ts';
import { NodeMetrics } from '../telemetry/metrics.ts';
import { openAnalytics } from './analytics.ts';
import { GameChannels } from './game-channels.ts';
import { mountHealth } from './health.ts';
import { openMatchmakingService } from './matchmaking.ts';
import type { MeridianNode } from './node.ts';
import { NodeSelf } from './node-self.ts';
import { openPorts } from './ports.ts';
import { openProfiles } from './profiles.ts';
import { joinRegionWithoutRooms } from './region.ts';
import { regionClock } from './region-clock.ts';
import { linkRegions } from './region-links.ts';
import { openRpcPort } from './rpc-port.ts';

/** Nobody probes a process that has no players. */
const NOBODYS_TOKENS: TokenVerifier = {
  verify: async () => {
    throw new GameError('TOKEN_INVALID');
  },
};

/**
 * The queues of a region alone: a member of it that has no rooms and no players. Nodes whose `rpc.matchmakingTarget` it is bring it their
 * players' wishes and make the rooms of its matches; where several of it run, each matches some of the queues.
 *
 * @param onFenced - the region has declared it dead: the process must end
 * @throws {ListenError} when a port is taken; {TypeError} for a queue of rooms that the game has not; {Error} when Redis does not answer
 */
export async function startMatchmakingNode(
  config: MeridianConfig,
  game: GameDefinition,
  onFenced: () => void = () => {},
): Promise<MeridianNode> {
  return await Closers.whileOpening((closers) => openNode({ config, game, onFenced }, closers));
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
  const nodeId = generateId();
  // Profiles are elsewhere, and what a region shares is in its Redis: nothing is kept here.
  const database = await SqliteDatabase.open({ path: ':memory:' });
  closers.push('SQLite', () => database.close());
  const profiles = await openProfiles({ config, database, log, metrics }, closers);
  const load = new LoadMeter();
  closers.push('load meter', () => load.close());
  const { analytics } = await openAnalytics(
    { config, game, nodeId, database, log, metrics },
    closers,
  );

  const self = new NodeSelf(config, { processId: nodeId, rooms: new Set() }, load);
  closers.push('load reports', () => self.close());
  const { calls, lease, registry } = await joinRegionWithoutRooms(
    { config, self, nodeId, log, metrics },
    closers,
  );
  const nodes = () => registry.nodes;
  const regions = createRegionsService({
    ...{ config, nodes },
    clock: systemClock,
    tokens: NOBODYS_TOKENS,
  });
  closers.push('region reports', () => regions.close());
  const clock = regionClock(lease);
  const channels = new GameChannels({ config, metrics, nodes });
  closers.push('ways to nodes', () => channels.close());
  const placer = new NodeMatchPlacer({
    ...{ nodes, newRoomId: generateId },
    gameAt: (rpcAddress) => channels.at(rpcAddress),
  });
  const matchmaking = await linkRegions(
    { config, nodeId, regions, clock, log, metrics },
    (link) =>
      openMatchmakingService(
        {
          ...{ config, game, nodeId, regions, link, calls, nodes, placer, profiles },
          ...{ clock, log, metrics, events: analytics },
        },
        closers,
      ),
    closers,
  );

  const rpcPort = await openRpcPort(
    { config, log, metrics },
    (server) =>
      server.add(MATCHMAKING_RPC, matchmakingCalls(matchmaking), matchmakingFeeds(matchmaking)),
    closers,
  );
  const app = express();
  mountHealth(app, {
    checks: [
      { name: 'tickets', check: () => matchmaking.ping() },
      {
        name: 'lease',
        check: async () => {
          if (!lease.isHeld()) throw new GameError('LEASE_LOST');
        },
      },
    ],
    isDraining: () => self.isDraining,
  });
  const servers = { players: createServer(app), metrics: createMetricsServer(metrics.registry) };
  const ports = await openPorts(config, servers, closers);
  self.listensOn(ports.port, lease);
  matchmaking.start();

  const stop = async () => {
    // Other processes of its kind take the queues over as soon as they hear of it.
    self.stopTakingRooms();
    await closers.closeAll();
    log.info({ event: 'stopped' }, 'stopped');
    return { unfinishedRooms: 0 };
  };
  let stopping: ReturnType<typeof stop> | undefined;
  lease.onPhase((phase) => {
    if (phase !== 'dead' || stopping !== undefined) return;
    log.fatal(
      { event: 'fenced' },
      'this process was declared dead: others match its queues, it ends',
    );
    onFenced();
  });
  return {
    ports: { ...ports, rpcPort },
    log,
    metrics,
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}
