/** What became of one player who asked for a ticket. Times are of `performance.now()` of the load generator, ms. */
export interface Arrival {
  readonly playerId: string;
  /** When he should have asked: a generator that is late is no excuse for the server. */
  readonly dueAtMs: number;
  /** When he had his answer; null: he has none yet. */
  answeredAtMs: number | null;
  /** null: not answered yet. */
  answer: EntryAnswer | null;
  /** When his region said that he is matched, and where his seat is; null: not yet. */
  matchedAtMs: number | null;
  /** When he was in the room; null: not yet. */
  seatedAtMs: number | null;
  /** Why he did not get into it. */
  lostSeat: string | null;
}

export type EntryAnswer =
  | { readonly kind: 'entered' }
  /** With a code of ours. */
  | {
      readonly kind: 'refused';
      readonly status: number;
      readonly code: string;
      readonly hasRetryAfter: boolean;
    }
  /** Anything else: an answer without a code, a connection that broke, no answer in time. */
  | { readonly kind: 'failed'; readonly reason: string };

/** From asking to the answer, ms; null without one. */
export function entryMs({ dueAtMs, answeredAtMs }: Arrival): number | null {
  return answeredAtMs === null ? null : answeredAtMs - dueAtMs;
}

/** From asking to being in the room, ms; null for who is not. */
export function waitMs({ dueAtMs, seatedAtMs }: Arrival): number | null {
  return seatedAtMs === null ? null : seatedAtMs - dueAtMs;
}
