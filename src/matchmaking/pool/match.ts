import type { Ticket } from './ticket.ts';

export interface MatchPlayer {
  readonly playerId: string;
  readonly ticketId: string;
  /** null: the queue has no roles. */
  readonly role: string | null;
}

export interface MatchTeam {
  readonly players: readonly MatchPlayer[];
}

/** Tickets that shall play with each other. They have left the pool. */
export interface Match {
  readonly kind: 'new';
  readonly tickets: readonly Ticket[];
  readonly teams: readonly MatchTeam[];
  /** Where the room shall run. */
  readonly regionId: string;
  /** In the points of `RuleSet.weights`, without the hook's. */
  readonly cost: number;
  /** Chance that the first team wins (comes first), 0 to 1. */
  readonly winProbability: number;
}

/** Players for a running room. They, and the room's request, have left the pool. */
export interface BackfillMatch {
  readonly kind: 'backfill';
  readonly roomId: string;
  readonly tickets: readonly Ticket[];
  /** Newcomers of each of the room's teams, in its order; some get none. */
  readonly teams: readonly MatchTeam[];
  readonly regionId: string;
  readonly cost: number;
  /** With the newcomers. */
  readonly winProbability: number;
  /** Places that are still open; the room may ask again with its age kept. */
  readonly openPlaces: number;
}

export type PoolMatch = Match | BackfillMatch;

/** A match that would be made; the hook may make it dearer or cheaper. */
export interface ProposedMatch {
  readonly tickets: readonly Ticket[];
  readonly regionId: string;
  /** In the points of `RuleSet.weights`. */
  readonly cost: number;
}

/** Code beside the rules. */
export interface MatchHooks {
  /**
   * Points to add to the cost of the best match found for a ticket in a region, negative ones to make it cheaper; `Infinity` forbids
   * it. Must depend on nothing but its argument: the pool does not ask again until the tickets around have changed.
   */
  adjustCost?(proposal: ProposedMatch): number;
}
