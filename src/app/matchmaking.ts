import type { TokenVerifier } from '../auth/contract.ts';
import type { ColyseusNode } from '../cluster/colyseus-adapter.ts';
import { runsService } from '../cluster/node-info.ts';
import type { MeridianConfig } from '../config/config.ts';
import { matchmakingCalls, matchmakingFeeds } from '../matchmaking/client.ts';
import type { Matchmaking, QueueDefinition } from '../matchmaking/contract.ts';
import { createMatchmakingFront, type MatchmakingFront } from '../matchmaking/front.ts';
import { MATCHMAKING_RPC } from '../matchmaking/matchmaking-rpc.ts';
import { MemoryPartyStore } from '../matchmaking/parties/party-store-memory.ts';
import { RedisPartyStore } from '../matchmaking/parties/party-store-redis.ts';
import {
  createMatchmakingService,
  type MatchmakingDeps,
  type MatchmakingService,
} from '../matchmaking/service.ts';
import { MemoryTicketStore } from '../matchmaking/tickets/ticket-store-memory.ts';
import { RedisTicketStore } from '../matchmaking/tickets/ticket-store-redis.ts';
import type { GameDefinition } from '../rooms/game.ts';
import type { Closers } from '../shared/closers.ts';
import { openRedis } from '../storage/redis/redis-connection.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { NodeMetrics } from '../telemetry/metrics.ts';
import type { ReadinessCheck } from './health.ts';
import { seatsOn } from './match-seats.ts';
import type { RpcOffer } from './rpc.ts';

/** Matchmaking as a node with players and rooms has it. */
export interface NodeMatchmaking
  extends MatchmakingFront,
    Pick<Matchmaking, 'results' | 'backfills' | 'statuses' | 'waiting' | 'explain'>,
    Pick<MatchmakingService, 'evict'> {
  readonly checks: readonly ReadinessCheck[];
  /** Where it is elsewhere: what it asks of this node, always. Where it is here: what other nodes may ask, if they are to. */
  readonly offer: RpcOffer;
  readonly isElsewhere: boolean;
  /** This node matches queues when it is its turn, if it is one that does. */
  start(): void;
}

type HostDeps = Omit<
  MatchmakingDeps,
  'queues' | 'mostWaiting' | 'store' | 'parties' | 'metrics'
> & {
  readonly config: MeridianConfig;
  readonly game: GameDefinition;
  readonly metrics: NodeMetrics;
};

/**
 * Matchmaking for this node, for the queues of the game: its own, or the service's where it runs elsewhere.
 *
 * @throws {TypeError} for a queue of rooms that the game has not
 */
export async function openMatchmaking(
  deps: Omit<HostDeps, 'placer'> & {
    readonly node: ColyseusNode;
    readonly isElsewhere: boolean;
    readonly tokens: TokenVerifier;
    /** Whether no new tickets are taken. */
    readonly sheds: () => boolean;
  },
  closers: Closers,
): Promise<NodeMatchmaking> {
  const { game, tokens, sheds, clock, log, metrics } = deps;
  const { matchmaking, ...life } = await openEither(deps, closers);
  const { results, backfills } = matchmaking;
  const queues = queuesOf(game).keys();
  const front = createMatchmakingFront({
    ...{ matchmaking, queues, tokens, sheds, clock, log },
    metrics: metrics.matchmaking,
  });
  return {
    ...{ ...front, ...life, results, backfills },
    statuses: () => matchmaking.statuses(),
    waiting: (queue, limit) => matchmaking.waiting(queue, limit),
    explain: (ticketId, player) => matchmaking.explain(ticketId, player),
  };
}

async function openEither(
  deps: Parameters<typeof openMatchmaking>[0],
  closers: Closers,
): Promise<
  { readonly matchmaking: Matchmaking } & Pick<
    NodeMatchmaking,
    'checks' | 'offer' | 'isElsewhere' | 'start' | 'evict'
  >
> {
  const { isElsewhere } = deps;
  if (!isElsewhere) {
    const seats = seatsOn(deps.node);
    const placer = {
      place: (roomName, match) => seats({ roomName }, match),
      join: (roomId, match) => seats({ roomId }, match),
    } satisfies MatchmakingDeps['placer'];
    const service = await openMatchmakingService({ ...deps, placer }, closers);
    const offer = matchmakingOffer(service);
    return {
      ...{ matchmaking: service, checks: [], offer, isElsewhere },
      start: () => service.start(),
      evict: (eviction) => service.evict(eviction),
    };
  }
  // Loaded only here: gRPC takes a fifth of a second, which a node that has everything need not spend.
  const { openMatchmakingElsewhere } = await import('./matchmaking-elsewhere.ts');
  const { matchmaking, offer } = openMatchmakingElsewhere(deps, closers);
  const check = { name: 'matchmaking', check: () => matchmaking.ping() };
  // What runs elsewhere hears itself who is not welcome any more.
  const nothing = { start: () => {}, evict: () => {} };
  return { matchmaking, checks: [check], offer, isElsewhere, ...nothing };
}

/** What nodes whose matchmaking is here ask of it. */
export function matchmakingOffer(service: MatchmakingService): RpcOffer {
  return {
    serve: (rpc) => rpc.add(MATCHMAKING_RPC, matchmakingCalls(service), matchmakingFeeds(service)),
  };
}

/** The service itself. @throws {TypeError} for a queue of rooms that the game has not */
export async function openMatchmakingService(
  deps: HostDeps,
  closers: Closers,
): Promise<MatchmakingService> {
  const { config, game, nodes, clock, log, metrics } = deps;
  const stores = await openStores(config.redis.uri, { clock, log }, closers);
  const service = createMatchmakingService({
    ...deps,
    ...stores,
    queues: queuesOf(game),
    mostWaiting: config.matchmaking.mostWaitingTickets,
    nodes: () => nodes().filter((node) => runsService(node, 'matchmaking')),
    metrics: metrics.matchmaking,
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
