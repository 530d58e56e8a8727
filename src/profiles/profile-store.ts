import type { JsonValue } from '../protocol/rest.ts';
import type { Profile } from './contract.ts';

/** Fields a write replaces; what is not given stays. */
export interface ProfileChange {
  readonly displayName?: string;
  readonly data?: Readonly<Record<string, JsonValue>>;
}

/**
 * Where profiles are kept. A promise that resolved is durable; nobody overwrites what he has not seen.
 *
 * Values arrive checked (service.ts). Stores do not own their connection: who opened it closes it.
 * Every method may throw {GameError} `STORE_UNAVAILABLE`; a write may then have happened or not.
 */
export interface ProfileStore {
  /** @throws {GameError} `PROFILE_EXISTS` */
  create(player: { readonly playerId: string; readonly displayName: string }): Promise<Profile>;
  read(playerId: string): Promise<Profile | null>;
  /**
   * Writes only if the profile still has revision `ifRevision`: of several writers with the same one, one wins.
   *
   * @throws {GameError} `PROFILE_UNKNOWN`, `REVISION_STALE`
   */
  update(playerId: string, ifRevision: number, change: ProfileChange): Promise<Profile>;
  /**
   * Adds to statistics without a read before, so concurrent additions all count. A sum is kept within
   * ±`Number.MAX_SAFE_INTEGER`.
   *
   * @throws {GameError} `PROFILE_UNKNOWN`, `BAD_REQUEST` when the profile holds too many statistics
   */
  addStatistics(playerId: string, additions: Readonly<Record<string, number>>): Promise<Profile>;
  /** Resolves when the store answers; for readiness. */
  ping(): Promise<void>;
}
