import { generateId } from '@colyseus/core';
import type { MatchmakingEvents } from '../analytics/contract.ts';
import type { TokenVerifier } from '../auth/contract.ts';
import type { Revocations } from '../auth/revocations.ts';
import { LoadMeter } from '../cluster/load-meter.ts';
import { isClosed } from '../cluster/region-orders.ts';
import type { MeridianConfig } from '../config/config.ts';
import { GameError } from '../errors/game-error.ts';
import { NodeMatchPlacer } from '../matchmaking/queue/node-match-placer.ts';
import type { PlayerProfiles } from '../profiles/contract.ts';
import type { RegionLink } from '../regions/contract.ts';
import { createRegionsService } from '../regions/service.ts';
import type { GameDefinition } from '../rooms/game.ts';
import { type Clock, systemClock } from '../shared/clock.ts';
import type { Closers } from '../shared/closers.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { NodeMetrics } from '../telemetry/metrics.ts';
import { openStanding } from './accounts.ts';
import { evictRevoked } from './evict-revoked.ts';
import { GameChannels } from './game-channels.ts';
import { leaseCheck, type ReadinessCheck } from './health.ts';
import { matchmakingOffer, openMatchmakingService } from './matchmaking.ts';
import { NodeSelf } from './node-self.ts';
import { NodeTelemetry, type ToldByNode } from './node-telemetry.ts';
import { joinRegionWithoutRooms } from './region.ts';
import { regionClock } from './region-clock.ts';
import { linkRegions } from './region-links.ts';
import { spreadRevocations } from './revocation-spread.ts';
import type { RpcOffer } from './rpc.ts';

/** Nobody probes a process that has no players. */
const NOBODYS_TOKENS: TokenVerifier = {
  verify: async () => {
    throw new GameError('TOKEN_INVALID');
  },
};

export interface MatchmakingAloneDeps {
  readonly config: MeridianConfig;
  readonly game: GameDefinition;
  /** Of this process. */
  readonly nodeId: string;
  readonly profiles: PlayerProfiles;
  readonly events: MatchmakingEvents;
  /** Of the auth service, where this process runs it; null: they are the region's, in its Redis. */
  readonly revocations: Revocations | null;
  readonly log: Logger;
  readonly metrics: NodeMetrics;
  /** What operators may ask of this process. */
  readonly told: ToldByNode;
  /** Gets the link to other regions before it starts, to listen to it, and the clock it goes by; null: this region is alone. */
  readonly bind: (link: RegionLink | null, clock: Clock) => void;
  /** The region has declared this process dead: it must end. */
  readonly onFenced: () => void;
}

/** Matchmaking of a process without rooms. */
export interface MatchmakingAlone {
  readonly offer: RpcOffer;
  readonly checks: readonly ReadinessCheck[];
  /** From here on it matches queues. @param port - where its health is told */
  start(port: number): void;
  /** Other processes of its kind take the queues over as soon as they hear of it. */
  leave(): void;
}

/**
 * The queues of a region without a game: a member of it that has no rooms and no players. Nodes whose `rpc.matchmakingTarget` it is bring it
 * their players' wishes and make the rooms of its matches; where several of it run, each matches some of the queues.
 *
 * @throws {TypeError} for a queue of rooms that the game has not; {Error} when Redis does not answer
 */
export async function openMatchmakingAlone(
  deps: MatchmakingAloneDeps,
  closers: Closers,
): Promise<MatchmakingAlone> {
  const { config, game, nodeId, profiles, events, log, metrics, bind, onFenced } = deps;
  const load = new LoadMeter();
  closers.push('load meter', () => load.close());
  const self = new NodeSelf(config, { processId: nodeId, rooms: new Set() }, load);
  closers.push('load reports', () => self.close());
  const { calls, lease, registry, orders } = await joinRegionWithoutRooms(
    { config, self, nodeId, log, metrics },
    closers,
  );
  const nodes = () => registry.nodes;
  const telemetry = new NodeTelemetry({ nodeId, calls, nodes, ...deps.told });
  const regions = createRegionsService({
    ...{ config, nodes },
    clock: systemClock,
    tokens: NOBODYS_TOKENS,
    isClosed: () => isClosed(orders),
  });
  closers.push('region reports', () => regions.close());
  const clock = regionClock(lease);
  const channels = new GameChannels({ config, metrics, nodes });
  closers.push('ways to nodes', () => channels.close());
  const placer = new NodeMatchPlacer({
    ...{ nodes, shares: () => registry.shares, newRoomId: generateId },
    gameAt: (rpcAddress) => channels.at(rpcAddress),
  });
  const matchmaking = await linkRegions(
    { config, nodeId, regions, clock, log, metrics, isCutOff: () => orders.holds('evacuate') },
    async (link) => {
      bind(link, clock);
      telemetry.over(link);
      const revocations = deps.revocations ?? (await hearRevocations(deps, link, closers));
      const service = await openMatchmakingService(
        {
          ...{ config, game, nodeId, regions, link, calls, nodes, placer, profiles },
          ...{ clock, log, metrics, events },
        },
        closers,
      );
      await evictRevoked({ revocations, matchmaking: service });
      return service;
    },
    closers,
  );
  let isLeaving = false;
  lease.onPhase((phase) => {
    if (phase !== 'dead' || isLeaving) return;
    log.fatal(
      { event: 'fenced' },
      'this process was declared dead: others match its queues, it ends',
    );
    onFenced();
  });
  return {
    offer: matchmakingOffer(matchmaking),
    checks: [{ name: 'tickets', check: () => matchmaking.ping() }, leaseCheck(lease)],
    start: (port) => {
      self.listensOn(port, lease);
      matchmaking.start();
    },
    leave: () => {
      isLeaving = true;
      self.stopTakingRooms();
    },
  };
}

/** Those of this region by its Redis, those of others by the link, where each process hears them for itself. */
async function hearRevocations(
  { config, log }: Pick<MatchmakingAloneDeps, 'config' | 'log'>,
  link: RegionLink | null,
  closers: Closers,
): Promise<Revocations> {
  const revocations = await openStanding({ config, clock: systemClock, log }, closers);
  spreadRevocations({ revocations, link, log });
  return revocations;
}
