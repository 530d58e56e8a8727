import { GameError } from '../errors/game-error.ts';
import type { Clock } from '../shared/clock.ts';
import { untilDecided } from '../storage/until-decided.ts';
import type { LedgerEntry, ProfileRef } from './contract.ts';
import type { ProfileRecord } from './profile-record.ts';
import type { ProfileStorage } from './profile-store.ts';

// Every change of a profile: read, decide, write if nobody was faster; otherwise again.
//
//   c1 c2 c3 │ c4 c5        (arrive while the first of them are under way; one player)
//   read ─ c1 c2 c3 ─ write if revision is still r ─▶ answers │ read ─ c4 c5 ─ write …
//                         └── somebody else wrote: read, and decide all of them anew
//
// The look is spared where this process remembers what it wrote last: that is decided on, and the write finds out whether it is still
// what is there. If not, or if nothing is to be written, the store is asked after all.
//
// Changes of one player that wait together are written together, so a hot profile costs no more than its round trips, and nodes
// do not race themselves. A change that throws takes no part and hears why; its neighbours are written.

/** What a change makes of a profile. The same record object: nothing to write. */
export interface Decision<Result> {
  readonly record: ProfileRecord;
  readonly result: Result;
}

/** Decides purely: it may be asked several times, on newer records. Its `revision` and `updatedAtMs` are set by the writer. */
export type Change<Result> = (record: ProfileRecord, nowMs: number) => Decision<Result>;

/**
 * Changes in one write. Half of what leaves a profile's operations at once, or less: what leaves was in the profile before this
 * write, so it is durable when it is appended to the ledger.
 */
const MOST_TOGETHER = 16;

interface Waiting {
  readonly decide: Change<unknown>;
  readonly resolve: (written: Decision<unknown>) => void;
  readonly reject: (error: unknown) => void;
}

/** How each change is told its outcome. */
type Settle = readonly (() => void)[];

export class ProfileWriter {
  readonly #storage: ProfileStorage;
  readonly #clock: Clock;
  /** Changes that wait, by profile; a profile is here while a write of it is under way. */
  readonly #waiting = new Map<string, Waiting[]>();

  constructor(deps: { readonly storage: ProfileStorage; readonly clock: Clock }) {
    this.#storage = deps.storage;
    this.#clock = deps.clock;
  }

  /**
   * Applies a change, durably.
   *
   * @returns the record as it was after this change, and what the change returned
   * @throws {GameError} `PROFILE_UNKNOWN`; `PROFILE_MOVED` with `homeRegion`; `STORE_UNAVAILABLE`, then it may have happened; what
   *   the change throws
   */
  change<Result>(ref: ProfileRef, decide: Change<Result>): Promise<Decision<Result>> {
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        decide,
        resolve: resolve as (written: Decision<unknown>) => void,
        reject,
      };
      const key = `${ref.homeRegion}/${ref.playerId}`;
      const queue = this.#waiting.get(key);
      if (queue) {
        queue.push(waiting);
        return;
      }
      const started = [waiting];
      this.#waiting.set(key, started);
      void this.#work(ref, key, started);
    });
  }

  /** Never rejects: what fails is told to those who wait. */
  async #work(ref: ProfileRef, key: string, queue: Waiting[]): Promise<void> {
    while (queue.length > 0) {
      const together = queue.splice(0, MOST_TOGETHER);
      try {
        const settle = await this.#write(ref, together);
        for (const tell of settle) tell();
      } catch (error) {
        for (const { reject } of together) reject(error);
      }
    }
    this.#waiting.delete(key);
  }

  /** @returns how each change is told its outcome */
  async #write(ref: ProfileRef, together: readonly Waiting[]): Promise<Settle> {
    return (
      (await this.#writeOverKnown(ref, together)) ??
      (await untilDecided(async () => {
        const before = await this.#storage.profiles.read(ref);
        if (before === null) throw await this.#missing(ref);
        // No more than unknown to everybody, its sagas excepted, which do not come here.
        if (before.isErasing) throw profileUnknown(ref.playerId);
        const { after, settle } = this.#decideAll(before, together);
        if (after === before) return settle;
        await this.#storage.ledger.append(before, leavingOperations(before, after));
        return (await this.#storage.profiles.replace(before, after)) ? settle : null;
      }))
    );
  }

  /** @returns null: the store must be asked */
  async #writeOverKnown(ref: ProfileRef, together: readonly Waiting[]): Promise<Settle | null> {
    const { profiles } = this.#storage;
    const known = profiles.lastWritten(ref);
    if (known === null || known.isErasing) return null;
    const { after, settle } = this.#decideAll(known, together);
    // Without a write nothing tells whether what is known is still so. Rows of the ledger go before it: they could be of a player who
    // was erased long since (player-erasure.ts).
    if (after === known || leavingOperations(known, after).length > 0) return null;
    return (await profiles.replace(known, after)) ? settle : null;
  }

  #decideAll(
    before: ProfileRecord,
    together: readonly Waiting[],
  ): { readonly after: ProfileRecord; readonly settle: Settle } {
    const nowMs = this.#clock.wallMs();
    let after = before;
    const settle = together.map(({ decide, resolve, reject }) => {
      try {
        const { record, result } = decide(after, nowMs);
        if (record !== after) {
          after = { ...record, revision: after.revision + 1, updatedAtMs: nowMs };
        }
        const written = { record: after, result };
        return () => resolve(written);
      } catch (error) {
        return () => reject(error);
      }
    });
    return { after, settle };
  }

  async #missing(ref: ProfileRef): Promise<GameError> {
    const location = await this.#storage.directory.locate(ref.playerId);
    const elsewhere = [location?.homeRegion, location?.movingTo].find(
      (region) => region !== undefined && region !== null && region !== ref.homeRegion,
    );
    return elsewhere === undefined
      ? profileUnknown(ref.playerId)
      : new GameError('PROFILE_MOVED', { playerId: ref.playerId, homeRegion: elsewhere });
  }
}

export function profileUnknown(playerId: string): GameError {
  return new GameError('PROFILE_UNKNOWN', { playerId });
}

/** Operations that the profile carries before a write and not after it. */
function leavingOperations(before: ProfileRecord, after: ProfileRecord): readonly LedgerEntry[] {
  if (before.operations === after.operations) return [];
  const oldestKept = after.operationCount - after.operations.length + 1;
  return before.operations.filter(({ sequence }) => sequence < oldestKept);
}
