import type { Clock } from '../../shared/clock.ts';
import {
  CLAIM_MS,
  SOFT_DELAY_MS,
  type SoftClaim,
  type SoftData,
  type SoftShelf,
  type SoftValue,
} from './soft-shelf.ts';

interface PlayerShelf {
  readonly values: Map<string, { readonly value: SoftData; readonly version: number }>;
  dueAtMs: number;
  claim: { readonly token: string; readonly untilMs: number } | null;
}

/** In the memory of one process, and gone with it. */
export class MemorySoftShelf implements SoftShelf {
  readonly #clock: Clock;
  readonly #shelves = new Map<string, PlayerShelf>();
  #versions = 0;

  constructor(deps: { readonly clock: Clock }) {
    this.#clock = deps.clock;
  }

  async put(values: readonly SoftValue[]): Promise<readonly SoftValue[]> {
    const dueAtMs = this.#clock.monotonicMs() + SOFT_DELAY_MS;
    for (const { playerId, section, value } of values) {
      const shelf = this.#shelves.get(playerId) ?? { values: new Map(), dueAtMs, claim: null };
      this.#versions += 1;
      shelf.values.set(section, { value, version: this.#versions });
      this.#shelves.set(playerId, shelf);
    }
    return [];
  }

  async due(most: number): Promise<readonly string[]> {
    const nowMs = this.#clock.monotonicMs();
    return [...this.#shelves]
      .filter(([, { dueAtMs }]) => dueAtMs <= nowMs)
      .sort(([, one], [, other]) => one.dueAtMs - other.dueAtMs)
      .slice(0, most)
      .map(([playerId]) => playerId);
  }

  async claim(playerId: string, isDue: boolean): Promise<SoftClaim | 'empty' | 'claimed'> {
    const shelf = this.#shelves.get(playerId);
    if (shelf === undefined) return 'empty';
    const nowMs = this.#clock.monotonicMs();
    const isClaimed = shelf.claim !== null && shelf.claim.untilMs > nowMs;
    if (isClaimed || (isDue && shelf.dueAtMs > nowMs)) return 'claimed';
    this.#versions += 1;
    const token = String(this.#versions);
    shelf.claim = { token, untilMs: nowMs + CLAIM_MS };
    shelf.dueAtMs = shelf.claim.untilMs;
    const values = [...shelf.values].map(([section, it]) => ({ section, ...it }));
    return { playerId, token, values };
  }

  async settle(claim: SoftClaim): Promise<void> {
    this.#end(claim, claim.values, SOFT_DELAY_MS);
  }

  async release(claim: SoftClaim, afterMs: number): Promise<void> {
    this.#end(claim, [], afterMs);
  }

  async read(playerId: string, section: string): Promise<SoftData | null> {
    return this.#shelves.get(playerId)?.values.get(section)?.value ?? null;
  }

  #end({ playerId, token }: SoftClaim, written: SoftClaim['values'], afterMs: number): void {
    const shelf = this.#shelves.get(playerId);
    if (shelf?.claim?.token !== token) return;
    for (const { section, version } of written) {
      if (shelf.values.get(section)?.version === version) shelf.values.delete(section);
    }
    shelf.claim = null;
    shelf.dueAtMs = this.#clock.monotonicMs() + afterMs;
    if (shelf.values.size === 0) this.#shelves.delete(playerId);
  }
}
