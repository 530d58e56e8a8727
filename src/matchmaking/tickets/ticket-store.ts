import type { Placement, TicketEnd, TicketRecord } from './ticket-record.ts';

/** What came of entering a ticket. */
export type Entered =
  | { readonly kind: 'entered' }
  /** One of its players waits, or is being matched, on another ticket: of any queue. */
  | { readonly kind: 'player-busy'; readonly playerId: string; readonly ticketId: string }
  | { readonly kind: 'queue-full'; readonly waiting: number };

/** For whom tickets are claimed, and until when (wall clock, ms). */
export interface Claim {
  readonly matchId: string;
  /** Where the match shall play. */
  readonly regionId: string;
  readonly untilMs: number;
}

/**
 * The tickets that entered matchmaking in this region. Each method is one atomic step; all but `enter` are safe to repeat.
 *
 * Everything rejects with {GameError} `DIRECTORY_UNAVAILABLE` while the region's Redis is away.
 */
export interface TicketStore {
  /** @param mostWaiting - tickets that may wait in its queue, claimed ones included */
  enter(record: TicketRecord, limits: { readonly mostWaiting: number }): Promise<Entered>;

  /** @returns null for a ticket that never was, or ended more than a minute ago */
  read(ticketId: string): Promise<TicketRecord | null>;

  /** The player's ticket: the one that waits, or the one that ended last, within a minute. */
  ofPlayer(playerId: string): Promise<TicketRecord | null>;

  /** Tickets of the queue that are searching or claimed, the oldest first. */
  waiting(queue: string): Promise<readonly TicketRecord[]>;

  /**
   * All of them or none.
   *
   * @returns ids that cannot be had (claimed for another match, matched, ended, unknown); empty: all are claimed. Those that this
   *   match has already are had
   */
  claim(claim: Claim, ticketIds: readonly string[]): Promise<readonly string[]>;

  /** Those that the match has claimed search on. @returns their ids */
  release(matchId: string, ticketIds: readonly string[]): Promise<readonly string[]>;

  /** Searches on for all of the queue whose claim was over by then. @returns their ids */
  releaseOverdue(queue: string, nowMs: number): Promise<readonly string[]>;

  /** Those that the match has claimed are matched. @returns ids of those that are, those that were already included */
  settle(placements: ReadonlyMap<string, Placement>): Promise<readonly string[]>;

  /**
   * Ends a ticket that searches.
   *
   * @returns `claimed`: it is being matched; `unknown`: it is not waiting (any more)
   */
  end(ticketId: string, end: TicketEnd): Promise<'ended' | 'claimed' | 'unknown'>;

  /** Whether nobody has reported the match before; remembered for a day. */
  isFirstReport(matchId: string): Promise<boolean>;

  /** After the region's Redis has lost its data: puts back what is not there and whose players are not busy with others. */
  restore(records: readonly TicketRecord[]): Promise<void>;

  /**
   * Whatever becomes of a ticket, on every node of the region: the record after each change, in the order of the changes of a ticket.
   * A connection that broke may have missed some (`onGap`).
   *
   * @returns stops listening
   */
  onChange(listener: (record: TicketRecord) => void): () => void;

  /** Changes may have been missed: ask again for what matters. @returns stops listening */
  onGap(listener: () => void): () => void;

  close(): Promise<void>;
}
