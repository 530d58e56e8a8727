const TIMER_MS = 1;

interface Entry<Member> {
  readonly member: Member;
  readonly phaseMs: number;
}

/**
 * Fires every member once per period, each at a phase of its own, from one timer.
 *
 * The rate is exact over time: a late call does not move the next one. (Input budgets are exact too: bots at 30.3 Hz in a
 * room of 30 would be cheats.)
 */
export class PhasedTimer<Member> {
  readonly #periodMs: number;
  readonly #fire: (member: Member, lateMs: number) => void;
  /** In the order of their phases. */
  readonly #entries: Entry<Member>[] = [];
  #next = 0;
  #cycleStartMs = performance.now();
  #timer: NodeJS.Timeout | null = null;

  constructor(rateHz: number, fire: (member: Member, lateMs: number) => void) {
    this.#periodMs = 1_000 / rateHz;
    this.#fire = fire;
  }

  /** @param phaseMs - place in the period; any number, taken modulo the period */
  add(member: Member, phaseMs: number): void {
    const entry: Entry<Member> = { member, phaseMs: phaseMs % this.#periodMs };
    const after = this.#entries.findIndex((other) => other.phaseMs > entry.phaseMs);
    const index = after < 0 ? this.#entries.length : after;
    this.#entries.splice(index, 0, entry);
    // Whose turn has passed in this cycle waits for the next one.
    if (index < this.#next) this.#next++;
  }

  start(): void {
    this.#cycleStartMs = performance.now();
    this.#timer ??= setInterval(() => this.run(performance.now()), TIMER_MS);
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  /** Fires whoever is due at `nowMs`. */
  run(nowMs: number): void {
    if (this.#entries.length === 0) {
      this.#cycleStartMs = nowMs;
      return;
    }
    // After a stall of more than a period the missed rounds are left out: a client that hung sends nothing for them.
    if (this.#cycleStartMs + 2 * this.#periodMs < nowMs)
      this.#cycleStartMs = nowMs - this.#periodMs;
    for (;;) {
      const entry = this.#entries[this.#next] as Entry<Member>;
      const dueMs = this.#cycleStartMs + entry.phaseMs;
      if (dueMs > nowMs) return;
      this.#fire(entry.member, nowMs - dueMs);
      this.#next++;
      if (this.#next < this.#entries.length) continue;
      this.#next = 0;
      this.#cycleStartMs += this.#periodMs;
    }
  }
}
