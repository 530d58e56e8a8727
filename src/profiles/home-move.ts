import { GameError } from '../errors/game-error.ts';
import type { ProfileRef } from './contract.ts';
import { isHeld } from './profile-lease.ts';
import type { ProfileMoving, ProfileRecord } from './profile-record.ts';
import type { SagaDeps } from './profile-sagas.ts';
import type { Intent } from './profile-store.ts';

// A player's home region changes. Every step may be the last of its process; each can be done again.
//
//   intent              "p goes from a to b"                    found by the sweeper of a
//   profile.moving    = { to b, token }                         no room takes the profile from here on
//   directory[p]      : in a, moving to b                       who does not find it in a looks in b
//   profile           : region a → b, epoch + 1, if moving is still this one   ◀── this line decides, as one write
//   directory[p]      : in b, of the new epoch; an older epoch never replaces it
//   profile.moving    = null, intent gone
//
// Writes go on all the while: they are writes over a revision, so they come before the deciding line or find the profile moved.
// Rows of the ledger stay where they were written; the profile knows in which regions it has some.

/** How long a move may take before others look after it, ms. */
const MOVE_TTL_MS = 30_000;

type MoveIntent = Extract<Intent, { kind: 'move' }>;

export class HomeMove {
  readonly #deps: SagaDeps;

  constructor(deps: SagaDeps) {
    this.#deps = deps;
  }

  /**
   * Moves a profile to another home region.
   *
   * @returns the profile where it is then
   * @throws {GameError} `PROFILE_LEASED` while a room holds it, `PROFILE_MOVING` while it is moving, `PROFILE_UNKNOWN`,
   *   `PROFILE_MOVED`; `STORE_UNAVAILABLE`: then it is going on or not, and others finish or forget it
   */
  async move(ref: ProfileRef, to: string): Promise<ProfileRecord> {
    const { storage, writer, clock, newToken } = this.#deps;
    const token = newToken();
    const untilMs = clock.wallMs() + MOVE_TTL_MS;
    const intent: MoveIntent = { ...ref, kind: 'move', intentId: token, untilMs, to };
    await storage.intents.add(intent);
    const moving: ProfileMoving = { to, token, untilMs };
    try {
      const { record, result } = await writer.change(ref, (current, nowMs) =>
        current.homeRegion === to
          ? { record: current, result: 'is-there' }
          : { record: withMoving(current, moving, nowMs), result: 'begun' },
      );
      if (result === 'is-there') {
        await storage.intents.remove(intent);
        return record;
      }
    } catch (error) {
      // An answer, so nothing has begun; without one the intent stays.
      if (error instanceof GameError && error.code !== 'STORE_UNAVAILABLE') {
        await storage.intents.remove(intent);
      }
      throw error;
    }
    return await this.#finish(intent);
  }

  /** Finishes a move that was interrupted, or forgets one that never began; for the sweeper. */
  async resume(intent: MoveIntent): Promise<void> {
    const { storage } = this.#deps;
    const { playerId, homeRegion, to } = intent;
    for (const region of [homeRegion, to]) {
      const record = await storage.profiles.read({ playerId, homeRegion: region });
      if (record?.moving?.token === intent.intentId) {
        await this.#finish(intent);
        return;
      }
      if (record !== null) await this.#tellDirectory(record);
    }
    await storage.intents.remove(intent);
  }

  async #finish(intent: MoveIntent): Promise<ProfileRecord> {
    const { storage, writer } = this.#deps;
    const { playerId, homeRegion, to, intentId } = intent;
    const isThis = (it: ProfileRecord) => it.moving?.token === intentId;
    const here = await storage.profiles.read({ playerId, homeRegion });
    if (here !== null && isThis(here)) {
      const { epoch } = here;
      await storage.directory.set({ playerId, homeRegion, movingTo: to, epoch });
      const { result } = await writer.change({ playerId, homeRegion }, (it) =>
        isThis(it) ? { record: movedRecord(it, to), result: true } : { record: it, result: false },
      );
      if (!result) throw new GameError('STORE_UNAVAILABLE', { reason: 'move-given-up' });
    }
    const { record } = await writer.change({ playerId, homeRegion: to }, (there) => ({
      record: there,
      result: null,
    }));
    await this.#tellDirectory(record);
    const { record: settled } = await writer.change({ playerId, homeRegion: to }, (there) => ({
      record: isThis(there) ? { ...there, moving: null } : there,
      result: null,
    }));
    await storage.intents.remove(intent);
    return settled;
  }

  async #tellDirectory({ playerId, homeRegion, epoch }: ProfileRecord): Promise<void> {
    await this.#deps.storage.directory.set({ playerId, homeRegion, movingTo: null, epoch });
  }
}

/** @throws {GameError} `PROFILE_LEASED`, `PROFILE_MOVING` */
function withMoving(record: ProfileRecord, moving: ProfileMoving, nowMs: number): ProfileRecord {
  if (nowMs >= moving.untilMs)
    throw new GameError('STORE_UNAVAILABLE', { reason: 'move-given-up' });
  if (isHeld(record.lease, nowMs)) {
    throw new GameError('PROFILE_LEASED', { holder: record.lease.holder });
  }
  if (record.moving !== null && record.moving.untilMs > nowMs) {
    throw new GameError('PROFILE_MOVING', { to: record.moving.to });
  }
  return { ...record, lease: null, moving };
}

function movedRecord(record: ProfileRecord, to: string): ProfileRecord {
  const ledgerRegions = record.ledgerRegions.includes(to)
    ? record.ledgerRegions
    : [...record.ledgerRegions, to];
  return { ...record, homeRegion: to, epoch: record.epoch + 1, ledgerRegions };
}
