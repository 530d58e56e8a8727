import type { ColyseusNode } from '../cluster/colyseus-adapter.ts';
import type { MeridianConfig } from '../config/config.ts';
import type { MatchInfo, QueueDefinition } from '../matchmaking/contract.ts';
import { MemoryPartyStore } from '../matchmaking/parties/party-store-memory.ts';
import { RedisPartyStore } from '../matchmaking/parties/party-store-redis.ts';
import type { MatchPlacer } from '../matchmaking/queue/match-placer.ts';
import {
  createMatchmakingService,
  type MatchmakingDeps,
  type MatchmakingService,
} from '../matchmaking/service.ts';
import { MemoryTicketStore } from '../matchmaking/tickets/ticket-store-memory.ts';
import { RedisTicketStore } from '../matchmaking/tickets/ticket-store-redis.ts';
import type { GameDefinition } from '../rooms/game.ts';
import { MATCH_OPTION } from '../rooms/match/match-option.ts';
import type { Closers } from '../shared/closers.ts';
import { openRedis } from '../storage/redis/redis-connection.ts';
import type { Logger } from '../telemetry/logger.ts';

/**
 * Matchmaking on this node, for the queues of the game.
 *
 * @throws {TypeError} for a queue of rooms that the game has not
 */
export async function openMatchmaking(
  deps: Omit<MatchmakingDeps, 'queues' | 'mostWaiting' | 'store' | 'parties' | 'placer'> & {
    readonly config: Pick<MeridianConfig, 'redis' | 'matchmaking'>;
    readonly game: GameDefinition;
    readonly node: ColyseusNode;
  },
  closers: Closers,
): Promise<MatchmakingService> {
  const { config, game, node, clock, log } = deps;
  const stores = await openStores(config.redis.uri, { clock, log }, closers);
  const service = createMatchmakingService({
    ...deps,
    ...stores,
    queues: queuesOf(game),
    mostWaiting: config.matchmaking.mostWaitingTickets,
    placer: placerOn(node),
  });
  closers.push('matchmaking', () => service.stop());
  return service;
}

async function openStores(
  uri: string,
  { clock, log }: { readonly clock: MatchmakingDeps['clock']; readonly log: Logger },
  closers: Closers,
): Promise<Pick<MatchmakingDeps, 'store' | 'parties'>> {
  if (uri === '') {
    return { store: new MemoryTicketStore({ clock }), parties: new MemoryPartyStore({ clock }) };
  }
  const redis = await openRedis(uri, { name: 'tickets', log });
  closers.push('Redis of tickets', () => redis.disconnect());
  const store = await RedisTicketStore.open({ redis, log });
  closers.push('tickets', () => store.close());
  const parties = await RedisPartyStore.open({ redis, log });
  closers.push('parties', () => parties.close());
  return { store, parties };
}

function queuesOf({ queues = {}, rooms }: GameDefinition): ReadonlyMap<string, QueueDefinition> {
  for (const [queue, { room }] of Object.entries(queues)) {
    if (rooms[room] !== undefined) continue;
    throw new TypeError(
      `The queue "${queue}" wants rooms "${room}", but the game has: ${Object.keys(rooms).join(', ')}.`,
    );
  }
  return new Map(Object.entries(queues));
}

function placerOn(node: ColyseusNode): MatchPlacer {
  const seat = (room: { roomName: string } | { roomId: string }, match: MatchInfo) =>
    node.seatMatch(
      { ...room, options: { [MATCH_OPTION]: match } },
      match.teams.flatMap(({ players }) => players),
    );
  return {
    place: (roomName, match) => seat({ roomName }, match),
    join: (roomId, match) => seat({ roomId }, match),
  };
}
