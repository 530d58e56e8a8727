// What the main thread and the lease's thread share. Each cell has one writer; a cell is read and written whole.
//
//   0  held until    worker   monotonic µs; 0: not held
//   1  last beat     main     monotonic µs
//   2  clock offset  worker   Redis' clock − monotonic clock, µs
//   3  renewed at    worker   when Redis last confirmed, monotonic µs; 0: never
//   4  steady since  worker   since when it has without failure, monotonic µs
//   5  dead          worker   1: another node declared us dead, or we ended ourselves

const CELLS = {
  heldUntil: 0,
  beat: 1,
  clockOffset: 2,
  renewed: 3,
  steadySince: 4,
  dead: 5,
} as const;
type Cell = keyof typeof CELLS;
type TimeCell = Exclude<Cell, 'dead'>;

const US_PER_MS = 1_000;

/** The shared cells, in ms of `processClock` (the same in both threads). */
export class LeaseMemory {
  readonly buffer: SharedArrayBuffer;
  readonly #cells: BigInt64Array;

  /** @param buffer - the one another thread made; none makes it */
  constructor(
    buffer = new SharedArrayBuffer(Object.keys(CELLS).length * BigInt64Array.BYTES_PER_ELEMENT),
  ) {
    this.buffer = buffer;
    this.#cells = new BigInt64Array(buffer);
  }

  /** ms; 0 when it was never set. */
  readMs(cell: TimeCell): number {
    return Number(Atomics.load(this.#cells, CELLS[cell])) / US_PER_MS;
  }

  writeMs(cell: TimeCell, valueMs: number): void {
    Atomics.store(this.#cells, CELLS[cell], BigInt(Math.round(valueMs * US_PER_MS)));
  }

  get isDead(): boolean {
    return Atomics.load(this.#cells, CELLS.dead) === 1n;
  }

  /** For good: nothing is held any more, whatever the worker still writes. */
  markDead(): void {
    Atomics.store(this.#cells, CELLS.dead, 1n);
    this.writeMs('heldUntil', 0);
  }

  /** Whether the lease is held at `nowMs`. */
  isHeld(nowMs: number): boolean {
    return nowMs < this.readMs('heldUntil') && !this.isDead;
  }

  /** How long renewals have succeeded without failure, ms; 0 when the last one is older than `cutOffMs`. */
  steadyForMs(nowMs: number, cutOffMs: number): number {
    const renewedMs = this.readMs('renewed');
    if (renewedMs === 0 || nowMs - renewedMs > cutOffMs) return 0;
    return nowMs - this.readMs('steadySince');
  }
}
