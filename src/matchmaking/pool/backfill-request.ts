import type { TicketPlayer } from './ticket.ts';

/** A player who is in the room already. */
export interface SeatedPlayer extends Pick<TicketPlayer, 'playerId' | 'rating' | 'avoids'> {
  /** What he plays; needed where the queue has roles. */
  readonly role?: string;
}

export interface BackfillTeam {
  readonly players: readonly SeatedPlayer[];
  /** Places to fill; with the players at most `RuleSet.teams.playersPerTeam`. */
  readonly openPlaces: number;
}

/** A running room that lacks players, waiting in the pool as tickets do. */
export interface BackfillRequest {
  readonly roomId: string;
  readonly regionId: string;
  /** As many as the rule set has. */
  readonly teams: readonly BackfillTeam[];
  /** Players who shall not come (back). Absent: none. */
  readonly left?: readonly string[];
  /** Wall clock, ms; kept when the room asks again for the places that are left. */
  readonly createdAtMs: number;
}
