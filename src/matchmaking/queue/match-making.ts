import { randomUUID } from 'node:crypto';
import type { Clock } from '../../shared/clock.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { inSpan } from '../../telemetry/tracing.ts';
import type { MatchInfo } from '../contract.ts';
import type { PoolMatch } from '../pool/match.ts';
import type { PlacedSeat, Placement } from '../tickets/ticket-record.ts';
import type { TicketStore } from '../tickets/ticket-store.ts';
import type { MatchPlacer } from './match-placer.ts';
import type { RegionTickets } from './region-tickets.ts';
import type { WaitingEntry } from './waiting-entry.ts';

/** Longer than asking all regions and making a room take together; what is not settled by then searches on by itself. */
const CLAIM_MS = 8_000;
/** After this no seats are given any more: the claims must hold until everybody has heard. */
const PLACE_WITHIN_MS = 4_000;

export type MadeMatch =
  | { readonly kind: 'made'; readonly matchId: string }
  /** `gone` are tickets that are somebody else's, or ended; the others search on. */
  | { readonly kind: 'refused'; readonly gone: ReadonlySet<string> }
  | { readonly kind: 'no-room'; readonly error: unknown };

export interface MatchMakingDeps {
  readonly regionId: string;
  readonly store: TicketStore;
  readonly tickets: RegionTickets;
  readonly placer: MatchPlacer;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Makes a match that the pool has found: claims its tickets where they are at home, all or none; then the room and its seats; then tells
 * everybody where to play. Whatever fails, the tickets that were claimed search on.
 */
export class MatchMaking {
  readonly #deps: MatchMakingDeps;

  constructor(deps: MatchMakingDeps) {
    this.#deps = deps;
  }

  async make(
    found: PoolMatch,
    {
      queue,
      room,
      entries,
    }: {
      readonly queue: string;
      readonly room: string;
      readonly entries: ReadonlyMap<string, WaitingEntry>;
    },
  ): Promise<MadeMatch> {
    const matchId = randomUUID();
    const homes = byHome(entries);
    const startedMs = this.#deps.clock.monotonicMs();
    const gone = await this.#claim({ matchId, queue, homes });
    if (gone.length > 0) {
      await this.#release(matchId, homes);
      return { kind: 'refused', gone: new Set(gone) };
    }
    const match = matchInfo(found, { matchId, queue, entries });
    try {
      const facts = { 'meridian.room.name': room };
      const seats = await inSpan({ name: 'match.place', facts }, () =>
        this.#place(found, room, match),
      );
      if (this.#deps.clock.monotonicMs() - startedMs > PLACE_WITHIN_MS) throw new Error('too late');
      await inSpan({ name: 'match.settle' }, () => this.#settle(match, { entries, homes, seats }));
      return { kind: 'made', matchId };
    } catch (error) {
      await this.#release(matchId, homes);
      return { kind: 'no-room', error };
    }
  }

  /**
   * Home after home, in the same order in every region: of two regions that want the same tickets one is refused at the first home, and
   * the other gets all. Asking all homes at once, each would get some, and both would begin again in step.
   *
   * @returns ids that cannot be had
   */
  async #claim(claim: {
    readonly matchId: string;
    readonly queue: string;
    readonly homes: Homes;
  }): Promise<readonly string[]> {
    const { regionId, store, tickets, clock } = this.#deps;
    const { matchId, queue } = claim;
    for (const [home, ticketIds] of [...claim.homes].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const untilMs = clock.wallMs() + CLAIM_MS;
      const facts = { 'meridian.peer.region': home, 'meridian.tickets': ticketIds.length };
      const refused = await inSpan({ name: 'match.claim', facts }, () =>
        home === regionId
          ? store.claim({ matchId, regionId, untilMs }, ticketIds)
          : tickets.claim(home, { queue, matchId, ticketIds, forMs: CLAIM_MS }),
      );
      if (refused.length > 0) return refused;
    }
    return [];
  }

  #place(found: PoolMatch, room: string, match: MatchInfo): ReturnType<MatchPlacer['place']> {
    const { placer } = this.#deps;
    return found.kind === 'new' ? placer.place(room, match) : placer.join(found.roomId, match);
  }

  async #settle(
    match: MatchInfo,
    {
      entries,
      homes,
      seats,
    }: {
      readonly entries: ReadonlyMap<string, WaitingEntry>;
      readonly homes: Homes;
      readonly seats: ReadonlyMap<string, PlacedSeat['reservation']>;
    },
  ): Promise<void> {
    const { regionId, store, tickets, log } = this.#deps;
    for (const [home, ticketIds] of homes) {
      const placements = new Map(
        ticketIds.map((ticketId) => {
          const players = entries.get(ticketId)?.ticket.players ?? [];
          const ids = new Set(players.map(({ playerId }) => playerId));
          return [ticketId, placementOf(match, { ids, regionId, seats })];
        }),
      );
      if (home !== regionId) {
        const isOnItsWay = await tickets.settle(home, placements);
        if (!isOnItsWay)
          log.warn({ home, matchId: match.matchId }, 'a region was not told of seats');
        continue;
      }
      const settled = await store.settle(placements);
      if (settled.length < placements.size) {
        log.warn({ matchId: match.matchId }, 'a claim was over before its match was made');
      }
    }
  }

  async #release(matchId: string, homes: Homes): Promise<void> {
    const { regionId, store, tickets, log } = this.#deps;
    const releases = [...homes].map(async ([home, ticketIds]) => {
      if (home === regionId) await store.release(matchId, ticketIds);
      else await tickets.release(home, matchId, ticketIds);
    });
    for (const outcome of await Promise.allSettled(releases)) {
      // The claim runs out by itself.
      if (outcome.status === 'rejected') log.debug({ err: outcome.reason }, 'claims not released');
    }
  }
}

/** Tickets by the region that keeps them. */
type Homes = ReadonlyMap<string, readonly string[]>;

function byHome(entries: ReadonlyMap<string, WaitingEntry>): Homes {
  const grouped = Map.groupBy(entries.values(), ({ homeRegionId }) => homeRegionId);
  return new Map(
    [...grouped].map(([home, own]) => [home, own.map(({ ticket }) => ticket.ticketId)]),
  );
}

function matchInfo(
  found: PoolMatch,
  {
    matchId,
    queue,
    entries,
  }: {
    readonly matchId: string;
    readonly queue: string;
    readonly entries: ReadonlyMap<string, WaitingEntry>;
  },
): MatchInfo {
  return {
    matchId,
    queue,
    teams: found.teams.map(({ players }) => ({
      players: players.map(({ playerId, ticketId, role }) => {
        const entry = entries.get(ticketId);
        const player = entry?.ticket.players.find((it) => it.playerId === playerId);
        if (entry === undefined || player === undefined)
          throw new TypeError('A match lost a player');
        return {
          playerId,
          displayName: entry.displayNames[playerId] ?? playerId,
          role,
          rating: player.rating,
          homeRegionId: entry.homeRegionId,
          ...(player.avoids === undefined ? {} : { avoids: player.avoids }),
        };
      }),
    })),
  };
}

function placementOf(
  { matchId, teams }: MatchInfo,
  {
    ids,
    regionId,
    seats,
  }: {
    readonly ids: ReadonlySet<string>;
    readonly regionId: string;
    readonly seats: ReadonlyMap<string, PlacedSeat['reservation']>;
  },
): Placement {
  return {
    matchId,
    regionId,
    seats: teams.flatMap(({ players }, team) =>
      players.flatMap(({ playerId, role }) => {
        const reservation = seats.get(playerId);
        return ids.has(playerId) && reservation !== undefined
          ? [{ playerId, team, role, reservation }]
          : [];
      }),
    ),
  };
}
