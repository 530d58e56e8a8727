import type { Evidence } from '../evidence/evidence.ts';
import type { Refusal, TicketHistory, TicketTrip } from './ticket-trip.ts';
import type { Testimony } from './witness.ts';

/** A time in which something was wrong with the world, and with whom. Moments are of the machine's clock. */
export interface Trouble {
  readonly what: string;
  readonly fromMs: number;
  /** Null: until the end of the run. */
  toMs: number | null;
  /** Regions that nobody reaches meanwhile; their players and rooms cannot be expected to notice nothing. */
  readonly lostRegionIds: readonly string[];
}

/** Everything that a run over five regions has seen. */
export interface WorldEvidence {
  readonly trips: readonly TicketTrip[];
  readonly refusals: readonly Refusal[];
  readonly histories: readonly TicketHistory[];
  readonly testimony: Testimony;
  readonly troubles: readonly Trouble[];
  /** When tickets began and ceased to be entered. */
  readonly enteringMs: { readonly from: number; readonly to: number };
  /** How long the ways between places stood still at worst, for this process had no core to carry them, ms. */
  readonly waysStoodStillMs: number;
  /** Of the rooms that were filled with bots; null: there were none. */
  readonly rooms: Evidence | null;
}
