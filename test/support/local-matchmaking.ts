import { Registry } from 'prom-client';
import { NO_ANALYTICS } from '../../src/analytics/event-recorder.ts';
import { LocalNodeCalls } from '../../src/cluster/node-calls.ts';
import { GameError } from '../../src/errors/game-error.ts';
import type { MatchInfo, Matchmaking } from '../../src/matchmaking/contract.ts';
import type { PartyStore } from '../../src/matchmaking/parties/party.ts';
import { MemoryPartyStore } from '../../src/matchmaking/parties/party-store-memory.ts';
import { actionRules } from '../../src/matchmaking/pool/rule-set.ts';
import type { Seats } from '../../src/matchmaking/queue/match-placer-rpc.ts';
import { createMatchmakingService, type MatchmakingDeps } from '../../src/matchmaking/service.ts';
import type { TicketStore } from '../../src/matchmaking/tickets/ticket-store.ts';
import { MemoryTicketStore } from '../../src/matchmaking/tickets/ticket-store-memory.ts';
import { catalogueOf } from '../../src/regions/region-catalogue.ts';
import { systemClock as clock } from '../../src/shared/clock.ts';
import type { Logger } from '../../src/telemetry/logger.ts';
import { MatchmakingMetrics } from '../../src/telemetry/matchmaking-metrics.ts';

/** Matchmaking of this process. Stopped when it is disposed of. */
export interface LocalMatchmaking extends AsyncDisposable {
  readonly matchmaking: Matchmaking;
  /** Matches that got rooms. */
  readonly placed: readonly MatchInfo[];
  readonly store: TicketStore;
  readonly parties: PartyStore;
}

/**
 * The matchmaking service of region `eu`, in memory: queue `duel` for two, `crowd` for sixteen. Its rooms and profiles are none, and the one
 * latency token that is genuine is `signed`.
 *
 * @param mostWaiting - tickets that may wait in a queue
 */
export async function openLocalMatchmaking({
  log,
  mostWaiting,
}: {
  readonly log: Logger;
  readonly mostWaiting: number;
}): Promise<LocalMatchmaking> {
  const measured = { rttMs: 20, jitterMs: 1, samples: 5, measuredAtMs: 0, regionId: 'eu' };
  const placed: MatchInfo[] = [];
  const place = async (roomName: string, match: MatchInfo): Promise<Seats> => {
    placed.push(match);
    const players = match.teams.flatMap(({ players: of }) => of);
    return new Map(
      players.map(({ playerId }) => [
        playerId,
        { name: roomName, roomId: 'r1', sessionId: `s-${playerId}`, processId: 'n1' },
      ]),
    );
  };
  const store = new MemoryTicketStore({ clock });
  const parties = new MemoryPartyStore({ clock });
  const service = createMatchmakingService({
    nodeId: 'n1',
    queues: new Map([
      ['duel', { room: 'duel', rules: actionRules({ count: 2, playersPerTeam: 1 }) }],
      ['crowd', { room: 'crowd', rules: actionRules({ count: 2, playersPerTeam: 8 }) }],
    ]),
    ...{ mostWaiting, store, parties },
    regions: {
      catalogue: catalogueOf({ id: 'eu', all: [] }),
      latencies: {
        verify: async (token: string) => {
          if (token !== 'signed') throw new GameError('LATENCY_INVALID', { reason: 'forged' });
          return { ...measured, playerId: null };
        },
      },
      candidates: () => [{ regionId: 'eu', status: 'open' }],
    } as unknown as MatchmakingDeps['regions'],
    link: null,
    calls: new LocalNodeCalls({ nodeId: 'n1', log }),
    nodes: () => [],
    placer: { place, join: place },
    profiles: { read: async () => null, addStatistics: async () => ({}) } as never,
    ...{ clock, log, metrics: new MatchmakingMetrics(new Registry()), events: NO_ANALYTICS },
  });
  service.start();
  return {
    ...{ matchmaking: service, placed, store, parties },
    [Symbol.asyncDispose]: () => service.stop(),
  };
}
