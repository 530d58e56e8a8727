import type { JsonValue } from '../../protocol/rest.ts';

// Where soft sections lie between the room that writes them and the store: the newest value of each, once.
//
//   put ──▶ [ann: settings, position] ── due after 1.5 s, or claimed at once by a flush ──▶ store ──▶ off the shelf, unless put anew
//
// A claim is one writer's alone, so that an older value never comes to the store after a newer one. It runs out when its
// holder dies; a holder who is late writes nothing any more (write-behind.ts).

export type SoftData = Readonly<Record<string, JsonValue>>;

export interface SoftValue {
  readonly playerId: string;
  readonly section: string;
  readonly value: SoftData;
}

/** A player's shelf in one writer's hands. */
export interface SoftClaim {
  readonly playerId: string;
  readonly token: string;
  readonly values: readonly {
    readonly section: string;
    /** Null: another build has put it, and nobody can read it. */
    readonly value: SoftData | null;
    /** Another one after each put. */
    readonly version: number;
  }[];
}

export interface SoftShelf {
  /**
   * Puts values over those that are there.
   *
   * @returns those that found no room
   * @throws {GameError} `STORE_UNAVAILABLE`, as every other method; then they may be there or not
   */
  put(values: readonly SoftValue[]): Promise<readonly SoftValue[]>;
  /** Players whose time has come, the longest due first. */
  due(most: number): Promise<readonly string[]>;
  /**
   * Claims a player's shelf for `CLAIM_MS`.
   *
   * @param isDue - false: whether he is due or not
   * @returns `claimed`: it is somebody else's now, or not due yet
   */
  claim(playerId: string, isDue: boolean): Promise<SoftClaim | 'empty' | 'claimed'>;
  /** Ends a claim; what was written is off the shelf, unless it was put anew. Nothing, when it has run out. */
  settle(claim: SoftClaim): Promise<void>;
  /** Ends a claim of which nothing was written; it is due again after `afterMs`. */
  release(claim: SoftClaim, afterMs: number): Promise<void>;
  /** @returns null when nothing is there */
  read(playerId: string, section: string): Promise<SoftData | null>;
}

/** How long a value may lie there before it is written, ms. Longer: fewer writes, more to lose where the shelf is in memory. */
export const SOFT_DELAY_MS = 1_500;
/** A claim ends by itself after that, ms: longer than any write that succeeds takes. */
export const CLAIM_MS = 15_000;
