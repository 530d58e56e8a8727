import { setTimeout as pause } from 'node:timers/promises';
import { backOffMs } from '../../shared/back-off.ts';
import type { SoftData, SoftValue } from './soft-shelf.ts';

// What rooms of this process write of soft sections, on its way out: one batch at a time, and while it is on its way only the newest
// value of each section is kept for the next.

export interface SoftBufferOptions {
  /** Between two batches, ms: a room that writes in every step costs one value in each. */
  readonly everyMs: number;
  /** Values in one batch. */
  readonly mostTogether: number;
}

interface Entry {
  readonly playerId: string;
  readonly section: string;
  value: SoftData;
}

export class SoftBuffer {
  readonly #send: (values: readonly SoftValue[]) => Promise<void>;
  readonly #options: SoftBufferOptions;
  /** Not sent yet, by player and section, in the order of their first put. */
  #waiting = new Map<string, Entry>();
  /** On their way. */
  #sent: ReadonlyMap<string, Entry> = new Map();
  #round: Promise<void> | null = null;
  #failures = 0;
  readonly #stopping = new AbortController();

  /** @param deps.send - rejects when they did not arrive: they are sent again, as far as nothing newer was put */
  constructor(
    deps: { readonly send: (values: readonly SoftValue[]) => Promise<void> },
    options: SoftBufferOptions,
  ) {
    this.#send = deps.send;
    this.#options = options;
  }

  put({ playerId, section, value }: SoftValue): void {
    const key = `${playerId}/${section}`;
    const there = this.#waiting.get(key);
    if (there === undefined) this.#waiting.set(key, { playerId, section, value });
    else there.value = value;
    if (this.#round === null && !this.#stopping.signal.aborted) this.#begin();
  }

  /** The newest that is not out yet; undefined: nothing. */
  newest(playerId: string, section: string): SoftData | undefined {
    const key = `${playerId}/${section}`;
    return (this.#waiting.get(key) ?? this.#sent.get(key))?.value;
  }

  /** Sends now what was put until now. @throws what keeps it from arriving; it is tried again later */
  async drain(): Promise<void> {
    await this.#sending;
    while (this.#waiting.size > 0) await this.#sendNext();
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
    const batch = new Map([...this.#waiting].slice(0, this.#options.mostTogether));
    if (batch.size === 0) return;
    for (const key of batch.keys()) this.#waiting.delete(key);
    this.#sent = batch;
    try {
      await this.#send([...batch.values()].map((entry) => ({ ...entry })));
      this.#failures = 0;
    } catch (error) {
      this.#failures += 1;
      // What was put since is newer.
      this.#waiting = new Map([...batch, ...this.#waiting]);
      throw error;
    } finally {
      this.#sent = new Map();
    }
  }
}
