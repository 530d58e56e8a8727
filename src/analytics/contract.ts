// What other features may know of analytics; src/app hands them the objects. All of `record` and the methods below only put something
// aside: they return at once, never throw, and bring no promise that a game could wait for.

import type { EventDefinition } from './define-events.ts';

export type { EventDefinition, EventDefinitions } from './define-events.ts';

/** Whom and what an event is about. The player's id is replaced by a pseudonym before the event leaves the process. */
export interface EventSubject {
  readonly playerId?: string | null;
  /** Name of the kind of room. */
  readonly room?: string;
  readonly roomId?: string;
  readonly matchId?: string | null;
  /**
   * Names what happened (to this player, if there is one), when it may be recorded twice (by two nodes, or by one that tries again): both
   * then have one id, and readers count it once.
   */
  readonly once?: string;
}

/** Takes events. */
export interface EventRecorder {
  record<Fields>(
    event: EventDefinition<Fields>,
    fields: NoInfer<Fields>,
    about?: EventSubject,
  ): void;
}

/** A seat of a player, from when he first sat down until it is free again; dropped connections do not end it. */
export interface SeatSession {
  readonly room: string;
  readonly roomId: string;
  readonly matchId: string | null;
  /** Null: nobody in particular. */
  readonly playerId: string | null;
}

/** For rooms. */
export interface SessionEvents {
  sessionStarted(session: SeatSession): void;
  /** @param durationMs - null when the session began on another node */
  sessionEnded(session: SeatSession, durationMs: number | null): void;
}

/** A ticket, for whatever happens to it. */
export interface TicketFacts {
  readonly ticketId: string;
  readonly queue: string;
  readonly playerIds: readonly string[];
  /** Of the party's worst player to each region, ms. */
  readonly latencyMsByRegion: Readonly<Record<string, number>>;
}

export interface TicketOutcome {
  readonly outcome: 'matched' | 'expired' | 'cancelled';
  readonly waitMs: number;
  /** Where it plays, and of which match; null unless matched. */
  readonly regionId: string | null;
  readonly matchId: string | null;
}

export interface MadeMatchFacts {
  readonly matchId: string;
  readonly queue: string;
  readonly kind: 'new' | 'backfill';
  readonly teams: number;
  readonly players: number;
  readonly longestWaitMs: number;
}

/** For matchmaking. */
export interface MatchmakingEvents {
  ticketQueued(ticket: TicketFacts): void;
  ticketEnded(ticket: TicketFacts, outcome: TicketOutcome): void;
  matchMade(match: MadeMatchFacts): void;
  /** @param ranks - place of each team, the smallest is the best */
  matchReported(
    match: { readonly matchId: string; readonly queue: string },
    ranks: readonly number[],
  ): void;
}

/** One change of a wallet, as its ledger has it. */
export interface WalletChange {
  readonly playerId: string;
  /** Of the ledger's entry: an operation that is tried again is one event. */
  readonly operationId: string;
  /** Name of the currency. */
  readonly currency: string;
  /** What was added; negative: what was spent. */
  readonly amount: number;
  /** What he has now. */
  readonly balance: number;
  /** Word of the game for why, such as `match_reward`; not who. */
  readonly reason: string;
}

/** For the wallet. Call it after the change is durable. */
export interface EconomyEvents {
  walletChanged(change: WalletChange): void;
}

/** All that a node records. */
export type Analytics = EventRecorder & SessionEvents & MatchmakingEvents & EconomyEvents;

/**
 * For the deletion of a player: takes the link between him and his events away. Events that are out keep a pseudonym that leads to
 * nobody; what is still recorded of him has none. Safe to repeat.
 *
 * @throws {GameError} `STORE_UNAVAILABLE`, `DIRECTORY_UNAVAILABLE`: the link is still there, try again
 */
export type ErasePlayerFromAnalytics = (playerId: string) => Promise<void>;
