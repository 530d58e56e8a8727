import { GameError } from '../errors/game-error.ts';
import type { JsonValue } from '../protocol/rest.ts';
import type { Clock } from '../shared/clock.ts';
import type { OperationOutcome, PlayerOperation, ProfileRef } from './contract.ts';
import { applyOperation, repeated } from './player-operation.ts';
import { addedStatistics } from './player-statistics.ts';
import { releaseLease, renewLease, requireLease, takeLease } from './profile-lease.ts';
import { newProfileRecord, type ProfileRecord, type ProfileSection } from './profile-record.ts';
import { type SectionWrite, withSoftSections, writeSection } from './profile-section.ts';
import type { ProfileStorage } from './profile-store.ts';
import type { ProfileWriter } from './profile-writer.ts';

/** Fields a write replaces; what is not given stays. */
export interface ProfileChange {
  readonly displayName?: string;
  readonly data?: Readonly<Record<string, JsonValue>>;
}

/** Under which conditions a write that replaces something happens. */
export interface WriteConditions {
  /** The revision the change was made on; null: over whatever is there. */
  readonly ifRevision: number | null;
  /** Token of the writer's lease. Without it, a profile that a room holds is not replaced. */
  readonly leaseToken?: string;
}

/**
 * Profiles: what may be done to them, over any store. Every call says where the profile lives, so that one shard is asked; one
 * that lives elsewhere by now is `PROFILE_MOVED`, with the region. Values arrive checked (service.ts).
 *
 * Every method may throw {GameError} `STORE_UNAVAILABLE`; a write may then have happened or not. Writes throw
 * `PROFILE_UNKNOWN` for a player who has none.
 */
export class ProfileRepository {
  readonly #storage: ProfileStorage;
  readonly #writer: ProfileWriter;
  readonly #clock: Clock;
  readonly #newToken: () => string;

  constructor(deps: {
    readonly storage: ProfileStorage;
    readonly writer: ProfileWriter;
    readonly clock: Clock;
    /** Makes tokens that nobody guesses or makes twice. */
    readonly newToken: () => string;
  }) {
    this.#storage = deps.storage;
    this.#writer = deps.writer;
    this.#clock = deps.clock;
    this.#newToken = deps.newToken;
  }

  /** @throws {GameError} `PROFILE_EXISTS`, whichever region has it */
  async create(player: ProfileRef & { readonly displayName: string }): Promise<ProfileRecord> {
    const { playerId, homeRegion } = player;
    const record = newProfileRecord(player, this.#clock.wallMs());
    // First the directory, which is what makes a player's id unique over all regions. A crash in between leaves an entry that
    // leads nowhere, and the same call finishes it.
    const there = await this.#storage.directory.add({
      ...{ playerId, homeRegion, movingTo: null, epoch: record.epoch },
    });
    const isElsewhere = there !== null && there.homeRegion !== homeRegion;
    if (isElsewhere || !(await this.#storage.profiles.insert(record))) {
      throw new GameError('PROFILE_EXISTS', { playerId });
    }
    return record;
  }

  async read(ref: ProfileRef): Promise<ProfileRecord | null> {
    return withoutErased(await this.#storage.profiles.read(ref));
  }

  /** For what is only shown: the nearest copy, which may be seconds old. */
  async readForDisplay(ref: ProfileRef): Promise<ProfileRecord | null> {
    return withoutErased(await this.#storage.profiles.readNearby(ref));
  }

  /** A player's profile, when only his id is known. Null: he has none. */
  find(playerId: string): Promise<ProfileRecord | null> {
    return this.#findBy(playerId, (ref) => this.#storage.profiles.read(ref));
  }

  /** The same for what is only shown. */
  findForDisplay(playerId: string): Promise<ProfileRecord | null> {
    return this.#findBy(playerId, (ref) => this.#storage.profiles.readNearby(ref));
  }

  async #findBy(
    playerId: string,
    read: (ref: ProfileRef) => Promise<ProfileRecord | null>,
  ): Promise<ProfileRecord | null> {
    // A move may come between the two questions: then it is where the directory says next.
    for (let looks = 0; looks < 3; looks += 1) {
      const location = await this.#storage.directory.locate(playerId);
      if (location === null) return null;
      for (const homeRegion of [location.homeRegion, location.movingTo]) {
        if (homeRegion === null) continue;
        const record = await read({ playerId, homeRegion });
        if (record !== null) return withoutErased(record);
      }
    }
    return null;
  }

  /** @throws {GameError} `REVISION_STALE`, `PROFILE_LEASED`, `PROFILE_LEASE_LOST` */
  async update(
    ref: ProfileRef,
    change: ProfileChange,
    { ifRevision, leaseToken = undefined }: WriteConditions,
  ): Promise<ProfileRecord> {
    const { record } = await this.#writer.change(ref, (current, nowMs) => {
      if (ifRevision !== null && current.revision !== ifRevision) {
        throw new GameError('REVISION_STALE', { ifRevision, revision: current.revision });
      }
      requireLease(current, leaseToken ?? null, nowMs);
      return { record: { ...current, ...change }, result: null };
    });
    return record;
  }

  /**
   * Adds to statistics; concurrent additions all count. Not idempotent: what may be repeated is an operation.
   *
   * @throws {GameError} `BAD_REQUEST` when the profile holds too many
   */
  async addStatistics(
    ref: ProfileRef,
    additions: Readonly<Record<string, number>>,
  ): Promise<ProfileRecord> {
    const { record } = await this.#writer.change(ref, (current) => ({
      record: { ...current, statistics: addedStatistics(current.statistics, additions) },
      result: null,
    }));
    return record;
  }

  /**
   * Changes what a player owns, once for each operation id, however often it is asked for: after `STORE_UNAVAILABLE` the same
   * call tells what has come of it. Rooms and services may do so while another room holds the profile.
   *
   * @param isNew - whether nobody can have asked for this id before: then the ledger need not be asked. Looked at with each try
   * @throws {GameError} `OPERATION_CONFLICT`, `BAD_REQUEST` beyond the limits
   */
  async operate(
    ref: ProfileRef,
    operation: PlayerOperation,
    isNew: () => boolean = () => false,
  ): Promise<{ readonly record: ProfileRecord; readonly outcome: OperationOutcome }> {
    let askedBelow = 0;
    for (;;) {
      const step = await this.#writer.change(ref, (current, nowMs) => {
        const clearedBelow = isNew() ? Number.POSITIVE_INFINITY : askedBelow;
        return applyOperation(current, operation, { nowMs, clearedBelow });
      });
      const { record, result } = step;
      if (result.kind !== 'look-up') return { record, outcome: result };
      // Asked after the profile was read: what has left it by then is in the ledger.
      for (const homeRegion of record.ledgerRegions) {
        const entry = await this.#storage.ledger.find(
          { ...ref, homeRegion },
          operation.operationId,
        );
        if (entry !== null) return { record, outcome: repeated(entry, operation) };
      }
      askedBelow = result.below;
    }
  }

  /** @throws {GameError} as `writeSection` (profile-section.ts), `PROFILE_LEASED`, `PROFILE_LEASE_LOST` */
  async writeSection(
    ref: ProfileRef,
    write: SectionWrite & { readonly leaseToken?: string },
  ): Promise<ProfileRecord> {
    const { record } = await this.#writer.change(ref, (current, nowMs) => {
      requireLease(current, write.leaseToken ?? null, nowMs);
      return { record: writeSection(current, write), result: null };
    });
    return record;
  }

  /**
   * Writes soft sections over whatever is there. One that the profile has no room for is left out.
   *
   * @param mayWrite - looked at with each try: whether nobody else writes them by now
   * @returns the names of those left out
   * @throws {GameError} `PROFILE_LEASED`, `PROFILE_LEASE_LOST` when it may not
   */
  async writeSoftSections(
    ref: ProfileRef,
    values: ReadonlyMap<string, ProfileSection['value']>,
    mayWrite: () => boolean,
  ): Promise<readonly string[]> {
    const { result } = await this.#writer.change(ref, (current, nowMs) => {
      if (!mayWrite()) throw new GameError('PROFILE_LEASE_LOST');
      requireLease(current, null, nowMs);
      return withSoftSections(current, values);
    });
    return result;
  }

  /**
   * Takes a player's profile into one room's hands.
   *
   * @returns the profile as it is then, and the token that proves it
   * @throws {GameError} `PROFILE_LEASED` while another holds it, `PROFILE_MOVING`
   */
  async takeLease(
    ref: ProfileRef,
    { holder, ttlMs }: { readonly holder: string; readonly ttlMs: number },
  ): Promise<{ readonly record: ProfileRecord; readonly token: string }> {
    const token = this.#newToken();
    const { record, result } = await this.#writer.change(ref, (current, nowMs) => {
      const { moving } = current;
      // A move whose time is over has died, or is late: without this mark it cannot go on.
      const hasDied = moving !== null && moving.untilMs <= nowMs;
      const free = hasDied ? { ...current, moving: null } : current;
      return { record: takeLease(free, { holder, token, ttlMs }, nowMs), result: { hasDied } };
    });
    if (result.hasDied) {
      const { playerId, homeRegion, epoch } = record;
      await this.#storage.directory.set({ playerId, homeRegion, movingTo: null, epoch });
    }
    return { record, token };
  }

  /** @throws {GameError} `PROFILE_LEASE_LOST` */
  async renewLease(
    ref: ProfileRef,
    lease: { readonly token: string; readonly ttlMs: number },
  ): Promise<ProfileRecord> {
    const { record } = await this.#writer.change(ref, (current, nowMs) => ({
      record: renewLease(current, lease, nowMs),
      result: null,
    }));
    return record;
  }

  /** Lets go. A lease that is another's by now stays his. */
  async releaseLease(ref: ProfileRef, token: string): Promise<ProfileRecord> {
    const { record } = await this.#writer.change(ref, (current) => ({
      record: releaseLease(current, token),
      result: null,
    }));
    // The end of a session is a good time to bring the ledger up to date; it would be in time later, too.
    await this.#storage.ledger.append(record, record.operations);
    return record;
  }
}

function withoutErased(record: ProfileRecord | null): ProfileRecord | null {
  return record?.isErasing === true ? null : record;
}
