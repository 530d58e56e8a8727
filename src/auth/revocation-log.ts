import type { Revocation } from './revocation.ts';

/**
 * The revocations of a region, until nobody needs them any more, and the way by which its nodes hear of new ones.
 *
 * What is in it when a node starts it reads; what comes then it hears.
 */
export interface RevocationLog {
  /**
   * Keeps it, and tells every node of the region. Once more does no harm.
   *
   * @param expiresAtMs - wall clock, ms
   * @throws when it cannot be kept or told; it may then have been
   */
  add(revocation: Revocation, expiresAtMs: number): Promise<void>;
  /** Keeps it for nodes that start later; the others know it already. @throws as `add` */
  keep(revocation: Revocation, expiresAtMs: number): Promise<void>;
  /** @param afterMs - those that expire later; wall clock, ms; now when absent @throws when it does not answer */
  unexpired(afterMs?: number): Promise<readonly Revocation[]>;
  /** Another node has added one. */
  onAdded(listener: (revocation: Revocation) => void): void;
  /** Some may have been missed; all that are unexpired are to be read anew. */
  onGap(listener: () => void): void;
}
