import type { DeferredWrite } from './deferred-write.ts';

// Writes that wait until the store is back, in a queue that outlives the process that put them there.
//
//   service ── put ──▶ queue of the region ── apply, by any node that has the service ──▶ store
//                           │ the store is away: stays, tried again        │ once, by its operation id
//                           └ refused for good: kept apart, for people     ▼
//
// The order is not kept: additions commute.

/** What has become of a write when it was tried. */
export type AppliedWrite =
  | 'applied'
  /** It had been applied before: by a try that did not hear the answer. */
  | 'repeated'
  /** There is no such player (any more). */
  | 'gone';

export interface DeferredWrites {
  /**
   * Keeps a write until it is applied; the same one twice is one.
   *
   * @returns `waits`; `ended` when it was there and is applied by now, or was refused: the store knows
   * @throws {GameError} `STORE_UNAVAILABLE` when it is not kept, or nobody knows whether it is; `OPERATION_CONFLICT` when
   *   another one waits under its id
   */
  put(write: DeferredWrite): Promise<'waits' | 'ended'>;
  /**
   * Applies what waits, from now on.
   *
   * @param apply - rejects with a {GameError} that may not be retried for what will never be taken; for the rest it is called again
   */
  start(apply: (write: DeferredWrite) => Promise<AppliedWrite>): void;
  /** The store is away: tries nothing. */
  pause(): void;
  /** The store is back: tries everything, at once. */
  resume(): void;
}
