import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../../shared/clock.ts';
import type { CacheMetrics } from '../../telemetry/cache-metrics.ts';
import type { SharedTier } from './shared-tier.ts';

// A cache of values that know their revision, in two tiers before a store:
//
//   read ─▶ memory of this process ─▶ Redis of the region ─▶ lock: one process loads ─▶ store
//              │ fresh: answer            │ the others wait for what it puts there
//              │ stale: answer, and look again behind it
//   write ─▶ store ─▶ both tiers ─▶ "key, revision" to all other processes, which forget what is older
//
// Nothing older than a revision this process has heard of is answered or kept: what a slow reader read before a write comes too late.

/** What is cached. */
export interface Revisioned {
  /** Grows with each write, from 1. */
  readonly revision: number;
}

/** How long things are kept. */
export interface CacheTimes {
  /** Until then a value is answered as it is, ms; up to a fifth more or less, so that what came together does not go together. */
  readonly freshMs: number;
  /** For so long after that it is answered, and looked up behind the answer, ms. */
  readonly staleMs: number;
  /** For so long it is kept for the case that the store does not answer, ms. */
  readonly keptMs: number;
  /** For so long it is known that there is none, ms. */
  readonly absentMs: number;
}

export const CACHE_TIMES: CacheTimes = {
  freshMs: 30_000,
  staleMs: 30_000,
  keptMs: 3_600_000,
  absentMs: 5_000,
};

export interface RevisionCacheDeps<Value extends Revisioned> {
  readonly clock: Clock;
  readonly metrics: CacheMetrics;
  /** Null: this process is alone. */
  readonly shared: SharedTier | null;
  /** From the store. @returns null when there is none */
  readonly load: (key: string) => Promise<Value | null>;
  readonly encode: (value: Value) => string;
  /** @returns null for what no longer can be read: another build wrote it */
  readonly decode: (text: string) => Value | null;
  readonly random: () => number;
}

export interface RevisionCacheOptions {
  /** In metrics and keys. */
  readonly name: string;
  /** Values in the memory of this process. */
  readonly mostEntries: number;
  readonly times?: CacheTimes;
}

interface Entry<Value> {
  readonly value: Value | null;
  readonly freshUntilMs: number;
  /** Of the news in which it was kept. */
  readonly generation: number;
  /** By this process, and not only read. */
  readonly isWritten: boolean;
}

/** How long one process may load before another does, ms. */
const LOCK_MS = 2_000;
/** How often the others look for what it loaded, ms. */
const POLL_MS = 15;
/** How long a revision that was heard of is remembered: longer than any load takes, ms. */
const HEARD_MS = 60_000;
const JITTER = 0.2;

export class RevisionCache<Value extends Revisioned> {
  readonly #deps: RevisionCacheDeps<Value>;
  readonly #name: string;
  readonly #times: CacheTimes;
  readonly #memory: LRUCache<string, Entry<Value>>;
  /** Revisions others have written; what is older is not answered. */
  readonly #heard: LRUCache<string, number>;
  /** Reads under way, so that many readers are one. */
  readonly #flights = new Map<string, Promise<Value | null>>();
  /** Grows when news may have been missed. */
  #generation = 0;

  constructor(deps: RevisionCacheDeps<Value>, options: RevisionCacheOptions) {
    this.#deps = deps;
    this.#name = options.name;
    this.#times = options.times ?? CACHE_TIMES;
    const perf = { now: () => deps.clock.monotonicMs() };
    this.#memory = new LRUCache({ max: options.mostEntries });
    this.#heard = new LRUCache({ max: options.mostEntries, ttl: HEARD_MS, perf });
  }

  /**
   * @returns null when there is none
   * @throws what the store throws, when nothing is kept that could be answered instead
   */
  async read(key: string): Promise<Value | null> {
    const entry = this.#memory.get(key);
    const nowMs = this.#deps.clock.monotonicMs();
    if (entry === undefined || this.#isPast(entry, nowMs)) {
      return await this.#fly(key);
    }
    if (nowMs < entry.freshUntilMs) {
      this.#count('memory');
      return entry.value;
    }
    this.#count('stale');
    // Whoever reads next has the new one; that this look fails is told by the metrics, and the value is kept.
    this.#fly(key).catch(() => {});
    return entry.value;
  }

  /** After a write: what the store has now. @param value - null: it is gone; `revision` is then one that no value had */
  async wrote(key: string, value: Value | null, revision: number): Promise<void> {
    this.#keep(key, value, revision, { isWritten: true });
    await this.#share(key, value, revision);
  }

  /**
   * What the last write of this process left, as long as it is remembered and nothing newer was heard of. Not what was read: a copy may
   * tell of a write that is rolled back, and whose revision another then gets.
   */
  lastWritten(key: string): Value | null {
    const entry = this.#memory.get(key);
    return entry?.isWritten === true ? entry.value : null;
  }

  /** Another process has written that revision. */
  heard(key: string, revision: number): void {
    if (revision <= (this.#heard.get(key) ?? 0)) return;
    this.#heard.set(key, revision);
    const entry = this.#memory.get(key);
    if (entry !== undefined && (entry.value?.revision ?? 0) < revision) this.#memory.delete(key);
  }

  /** Everything in the memory of this process may be old: nobody knows what was missed. */
  missedNews(): void {
    this.#generation += 1;
  }

  #fly(key: string): Promise<Value | null> {
    const under = this.#flights.get(key);
    if (under !== undefined) return under;
    const flight = this.#find(key).finally(() => this.#flights.delete(key));
    this.#flights.set(key, flight);
    return flight;
  }

  async #find(key: string): Promise<Value | null> {
    const shared = await this.#readShared(key);
    if (shared !== null && shared.freshForMs > 0) {
      this.#count('redis');
      this.#keep(key, shared.value, shared.revision, shared);
      return shared.value;
    }
    try {
      return await this.#load(key);
    } catch (error) {
      const kept = this.#memory.get(key)?.value ?? shared?.value;
      if (kept === undefined) throw error;
      this.#count('kept');
      return kept;
    }
  }

  /** From the store, by one process at a time. */
  async #load(key: string): Promise<Value | null> {
    const token = randomUUID();
    const found = await this.#waitForTurn(key, token);
    if (found !== null) return found.value;
    try {
      let value = await this.#deps.load(key);
      // Read before the write we heard of: once more, now after it.
      if (this.#isOld(key, value)) value = await this.#deps.load(key);
      this.#count('store');
      const revision = value?.revision ?? 0;
      this.#keep(key, value, revision);
      await this.#share(key, value, revision, token);
      return value;
    } catch (error) {
      await this.#deps.shared?.unlock(key, token).catch(() => {});
      throw error;
    }
  }

  /** @returns what another process has loaded; null: it is for this one to load */
  async #waitForTurn(key: string, token: string): Promise<{ readonly value: Value | null } | null> {
    const { clock, random, shared } = this.#deps;
    if (shared === null) return null;
    const untilMs = clock.monotonicMs() + LOCK_MS;
    for (;;) {
      // A tier that does not answer locks nothing: then each process loads once.
      const isLocked = await shared.lock(key, token, LOCK_MS).catch(() => null);
      if (isLocked === null) return null;
      // With the lock as well: another may have loaded, and let go of it, since we looked.
      const found = await this.#waitedFor(key);
      if (found !== null) {
        if (isLocked) await shared.unlock(key, token).catch(() => {});
        return found;
      }
      if (isLocked || clock.monotonicMs() >= untilMs) return null;
      await pause(POLL_MS * (1 + random()));
    }
  }

  /** What another process has loaded meanwhile; null: nothing yet. */
  async #waitedFor(key: string): Promise<{ readonly value: Value | null } | null> {
    const found = await this.#readShared(key);
    if (found === null || found.freshForMs <= 0) return null;
    this.#count('waited');
    this.#keep(key, found.value, found.revision, found);
    return found;
  }

  async #readShared(key: string) {
    const entry = await this.#deps.shared?.read(key).catch(() => null);
    if (entry === null || entry === undefined) return null;
    const value = entry.revision === 0 ? null : this.#deps.decode(entry.text);
    const isUnreadable = entry.text !== '' && value === null;
    if (isUnreadable || entry.revision < (this.#heard.get(key) ?? 0)) return null;
    const { revision, lifeMs } = entry;
    // The tier counts down the whole life; what is left of it beyond the later parts is freshness.
    const later = value === null ? 0 : this.#times.staleMs + this.#times.keptMs;
    return { value, revision, freshForMs: lifeMs - later };
  }

  async #share(
    key: string,
    value: Value | null,
    revision: number,
    lockToken?: string,
  ): Promise<void> {
    const { absentMs, keptMs, staleMs } = this.#times;
    const lifeMs = value === null ? absentMs : this.#freshMs() + staleMs + keptMs;
    const text = value === null ? '' : this.#deps.encode(value);
    // Who reads it there misses it, and asks the store.
    await this.#deps.shared?.put(key, { revision, text, lifeMs }, lockToken).catch(() => {});
  }

  #keep(
    key: string,
    value: Value | null,
    revision: number,
    how: { readonly freshForMs?: number; readonly isWritten?: boolean } = {},
  ): void {
    const entry = this.#memory.get(key);
    const there = entry?.value?.revision ?? 0;
    const newest = Math.max(there, this.#heard.get(key) ?? 0);
    if (revision < newest) return;
    // What is read again and has not changed is still what was written.
    const isWritten = how.isWritten ?? (entry?.isWritten === true && revision === there);
    if (value === null && revision > 0) this.#heard.set(key, revision);
    const freshMs = how.freshForMs ?? (value === null ? this.#times.absentMs : this.#freshMs());
    const freshUntilMs = this.#deps.clock.monotonicMs() + freshMs;
    this.#memory.set(key, { value, freshUntilMs, generation: this.#generation, isWritten });
  }

  #isOld(key: string, value: Value | null): boolean {
    return (value?.revision ?? 0) < (this.#heard.get(key) ?? 0);
  }

  #freshMs(): number {
    return this.#times.freshMs * (1 + JITTER * (2 * this.#deps.random() - 1));
  }

  /** It may not be answered before it was looked up again. */
  #isPast({ value, freshUntilMs, generation }: Entry<Value>, nowMs: number): boolean {
    const staleMs = value === null ? 0 : this.#times.staleMs;
    return generation !== this.#generation || nowMs >= freshUntilMs + staleMs;
  }

  #count(outcome: Parameters<CacheMetrics['read']>[1]): void {
    this.#deps.metrics.read(this.#name, outcome);
  }
}
