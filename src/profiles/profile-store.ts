import type { LedgerEntry, ProfileRef } from './contract.ts';
import type { ProfileRecord } from './profile-record.ts';

// Where profiles are kept, as five small ports that SQLite and MongoDB implement. They know how to find and to compare,
// nothing of what a profile means: that is decided by pure functions, and the repository (profile-repository.ts) joins both.
//
//   profiles    one document a player            shard key { homeRegion, playerId hashed }
//   ledger      operations past the newest few   shard key { homeRegion, playerId hashed }
//   directory   player → home region             shard key { playerId hashed }
//   usernames   name → player, unique everywhere shard key { name hashed }
//   intents     work that a crash may interrupt  shard key { homeRegion, intentId hashed }
//
// A promise that resolved is durable. Every method may throw {GameError} `STORE_UNAVAILABLE`; a write may then have happened
// or not. Stores do not own their connection: who opened it closes it.

export interface ProfileStore {
  /** @returns false when the region has a profile of this player */
  insert(record: ProfileRecord): Promise<boolean>;
  /** The newest that is durable. */
  read(ref: ProfileRef): Promise<ProfileRecord | null>;
  /** For display only: from the nearest copy, which may be seconds old. */
  readNearby(ref: ProfileRef): Promise<ProfileRecord | null>;
  /**
   * The newest that was written from here, durably, as far as that is remembered. Others may have written since: it is for who replaces
   * it, and learns by that whether they have.
   */
  lastWritten(ref: ProfileRef): ProfileRecord | null;
  /**
   * Writes `after` over `before`, if that is still what is there: same region, same revision. A new `homeRegion` moves it.
   *
   * @returns false when it is not
   */
  replace(before: ProfileRecord, after: ProfileRecord): Promise<boolean>;
  /** Deletes it under the same condition. */
  remove(record: ProfileRecord): Promise<boolean>;
  /** A profile and the ledger of all its regions, none older than the profile. */
  readWhole(
    ref: ProfileRef,
  ): Promise<{ readonly record: ProfileRecord; readonly ledger: readonly LedgerEntry[] } | null>;
  /** Resolves when the store answers; for readiness. */
  ping(): Promise<void>;
}

export interface LedgerStore {
  /** Adds rows of one player in one region; those that are there already stay as they are. */
  append(ref: ProfileRef, entries: readonly LedgerEntry[]): Promise<void>;
  find(ref: ProfileRef, operationId: string): Promise<LedgerEntry | null>;
  /** Deletes a player's rows in one region. */
  erase(ref: ProfileRef): Promise<void>;
}

/** Where a player's profile is. */
export interface PlayerLocation extends ProfileRef {
  /** Where else it may be by now: the target of a move under way. */
  readonly movingTo: string | null;
  /** Of the home region; an older one never replaces a newer one. */
  readonly epoch: number;
}

export interface PlayerDirectory {
  locate(playerId: string): Promise<PlayerLocation | null>;
  /** @returns null when it was added, otherwise what is there */
  add(location: PlayerLocation): Promise<PlayerLocation | null>;
  /** Sets it, unless what is there has a higher epoch. */
  set(location: PlayerLocation): Promise<void>;
  remove(playerId: string): Promise<void>;
}

/**
 * Who has a username.
 *
 *   in-doubt ──the profile has it──▶ active        a claim that a crash interrupted stays in doubt, and is the player's
 *      └────its time is over────▶ settling ──▶ active, or free        until somebody settles it (username-registry.ts)
 */
export interface UsernameEntry {
  /** Normalised. */
  readonly name: string;
  readonly playerId: string;
  readonly state: 'in-doubt' | 'settling' | 'active';
  /** Another one after each change: the entry is replaced only by who has read it. */
  readonly token: string;
  /** Until when it is left to who has put it in doubt. Wall clock, ms. */
  readonly untilMs: number;
}

export interface UsernameStore {
  read(name: string): Promise<UsernameEntry | null>;
  /** @returns null when it was added, otherwise what is there */
  add(entry: UsernameEntry): Promise<UsernameEntry | null>;
  /**
   * @param after - null deletes it
   * @returns false when `before` is not what is there
   */
  replace(before: UsernameEntry, after: UsernameEntry | null): Promise<boolean>;
}

/** Work of several writes, written down before the first of them: whoever finds it past its time finishes it. */
export type Intent = {
  readonly intentId: string;
  readonly playerId: string;
  /** Region whose nodes look after it. */
  readonly homeRegion: string;
  /** Until when it is left to who has begun it. Wall clock, ms. */
  readonly untilMs: number;
} & (
  | { readonly kind: 'username'; readonly name: string }
  | { readonly kind: 'move'; readonly to: string }
  | { readonly kind: 'erasure'; readonly ledgerRegions: readonly string[] }
);

export interface IntentStore {
  add(intent: Intent): Promise<void>;
  remove(intent: Pick<Intent, 'intentId' | 'homeRegion'>): Promise<void>;
  /** Those of a region whose time is over, the oldest first. */
  due(homeRegion: string, nowMs: number, limit: number): Promise<readonly Intent[]>;
}

/** All of them over one database. */
export interface ProfileStorage {
  readonly profiles: ProfileStore;
  readonly ledger: LedgerStore;
  readonly directory: PlayerDirectory;
  readonly usernames: UsernameStore;
  readonly intents: IntentStore;
}
