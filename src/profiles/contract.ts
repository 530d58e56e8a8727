import type { JsonValue } from '../protocol/rest.ts';

/** Where a profile is found: every store is asked with both, so that a question reaches one shard only. */
export interface ProfileRef {
  readonly playerId: string;
  /** Region that keeps the profile. */
  readonly homeRegion: string;
}

/** A player's durable data. */
export interface Profile {
  readonly playerId: string;
  /** Grows by one with each write, from 1. */
  readonly revision: number;
  readonly displayName: string;
  /** Written by the owner. */
  readonly data: Readonly<Record<string, JsonValue>>;
  /** Written by the server only. */
  readonly statistics: Readonly<Record<string, number>>;
  /** Wall clock, ms. */
  readonly createdAtMs: number;
  /** Wall clock, ms. */
  readonly updatedAtMs: number;
}

/** What rooms may do with profiles. */
export interface PlayerProfiles {
  /** @returns null when the player has no profile */
  read(playerId: string): Promise<Profile | null>;
  /**
   * Adds to statistics, in one durable write: `{ 'duel.wins': 1 }`. Concurrent additions from several rooms all count.
   *
   * @throws {GameError} `PROFILE_UNKNOWN`, `STORE_UNAVAILABLE`
   */
  addStatistics(playerId: string, additions: Readonly<Record<string, number>>): Promise<Profile>;
}

/** What sign-in needs of profiles: a row for every player that gets a token. */
export interface PlayerRegistry {
  /** @throws {GameError} `BAD_REQUEST` for a name that may not be, `PROFILE_EXISTS`, `STORE_UNAVAILABLE` */
  create(player: { readonly playerId: string; readonly displayName: string }): Promise<Profile>;
  /** @returns null when the player has no profile */
  read(playerId: string): Promise<Profile | null>;
}
