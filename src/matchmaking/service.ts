import { z } from 'zod';
import type { MatchmakingEvents } from '../analytics/contract.ts';
import type { NodeCalls } from '../cluster/node-calls.ts';
import type { NodeInfo } from '../cluster/node-info.ts';
import { GameError } from '../errors/game-error.ts';
import type { PlayerProfiles } from '../profiles/contract.ts';
import type { TicketExplanation } from '../protocol/matchmaking.ts';
import type { RegionLink, Regions } from '../regions/contract.ts';
import type { Clock } from '../shared/clock.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { MatchmakingMetrics } from '../telemetry/matchmaking-metrics.ts';
import type { Eviction, Matchmaking, QueueDefinition, QueueStatus } from './contract.ts';
import type { Party, PartyStore } from './parties/party.ts';
import { partyBody } from './parties/party-body.ts';
import { waitedMs } from './pool/ticket.ts';
import { BackfillDesk } from './queue/backfill-desk.ts';
import { MatchMaking } from './queue/match-making.ts';
import type { MatchPlacer } from './queue/match-placer.ts';
import { matcherNode } from './queue/matcher-node.ts';
import { QueueMatcher } from './queue/queue-matcher.ts';
import { RegionTickets } from './queue/region-tickets.ts';
import { loadRateGame, MatchReports } from './ratings/match-reports.ts';
import { PlayerEviction } from './tickets/player-eviction.ts';
import { regionOpenings } from './tickets/region-openings.ts';
import { TicketDesk } from './tickets/ticket-desk.ts';
import { recordTicketEnds } from './tickets/ticket-events.ts';
import { TicketFeed } from './tickets/ticket-feed.ts';
import type { TicketRecord } from './tickets/ticket-record.ts';
import { ticketRow } from './tickets/ticket-row.ts';
import type { TicketStore } from './tickets/ticket-store.ts';
import { factsOf, type ViewTicket, viewTicket } from './tickets/ticket-view.ts';

export interface MatchmakingDeps {
  readonly nodeId: string;
  readonly queues: ReadonlyMap<string, QueueDefinition>;
  /** Tickets that may wait in one queue of this region. */
  readonly mostWaiting: number;
  readonly store: TicketStore;
  readonly parties: PartyStore;
  readonly regions: Regions;
  /** Not started yet: handlers are bound to it. Null: this region is alone. */
  readonly link: RegionLink | null;
  readonly calls: NodeCalls;
  /** Live nodes of the region that run matchmaking. */
  readonly nodes: () => readonly NodeInfo[];
  readonly placer: MatchPlacer;
  readonly profiles: PlayerProfiles;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: MatchmakingMetrics;
  readonly events: MatchmakingEvents;
}

/** Matchmaking as one node of a region does it. */
export interface MatchmakingService extends Matchmaking {
  /** From now on this node matches queues when it is its turn. */
  start(): void;
  stop(): Promise<void>;
  /** Begins to end what a player has here who is not welcome any more; it goes on by itself for some seconds. */
  evict(eviction: Eviction): void;
}

const QUEUE_STATUS = 'queue-status';
const EXPLAIN_TICKET = 'explain-ticket';
/** How long a node's word on a queue is good enough. */
const STATUS_TTL_MS = 1_000;
/** No ticket has this id: theirs are UUIDs. */
const NO_TICKET = 'none';

const QueueCall = z.object({ queue: z.string() });
const TicketCall = z.object({ queue: z.string(), ticketId: z.string() });
const StatusReply = z.object({
  queue: z.string(),
  waiting: z.number(),
  visiting: z.number(),
  // A node of an older build does not tell.
  beingMade: z.number().default(0),
  ticketsPerSecond: z.number().default(0),
  matchedPerMinute: z.number(),
  medianWaitMs: z.number().nullable(),
  oldestWaitMs: z.number(),
}) satisfies z.ZodType<QueueStatus>;
const WaitReply = z
  .object({
    reasons: z.array(z.looseObject({ kind: z.string() })),
    bestOffer: z
      .object({
        regionId: z.string(),
        players: z.number(),
        latencyMs: z.number(),
        teamGap: z.number(),
      })
      .nullable(),
  })
  .nullable();

export function createMatchmakingService(deps: MatchmakingDeps): MatchmakingService {
  const { nodeId, queues, store, parties, regions, link, calls, clock, log, metrics, events } =
    deps;
  const { ownRegionId, regions: all } = regions.catalogue;
  const urls = new Map(all.map(({ regionId, url }) => [regionId, url]));
  const openRegions = () =>
    new Set(
      regions
        .candidates()
        .filter((region) => region.status === 'open')
        .map(({ regionId }) => regionId),
    );
  const tickets = new RegionTickets({ link, store, clock, log });
  const making = new MatchMaking({
    ...{ regionId: ownRegionId, store, tickets, clock, log },
    placer: deps.placer,
  });
  const matcherOf = (queue: string) => matcherNode(deps.nodes(), queue) ?? nodeId;
  const matchers = new Map(
    [...queues].map(([queue, definition]) => [
      queue,
      new QueueMatcher({
        ...{
          regionId: ownRegionId,
          queue,
          definition,
          store,
          tickets,
          making,
          clock,
          log,
          openRegions,
        },
        isOurTurn: () => matcherOf(queue) === nodeId,
        onMatched: ({ kind, teams }, { matchId, waitsMs }) => {
          metrics.matched(queue, kind, waitsMs);
          events.matchMade({
            ...{ matchId, queue, kind },
            teams: teams.length,
            players: teams.flatMap(({ players }) => players).length,
            longestWaitMs: Math.max(0, ...waitsMs),
          });
        },
      }),
    ]),
  );

  calls.handle(QUEUE_STATUS, (payload) => {
    const { queue } = QueueCall.parse(payload);
    return matchers.get(queue)?.status ?? null;
  });
  calls.handle(EXPLAIN_TICKET, (payload): z.infer<typeof WaitReply> => {
    const { queue, ticketId } = TicketCall.parse(payload);
    const explanation = matchers.get(queue)?.explain(ticketId) ?? null;
    if (explanation === null) return null;
    const { reasons, bestOffer } = explanation;
    return { reasons: reasons.map((reason) => ({ ...reason })), bestOffer };
  });

  const known = new Map<string, { readonly atMs: number; readonly status: QueueStatus | null }>();
  const status = async (queue: string): Promise<QueueStatus | null> => {
    const heard = known.get(queue);
    if (heard !== undefined && clock.monotonicMs() - heard.atMs < STATUS_TTL_MS)
      return heard.status;
    // Asked once for all who want to know: they get what was heard before meanwhile.
    known.set(queue, { atMs: clock.monotonicMs(), status: heard?.status ?? null });
    try {
      const matcherId = matcherOf(queue);
      const said =
        matcherId === nodeId
          ? (matchers.get(queue)?.status ?? null)
          : StatusReply.nullable().parse(await calls.request(matcherId, QUEUE_STATUS, { queue }));
      known.set(queue, { atMs: clock.monotonicMs(), status: said });
      return said;
    } catch (error) {
      // What was heard before is better than nothing: a node with too much to do is late with its answer.
      log.debug({ err: error, queue }, 'nobody says how the queue is doing');
      return heard?.status ?? null;
    }
  };

  const rulesOf = (queue: string) => {
    const definition = queues.get(queue);
    // Of a build that had the queue.
    if (definition === undefined) throw new GameError('QUEUE_UNKNOWN', { queue });
    return definition.rules;
  };
  const view: ViewTicket = async (record, playerId) =>
    viewTicket(record, playerId, {
      rules: rulesOf(record.queue),
      nowMs: clock.wallMs(),
      medianWaitMs: (await status(record.queue))?.medianWaitMs ?? null,
      urlOf: (regionId) => (regionId === ownRegionId ? null : (urls.get(regionId) ?? null)),
    });
  const stopRecording = recordTicketEnds({
    ...{ store, events, clock },
    isOurTurn: (queue) => matcherOf(queue) === nodeId,
  });
  const feed = new TicketFeed({
    ...{ regionId: ownRegionId, store, parties, view, clock },
  });
  const evictions = new PlayerEviction({ store, parties, log });
  const desk = new TicketDesk({
    ...{ queues, store, parties, regions, clock, status, events },
    profiles: deps.profiles,
    mostWaiting: deps.mostWaiting,
  });
  const explain = async ({ ticket, queue }: TicketRecord): Promise<TicketExplanation> => {
    const { ticketId } = ticket;
    const reply = await calls.request(matcherOf(queue), EXPLAIN_TICKET, { queue, ticketId });
    const said = WaitReply.parse(reply);
    if (said === null) throw new GameError('TICKET_UNKNOWN');
    const openings = regionOpenings(ticket, rulesOf(queue));
    return {
      ticketId,
      waitedMs: waitedMs(ticket, clock.wallMs()),
      ...said,
      regions: Object.entries(ticket.latencyMsByRegion)
        .sort(([, a], [, b]) => a - b)
        .map(([regionId, latencyMs]) => ({
          regionId,
          latencyMs,
          openAtWaitMs: openings.find((it) => it.regionId === regionId)?.openAtWaitMs ?? null,
        })),
    };
  };
  const bodyOf = (party: Party) => partyBody(party, ownRegionId);
  return {
    results: new MatchReports({
      ...{ regionId: ownRegionId, link, clock, events },
      profiles: deps.profiles,
      isFirst: (matchId) => store.isFirstReport(matchId),
    }),
    backfills: new BackfillDesk({
      ...{ regionId: ownRegionId, calls, clock, matchers, matcherOf },
    }),
    evict: (eviction) => evictions.evict(eviction),
    enter: async (queue, request, player) => {
      const record = await desk.enter(queue, request, player);
      return { ...factsOf(record, rulesOf(queue)), state: 'queued' };
    },
    ticket: async (ticketId, player) => view(await desk.read(ticketId, player), player.playerId),
    explain: async (ticketId, player) => explain(await desk.read(ticketId, player)),
    cancel: (ticketId, player) => desk.cancel(ticketId, player),
    createParty: async (entry, player) => bodyOf(await desk.createParty(entry, player)),
    joinParty: async ({ code, ...entry }, player) =>
      bodyOf(await desk.joinParty(code, entry, player)),
    leaveParty: (player) => desk.leaveParty(player),
    watch: (playerId, socket) => feed.watch(playerId, socket),
    statuses: async () => {
      const said = await Promise.all([...queues.keys()].map((queue) => status(queue)));
      return said.filter((it) => it !== null);
    },
    waiting: async (queue, limit) => {
      rulesOf(queue);
      const waiting = await store.waiting(queue);
      const nowMs = clock.wallMs();
      const rows = waiting.slice(0, limit).map((record) => ticketRow(record, nowMs));
      return { tickets: rows, total: waiting.length };
    },
    ping: async () => void (await store.read(NO_TICKET)),
    start: () => {
      // Before there are rooms that would wait for it, and after the node listens.
      if (queues.size > 0) void loadRateGame();
      for (const matcher of matchers.values()) matcher.start();
    },
    stop: async () => {
      await Promise.all([...matchers.values()].map((matcher) => matcher.stop()));
      evictions.close();
      feed.close();
      stopRecording();
    },
  };
}
