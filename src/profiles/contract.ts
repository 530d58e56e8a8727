import type { JsonValue, ProfilePatchRequest } from '../protocol/rest.ts';

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
  /** Unique over all regions; null: none. */
  readonly username: string | null;
  /** Whole numbers >= 0 by currency; changed by operations only. */
  readonly wallet: Readonly<Record<string, number>>;
  /** Whole numbers >= 1 by item; changed by operations only. */
  readonly inventory: Readonly<Record<string, number>>;
  /** Wall clock, ms. */
  readonly createdAtMs: number;
  /** Wall clock, ms. */
  readonly updatedAtMs: number;
}

/** An operation that was applied: one row of the ledger. The same wherever it is read, for ever. */
export interface LedgerEntry {
  readonly playerId: string;
  /** Chosen by the caller, unique for the player. */
  readonly operationId: string;
  /** 1 for a player's first operation, without holes: what is missing shows. */
  readonly sequence: number;
  readonly reason: string;
  /** What was added; negative: taken. */
  readonly currencies: Readonly<Record<string, number>>;
  readonly items: Readonly<Record<string, number>>;
  readonly statistics: Readonly<Record<string, number>>;
  /** What the player had of the same currencies and items right after it. */
  readonly after: {
    readonly currencies: Readonly<Record<string, number>>;
    readonly items: Readonly<Record<string, number>>;
  };
  /** Wall clock, ms. */
  readonly atMs: number;
}

/** A change of what a player owns. Amounts are whole numbers; negative: taken away. */
export interface PlayerOperation {
  /** Unique for the player, chosen by the caller: a purchase, a match and its player, a request. */
  readonly operationId: string;
  /** Why, for the ledger. */
  readonly reason: string;
  readonly currencies?: Readonly<Record<string, number>>;
  readonly items?: Readonly<Record<string, number>>;
  /** Added as by `addStatistics`, but once. */
  readonly statistics?: Readonly<Record<string, number>>;
}

/** What became of an operation. */
export type OperationOutcome =
  | { readonly kind: 'applied'; readonly entry: LedgerEntry }
  /** It had been applied before; nothing has changed now. */
  | { readonly kind: 'repeated'; readonly entry: LedgerEntry }
  /**
   * The store is away. It only adds, so nothing can refuse it: it waits in a durable queue of the region, and is applied when
   * the store is back. Asked again later, the answer is `repeated`.
   */
  | { readonly kind: 'deferred' }
  /** The player has less than it takes; nothing has changed. */
  | {
      readonly kind: 'refused';
      readonly reason: 'insufficient';
      readonly name: string;
      readonly has: number;
      readonly needs: number;
    };

/** Data of which only the newest counts: settings, a position. What must not be lost or overwritten is an operation, or a patch. */
export interface SoftWrite {
  /** A section of the profile: a letter, then letters, digits, `_` and `-`; at most 32. Nobody else should write it. */
  readonly section: string;
  /** Replaces what is there; bounds as of `data`. */
  readonly value: Readonly<Record<string, JsonValue>>;
}

/** Everything that is kept of a player. */
export interface PlayerExport {
  readonly profile: Readonly<Record<string, unknown>>;
  /** All operations, the oldest first. */
  readonly ledger: readonly LedgerEntry[];
}

/** What rooms may do with profiles. */
export interface PlayerProfiles {
  /** @returns null when the player has no profile */
  read(playerId: string): Promise<Profile | null>;
  /**
   * Adds to statistics, in one durable write: `{ 'duel.wins': 1 }`. Concurrent additions from several rooms all count.
   *
   * @returns null while the store is away: they wait in a durable queue of the region, and will count
   * @throws {GameError} `PROFILE_UNKNOWN`; `STORE_UNAVAILABLE`, `SERVICE_UNAVAILABLE`: they may count all the same, so who must not count twice
   *   uses `operate`
   */
  addStatistics(
    playerId: string,
    additions: Readonly<Record<string, number>>,
  ): Promise<Profile | null>;
  /**
   * Changes what a player owns, in one durable write, once for each operation id: after a failure, ask again with the same one.
   * What only adds (amounts of 0 and more; any statistics) may be `deferred`; what takes away is done now, or fails.
   *
   * @throws {GameError} `PROFILE_UNKNOWN`, `OPERATION_CONFLICT` when the id stands for another operation, `BAD_REQUEST`,
   *   `STORE_UNAVAILABLE`
   */
  operate(playerId: string, operation: PlayerOperation): Promise<OperationOutcome>;
  /**
   * Writes a section within 1.5 s, as often as a room likes: of what comes until then the newest counts. Nothing waits for it.
   * With Redis and MongoDB it survives the node from about 50 ms on (250 ms when the profile service runs elsewhere); otherwise a node that is
   * killed loses those 1.5 s.
   *
   * @throws {GameError} `BAD_REQUEST`
   */
  writeSoon(playerId: string, soft: SoftWrite): void;
  /**
   * Writes now what waits of a player. Rooms do so by themselves when he leaves.
   *
   * @throws {GameError} `STORE_UNAVAILABLE`, `PROFILE_LEASED`; then it is tried again later
   */
  flush(playerId: string): Promise<void>;
  /** The newest value of a section, also of one that waits. @returns null when there is none */
  readSection(playerId: string, section: string): Promise<SoftWrite['value'] | null>;
}

/** What sign-in needs of profiles: a row for every player that gets a token. */
export interface PlayerRegistry {
  /** @throws {GameError} `BAD_REQUEST` for a name that may not be, `PROFILE_EXISTS`, `STORE_UNAVAILABLE` */
  create(player: { readonly playerId: string; readonly displayName: string }): Promise<Profile>;
  /** @returns null when the player has no profile */
  read(playerId: string): Promise<Profile | null>;
}

/** Profiles as a node uses them, whether they are of this process or of a service elsewhere. */
export interface Profiles extends PlayerProfiles, PlayerRegistry {
  /** @returns null when the player has no profile */
  read(playerId: string): Promise<Profile | null>;
  /**
   * Applies what the owner sent: `data` merged key by key, null removes.
   *
   * @throws {GameError} `PROFILE_UNKNOWN`, `REVISION_STALE`, `PROFILE_LEASED`, `BAD_REQUEST` when the merged data is over the
   *   limits
   */
  patch(playerId: string, patch: ProfilePatchRequest): Promise<Profile>;
  /** What is shown of a player to others; may be seconds old. Null: he has no profile. */
  readForDisplay(playerId: string): Promise<Profile | null>;
  /**
   * Gives the player a name that nobody else has in any region; the one he had is free.
   *
   * @throws {GameError} `PROFILE_UNKNOWN`, `USERNAME_TAKEN`, `BAD_REQUEST`
   */
  takeUsername(playerId: string, username: string): Promise<Profile>;
  /** The player who has a username; null: nobody. */
  findByUsername(username: string): Promise<string | null>;
  /** Everything that is kept of a player, as JSON values. @throws {GameError} `PROFILE_UNKNOWN` */
  exportPlayer(playerId: string): Promise<PlayerExport>;
  /** Deletes all of it, for ever. @throws {GameError} `PROFILE_UNKNOWN` */
  erasePlayer(playerId: string): Promise<void>;
  /** Resolves when the store answers; for readiness. */
  ping(): Promise<void>;
}
