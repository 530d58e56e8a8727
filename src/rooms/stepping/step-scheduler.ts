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
/**
 * About the time between two moments at which rooms step: a 120th of a second, which 20, 30 and 60 Hz have in common. Rooms that
 * step together share a wake-up and a command for their journals; each at a moment of its own, 25 rooms made 500 of either a second.
 */
const BEAT_MS = 1_000 / 120;
/** Irrational, so that rooms created one after another spread evenly over the beats. */
const GOLDEN_RATIO = 0.618_033_988_749_895;

/** Runs steps of many rooms from one timer, spread over a few beats so that they do not all fall due together. */
export class StepScheduler {
  readonly #slots: Entry[][] = Array.from({ length: SLOTS }, () => []);
  /** Of the slot that is being run: those that have had their turn, then those that have not. */
  #running: Entry[] = [];
  #ran = 0;
  #count = 0;
  #added = 0;
  /** The slot number (not yet modulo) up to which everything due has run. */
  #doneSlot = Math.floor(performance.now() / SLOT_MS);
  #timer: NodeJS.Timeout | undefined;
  #nextTurn: NodeJS.Immediate | undefined;
  #armedSlot = Number.POSITIVE_INFINITY;

  /** @param intervalMs - how often `stepped` will want to run; the first run is at one of the beats within it */
  add(stepped: Stepped, intervalMs: number): Scheduled {
    const nowMs = performance.now();
    if (this.#count === 0) this.#doneSlot = Math.floor(nowMs / SLOT_MS);
    const dueMs = this.#nextBeat(nowMs, intervalMs);
    const entry: Entry = { stepped, dueMs, isCancelled: false };
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

  #nextBeat(nowMs: number, intervalMs: number): number {
    const beats = Math.max(1, Math.round(intervalMs / BEAT_MS));
    const beatMs = intervalMs / beats;
    const phase = (this.#added++ * GOLDEN_RATIO) % 1;
    return (Math.floor(nowMs / beatMs) + 1 + Math.floor(phase * beats)) * beatMs;
  }

  #forget(entry: Entry): void {
    if (entry.isCancelled) return;
    entry.isCancelled = true;
    this.#count--;
  }

  #insert(entry: Entry): void {
    // Never into a slot that has run already: it would wait a whole round.
    const slot = Math.max(Math.ceil(toMicroseconds(entry.dueMs) / SLOT_MS), this.#doneSlot + 1);
    (this.#slots[slot % SLOTS] as Entry[]).push(entry);
  }

  readonly #run = (): void => {
    this.#timer = undefined;
    this.#nextTurn = undefined;
    this.#armedSlot = Number.POSITIVE_INFINITY;
    const startedMs = performance.now();
    const untilSlot = Math.floor(startedMs / SLOT_MS);
    while (this.#ran < this.#running.length || this.#takeNextSlot(untilSlot)) {
      const nowMs = performance.now();
      if (nowMs - startedMs > TURN_MS) {
        this.#nextTurn = setImmediate(this.#run);
        return;
      }
      this.#runEntry(this.#running[this.#ran++] as Entry, nowMs);
    }
    this.#arm(performance.now());
  };

  /** @returns false when nothing is due any more */
  #takeNextSlot(untilSlot: number): boolean {
    this.#ran = 0;
    this.#running = [];
    // After a stall of more than a round every slot is visited once.
    let slot = Math.max(this.#doneSlot + 1, untilSlot - SLOTS + 1);
    for (; slot <= untilSlot && this.#running.length === 0; slot++) this.#takeSlot(slot);
    return this.#running.length > 0;
  }

  #takeSlot(slot: number): void {
    this.#doneSlot = Math.max(this.#doneSlot, slot);
    const index = slot % SLOTS;
    const entries = this.#slots[index] as Entry[];
    if (entries.length === 0) return;
    const slotEndMs = (slot + 1) * SLOT_MS;
    const later = entries.filter(({ dueMs }) => dueMs >= slotEndMs);
    this.#running = entries.filter(({ dueMs }) => dueMs < slotEndMs);
    this.#slots[index] = later;
  }

  #runEntry(entry: Entry, nowMs: number): void {
    if (entry.isCancelled) return;
    // Rounding may have it run a microsecond early.
    entry.dueMs = entry.stepped.step(Math.max(nowMs, entry.dueMs), entry.dueMs);
    if (entry.isCancelled) return;
    if (entry.dueMs === Number.POSITIVE_INFINITY) this.#forget(entry);
    else this.#insert(entry);
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

/** Sums of thirds meet on a whole millisecond again, which they miss by the last digits of a number. */
function toMicroseconds(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}
