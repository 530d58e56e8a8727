import { GameError } from '../errors/game-error.ts';
import type { LedgerEntry, PlayerExport, ProfileRef } from './contract.ts';
import type { SagaDeps } from './profile-sagas.ts';
import type { Intent } from './profile-store.ts';

// A player's data is handed out, or deleted. Deleting begins in the profile, so that nothing new is written, and ends with it:
//
//   intent ─▶ profile.isErasing (unknown to everybody from here on) ─▶ ledger of all regions ─▶ username ─▶ directory ─▶ profile
//
// The intent stays until its time is over. Then the sweeper does the same once more: a writer that stood still since before the
// first line may have appended to the ledger meanwhile, and can no longer.

/** Longer than any writer stands still between reading a profile and appending to its ledger, ms. */
const ERASURE_TTL_MS = 60_000;

export class PlayerErasure {
  readonly #deps: SagaDeps;

  constructor(deps: SagaDeps) {
    this.#deps = deps;
  }

  /** @returns null when the player is unknown in this region */
  async export(ref: ProfileRef): Promise<PlayerExport | null> {
    const whole = await this.#deps.storage.profiles.readWhole(ref);
    if (whole === null || whole.record.isErasing) return null;
    const { operations, lease: _, moving: __, claim: ___, ...profile } = whole.record;
    return { profile: { ...profile }, ledger: wholeLedger(whole.ledger, operations) };
  }

  /**
   * Deletes a player. When it resolves, nothing of him is left, or findable; it cannot be undone.
   *
   * @throws {GameError} `PROFILE_UNKNOWN`, `PROFILE_MOVED`; `STORE_UNAVAILABLE`: then others finish it if it has begun
   */
  async erase(ref: ProfileRef): Promise<void> {
    const { storage, clock, newToken } = this.#deps;
    const { playerId, homeRegion } = ref;
    const known = await storage.profiles.read(ref);
    const intent: Extract<Intent, { kind: 'erasure' }> = {
      ...{ kind: 'erasure', intentId: newToken(), playerId, homeRegion },
      untilMs: clock.wallMs() + ERASURE_TTL_MS,
      ledgerRegions: known?.ledgerRegions ?? [homeRegion],
    };
    if (known !== null) await storage.intents.add(intent);
    if (known?.isErasing !== true) await this.#begin(ref, intent);
    await this.#eraseAll(intent);
  }

  /** The last pass, or the rest of one that was interrupted; for the sweeper. */
  async resume(intent: Extract<Intent, { kind: 'erasure' }>): Promise<void> {
    const { storage } = this.#deps;
    const record = await storage.profiles.read(intent);
    // The directory forgets a player before the profile goes. One it knows has moved, and whoever deletes him there says so there;
    // one whose profile is whole was never begun with.
    const isGone = record === null && (await storage.directory.locate(intent.playerId)) === null;
    if (isGone || record?.isErasing === true) await this.#eraseAll(intent);
    await storage.intents.remove(intent);
  }

  /** From here on the player is unknown. */
  async #begin(ref: ProfileRef, intent: Intent): Promise<void> {
    const { storage, writer } = this.#deps;
    try {
      await writer.change(ref, (record) => ({
        record: { ...record, isErasing: true, lease: null, moving: null, claim: null },
        result: null,
      }));
    } catch (error) {
      // An answer, such as that he has moved: nothing has begun here.
      const isAnswer = error instanceof GameError && error.code !== 'STORE_UNAVAILABLE';
      if (isAnswer) await storage.intents.remove(intent);
      throw error;
    }
  }

  async #eraseAll(intent: Extract<Intent, { kind: 'erasure' }>): Promise<void> {
    const { storage } = this.#deps;
    const { playerId } = intent;
    const record = await storage.profiles.read(intent);
    const regions = new Set([...intent.ledgerRegions, ...(record?.ledgerRegions ?? [])]);
    for (const homeRegion of regions) await storage.ledger.erase({ playerId, homeRegion });
    if (record === null) return;
    if (record.username !== null) {
      const entry = await storage.usernames.read(record.username);
      if (entry?.playerId === playerId) await storage.usernames.replace(entry, null);
    }
    await storage.directory.remove(playerId);
    await storage.profiles.remove(record);
  }
}

/** Rows of the ledger and those that the profile still carries, each once, in their order. */
export function wholeLedger(
  rows: readonly LedgerEntry[],
  carried: readonly LedgerEntry[],
): readonly LedgerEntry[] {
  const bySequence = new Map([...rows, ...carried].map((entry) => [entry.sequence, entry]));
  return [...bySequence.values()].sort((a, b) => a.sequence - b.sequence);
}
