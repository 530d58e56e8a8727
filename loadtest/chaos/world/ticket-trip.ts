// What a player knows of one ticket, from the answer of 201 to its end, and what the region's Redis says of the same ticket.

/** How a ticket ended for its player. */
export type TripEnd =
  | { readonly kind: 'matched'; readonly matchId: string; readonly regionId: string }
  | { readonly kind: 'expired' }
  | { readonly kind: 'cancelled'; readonly by: string }
  /** The SDK gave it up: the server knows it no more, or does not let the player in. */
  | { readonly kind: 'lost'; readonly code: string };

/** What became of the seat of a matched ticket. */
export type SeatTaking =
  | { readonly kind: 'taken'; readonly roomId: string }
  | { readonly kind: 'failed'; readonly code: string };

/** One ticket as its player saw it. Moments are of the machine's clock. */
export interface TicketTrip {
  /** Number of the trip, over all players. */
  readonly trip: number;
  readonly playerId: string;
  readonly home: string;
  readonly enteredAtMs: number;
  /** The first is the one that was entered; more: the SDK entered the player again, for the region had forgotten him. */
  ticketIds: readonly string[];
  /** When the newest of them was entered. */
  newestAtMs: number;
  /** Null: it waits still. */
  end: (TripEnd & { readonly atMs: number }) | null;
  /** Null: not matched, or under way. */
  seat: (SeatTaking & { readonly atMs: number }) | null;
}

/** A player who wanted to enter and was told no, or nothing. */
export interface Refusal {
  readonly home: string;
  readonly code: string;
  readonly atMs: number;
}

/** What the region of a ticket published of it. */
export interface TicketHistory {
  readonly ticketId: string;
  readonly regionId: string;
  readonly playerIds: readonly string[];
  /** Matches that had it claimed, in this region or another. */
  readonly claimedBy: ReadonlySet<string>;
  /** Matches it was settled in, with where they play: more than one is one too many. */
  readonly matchedIn: ReadonlyMap<string, string>;
}
