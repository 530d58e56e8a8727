import { setTimeout as pause } from 'node:timers/promises';
import { GameError } from '../../errors/game-error.ts';
import { backOffMs } from '../../shared/back-off.ts';
import type { SoftData, SoftValue } from './soft-shelf.ts';

// What rooms of this process write of soft sections, on its way out: one batch at a time, and while it is on its way only the newest
// value of each section is kept for the next. A batch that does not arrive goes back to the front, unless it never can: it would keep all
// others back for ever.

export interface SoftBufferOptions {
  /** Between two batches, ms: a room that writes in every step costs one value in each. */
  readonly everyMs: number;
  /** Values in one batch. */
  readonly mostTogether: number;
  /** Bytes of a batch's values as JSON, if it has more than one of them; no bound when absent. */
  readonly mostBytes?: number;
}

export interface SoftBufferDeps {
  /** Rejects when they did not arrive: they are sent again, as far as nothing newer was put. */
  readonly send: (values: readonly SoftValue[]) => Promise<void>;
  /** Told of values that are refused for what they are: they are sent no more. */
  readonly lost: (values: readonly SoftValue[], error: GameError) => void;
}

interface Entry {
  /** Grows from entry to entry in `#waiting`; kept when the value is replaced. */
  readonly order: number;
  readonly playerId: string;
  readonly section: string;
  value: SoftData;
}

export class SoftBuffer {
  readonly #deps: SoftBufferDeps;
  readonly #options: SoftBufferOptions;
  /** Not sent yet, by player and section, in the order of their first put. */
  #waiting = new Map<string, Entry>();
  /** On their way. */
  #sent: ReadonlyMap<string, Entry> = new Map();
  #lastOrder = 0;
  #round: Promise<void> | null = null;
  #failures = 0;
  readonly #stopping = new AbortController();

  constructor(deps: SoftBufferDeps, options: SoftBufferOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  put({ playerId, section, value }: SoftValue): void {
    const key = `${playerId}/${section}`;
    const there = this.#waiting.get(key);
    if (there === undefined) {
      this.#lastOrder += 1;
      this.#waiting.set(key, { order: this.#lastOrder, playerId, section, value });
    } else {
      there.value = value;
    }
    if (this.#round === null && !this.#stopping.signal.aborted) this.#begin();
  }

  /** The newest that is not out yet; undefined: nothing. */
  newest(playerId: string, section: string): SoftData | undefined {
    const key = `${playerId}/${section}`;
    return (this.#waiting.get(key) ?? this.#sent.get(key))?.value;
  }

  /** Whether anything of a player is not out yet. */
  holds(playerId: string): boolean {
    for (const entries of [this.#sent, this.#waiting]) {
      for (const entry of entries.values()) if (entry.playerId === playerId) return true;
    }
    return false;
  }

  /** Sends now what was put until now, however much is put meanwhile. @throws what keeps it from arriving; it is tried again later */
  async drain(): Promise<void> {
    const last = this.#lastOrder;
    while (this.#oldestOrder() <= last) await this.#sendNext();
  }

  /** Sends no more by itself. */
  stop(): void {
    this.#stopping.abort();
  }

  #sending: Promise<void> = Promise.resolve();

  #begin(): void {
    this.#round = this.#untilEmpty().finally(() => {
      this.#round = null;
      // Put between the last look and now.
      if (this.#waiting.size > 0 && !this.#stopping.signal.aborted) this.#begin();
    });
  }

  /** Never rejects. */
  async #untilEmpty(): Promise<void> {
    const { signal } = this.#stopping;
    while (this.#waiting.size > 0 && !signal.aborted) {
      await this.#sendNext().catch(() => {});
      const waitMs =
        this.#failures === 0 ? this.#options.everyMs : backOffMs(this.#failures, Math.random());
      await pause(waitMs, undefined, { signal, ref: false }).catch(() => {});
    }
  }

  /** One batch; the next waits for its end. */
  #sendNext(): Promise<void> {
    const sending = this.#sending.then(() => this.#sendBatch());
    this.#sending = sending.catch(() => {});
    return sending;
  }

  async #sendBatch(): Promise<void> {
    const batch = this.#takeBatch();
    if (batch.size === 0) return;
    this.#sent = batch;
    const values = [...batch.values()].map(({ order: _, ...value }) => value);
    try {
      await this.#deps.send(values);
    } catch (error) {
      if (!(error instanceof GameError) || error.spec.retryable) {
        this.#failures += 1;
        this.#putBack(batch);
        throw error;
      }
      this.#deps.lost(values, error);
    } finally {
      this.#sent = new Map();
    }
    this.#failures = 0;
  }

  #takeBatch(): ReadonlyMap<string, Entry> {
    const { mostTogether, mostBytes } = this.#options;
    const batch = new Map<string, Entry>();
    let bytes = 0;
    for (const [key, entry] of this.#waiting) {
      if (mostBytes !== undefined) bytes += Buffer.byteLength(JSON.stringify(entry.value));
      const isFull = batch.size === mostTogether || bytes > (mostBytes ?? bytes);
      if (isFull && batch.size > 0) break;
      batch.set(key, entry);
      this.#waiting.delete(key);
    }
    return batch;
  }

  /** To the front, so that the order stays; a value that was put since is newer. */
  #putBack(batch: ReadonlyMap<string, Entry>): void {
    const waiting = new Map(batch);
    for (const [key, entry] of this.#waiting) {
      const there = waiting.get(key);
      if (there === undefined) waiting.set(key, entry);
      else there.value = entry.value;
    }
    this.#waiting = waiting;
  }

  /** Of what has not arrived; `Infinity`: all has. */
  #oldestOrder(): number {
    for (const entries of [this.#sent, this.#waiting]) {
      for (const { order } of entries.values()) return order;
    }
    return Number.POSITIVE_INFINITY;
  }
}
