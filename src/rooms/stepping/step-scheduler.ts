// One timer for all rooms of a node. A timer per room costs 5 µs per room and tick before anything is done, which for
// 2000 idle rooms is a fifth of a core (docs/adr/0004-one-timer.md).
//
// A hashed wheel (Varghese & Lauck 1987, scheme 6): slot = ⌊due / SLOT_MS⌋ mod SLOTS; whoever is due in a later round
// stays in the slot.

/** Something that is run again and again, each time at the moment it named the time before. */
export interface Stepped {
  /**
   * Must not throw.
   *
   * @param nowMs - monotonic
   * @param dueMs - when it should have run, monotonic; `nowMs - dueMs` is how late it is
   * @returns when to run next, monotonic ms; Infinity to be forgotten
   */
  step(nowMs: number, dueMs: number): number;
}

interface Entry {
  readonly stepped: Stepped;
  dueMs: number;
  isCancelled: boolean;
}

/** Stops one scheduled thing. */
export interface Scheduled {
  cancel(): void;
}

const SLOT_MS = 2;
const SLOTS = 512;
/** Work after which the event loop has a turn: sockets that wait to be let in, read or closed must not wait for all rooms. */
const TURN_MS = 8;
/** Irrational, so that rooms created one after another spread evenly over the interval. */
const GOLDEN_RATIO = 0.618_033_988_749_895;

/** Runs steps of many rooms from one timer, spread over time so that they do not all fall due together. */
export class StepScheduler {
  readonly #slots: Entry[][] = Array.from({ length: SLOTS }, () => []);
  #count = 0;
  #added = 0;
  /** The slot number (not yet modulo) up to which everything due has run. */
  #doneSlot = Math.floor(performance.now() / SLOT_MS);
  #timer: NodeJS.Timeout | undefined;
  #nextTurn: NodeJS.Immediate | undefined;
  #armedSlot = Number.POSITIVE_INFINITY;

  /** @param intervalMs - how often `stepped` will want to run; the first run is at a phase of its own within it */
  add(stepped: Stepped, intervalMs: number): Scheduled {
    const phase = (this.#added++ * GOLDEN_RATIO) % 1;
    const nowMs = performance.now();
    if (this.#count === 0) this.#doneSlot = Math.floor(nowMs / SLOT_MS);
    const entry: Entry = { stepped, dueMs: nowMs + phase * intervalMs, isCancelled: false };
    this.#insert(entry);
    this.#count++;
    this.#arm(nowMs);
    return { cancel: () => this.#forget(entry) };
  }

  stop(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#nextTurn);
    this.#timer = undefined;
    this.#nextTurn = undefined;
    this.#armedSlot = Number.POSITIVE_INFINITY;
  }

  #forget(entry: Entry): void {
    if (entry.isCancelled) return;
    entry.isCancelled = true;
    this.#count--;
  }

  #insert(entry: Entry): void {
    // Never into a slot that has run already: it would wait a whole round.
    const slot = Math.max(Math.ceil(entry.dueMs / SLOT_MS), this.#doneSlot + 1);
    (this.#slots[slot % SLOTS] as Entry[]).push(entry);
  }

  readonly #run = (): void => {
    this.#timer = undefined;
    this.#nextTurn = undefined;
    this.#armedSlot = Number.POSITIVE_INFINITY;
    const startedMs = performance.now();
    const untilSlot = Math.floor(startedMs / SLOT_MS);
    // After a stall of more than a round every slot is visited once.
    let slot = Math.max(this.#doneSlot + 1, untilSlot - SLOTS + 1);
    for (; slot <= untilSlot; slot++) {
      if (performance.now() - startedMs > TURN_MS) {
        this.#nextTurn = setImmediate(this.#run);
        return;
      }
      this.#runSlot(slot);
    }
    this.#arm(performance.now());
  };

  #runSlot(slot: number): void {
    this.#doneSlot = Math.max(this.#doneSlot, slot);
    const index = slot % SLOTS;
    const entries = this.#slots[index] as Entry[];
    if (entries.length === 0) return;
    this.#slots[index] = [];
    const slotEndMs = (slot + 1) * SLOT_MS;
    for (const entry of entries) {
      if (entry.isCancelled) continue;
      if (entry.dueMs >= slotEndMs) {
        (this.#slots[index] as Entry[]).push(entry);
        continue;
      }
      entry.dueMs = entry.stepped.step(performance.now(), entry.dueMs);
      if (entry.isCancelled) continue;
      if (entry.dueMs === Number.POSITIVE_INFINITY) this.#forget(entry);
      else this.#insert(entry);
    }
  }

  #arm(nowMs: number): void {
    if (this.#count === 0 || this.#nextTurn !== undefined) return;
    let slot = this.#doneSlot + 1;
    const last = slot + SLOTS;
    while (slot < last && (this.#slots[slot % SLOTS] as Entry[]).length === 0) slot++;
    if (slot >= this.#armedSlot) return;
    clearTimeout(this.#timer);
    this.#armedSlot = slot;
    // Up: Node cuts fractions off, and would wake us before anything is due.
    this.#timer = setTimeout(this.#run, Math.max(0, Math.ceil(slot * SLOT_MS - nowMs)));
  }
}
