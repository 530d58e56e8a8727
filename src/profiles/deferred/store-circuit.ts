import { setTimeout as pause } from 'node:timers/promises';
import { within } from '../../shared/within.ts';

// Whether the profile store answers, as this process sees it.
//
//   up ──a request failed or was late──▶ doubted ──it does not answer a ping──▶ away
//   ▲──────────── it answers ───────────────┘ └──────── it answers ──────────────┤
//   └────────────────────────────────────────────────────────────────────────────┘ asked every half second

export type StorePhase = 'up' | 'doubted' | 'away';

/** A ping that takes longer is none, ms. */
const ANSWER_WITHIN_MS = 1_000;
const ASK_EVERY_MS = 500;

export class StoreCircuit {
  readonly #ping: () => Promise<void>;
  readonly #listeners = new Set<(phase: StorePhase) => void>();
  #phase: StorePhase = 'up';
  readonly #stopping = new AbortController();

  /** @param deps.ping - resolves when the store answers */
  constructor(deps: { readonly ping: () => Promise<void> }) {
    this.#ping = deps.ping;
  }

  get phase(): StorePhase {
    return this.#phase;
  }

  /** Tells of each change of the phase. */
  onPhase(listener: (phase: StorePhase) => void): void {
    this.#listeners.add(listener);
  }

  /** A request did not get its answer. */
  failed(): void {
    if (this.#phase !== 'up' || this.#stopping.signal.aborted) return;
    this.#turn('doubted');
    void this.#untilItAnswers();
  }

  /** Asks no more; from then on the phase stays. */
  stop(): void {
    this.#stopping.abort();
  }

  /** Never rejects. */
  async #untilItAnswers(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      if (await this.#answers()) {
        if (!signal.aborted) this.#turn('up');
        return;
      }
      this.#turn('away');
      await pause(ASK_EVERY_MS, undefined, { signal, ref: false }).catch(() => {});
    }
  }

  async #answers(): Promise<boolean> {
    try {
      return (await within(this.#ping(), ANSWER_WITHIN_MS)) !== 'late';
    } catch {
      return false;
    }
  }

  #turn(phase: StorePhase): void {
    if (phase === this.#phase || this.#stopping.signal.aborted) return;
    this.#phase = phase;
    for (const listener of this.#listeners) listener(phase);
  }
}
