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
  readonly release: () => void;
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
/** Beats of an interval that are told apart, at most: those of a second. */
const MOST_BEATS = 120;
/**
 * Rooms that share a beat before every other beat is used as well. Few rooms on half of the beats need half of the wake-ups and commands;
 * many on so few would wait for each other.
 */
const SHARED_BY_ROOMS = 10;

/** Runs steps of many rooms from one timer, spread over a few beats so that they do not all fall due together. */
export class StepScheduler {
  readonly #slots: Entry[][] = Array.from({ length: SLOTS }, () => []);
  /** Of the slot that is being run: those that have had their turn, then those that have not. */
  #running: Entry[] = [];
  #ran = 0;
  #count = 0;
  /** By beats of an interval: how many step at each. */
  readonly #loads = new Map<number, number[]>();
  /** The slot number (not yet modulo) up to which everything due has run. */
  #doneSlot = Math.floor(performance.now() / SLOT_MS);
  #timer: NodeJS.Timeout | undefined;
  #nextTurn: NodeJS.Immediate | undefined;
  #armedSlot = Number.POSITIVE_INFINITY;

  /** @param intervalMs - how often `stepped` will want to run; the first run is at one of the beats within it */
  add(stepped: Stepped, intervalMs: number): Scheduled {
    const nowMs = performance.now();
    if (this.#count === 0) this.#doneSlot = Math.floor(nowMs / SLOT_MS);
    const entry: Entry = { stepped, ...this.#takeBeat(nowMs, intervalMs), isCancelled: false };
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

  /** The emptiest beat of an interval: when it comes next, and how it is given back. */
  #takeBeat(nowMs: number, intervalMs: number): Pick<Entry, 'dueMs' | 'release'> {
    const beats = Math.max(1, Math.round(intervalMs / BEAT_MS));
    let loads = this.#loads.get(beats);
    if (loads === undefined) {
      loads = new Array<number>(Math.min(beats, MOST_BEATS)).fill(0);
      this.#loads.set(beats, loads);
    }
    const beat = emptiestBeat(loads);
    loads[beat] = (loads[beat] as number) + 1;
    const release = () => {
      loads[beat] = (loads[beat] as number) - 1;
      if (loads.every((count) => count === 0)) this.#loads.delete(beats);
    };
    const beatMs = intervalMs / beats;
    const next = Math.floor(nowMs / beatMs) + 1;
    const wait = (beat - (next % beats) + beats) % beats;
    return { dueMs: (next + wait) * beatMs, release };
  }

  #forget(entry: Entry): void {
    if (entry.isCancelled) return;
    entry.isCancelled = true;
    entry.release();
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

/** Every other beat while they have room; those of different rates meet there. */
function emptiestBeat(loads: readonly number[]): number {
  let emptiest = 0;
  const lookFrom = (first: number) => {
    for (let beat = first; beat < loads.length; beat += 2) {
      if ((loads[beat] as number) < (loads[emptiest] as number)) emptiest = beat;
    }
  };
  lookFrom(0);
  if ((loads[emptiest] as number) >= SHARED_BY_ROOMS) lookFrom(1);
  return emptiest;
}

/** Sums of thirds meet on a whole millisecond again, which they miss by the last digits of a number. */
function toMicroseconds(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}
