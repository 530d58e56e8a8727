const CHUNK_CAPACITY = 512;
/** Two neighbours that hold less than this together become one. */
const SPARSE = CHUNK_CAPACITY / 2;

interface Chunk {
  readonly slots: Int32Array;
  length: number;
}

/**
 * Slots in an order that is kept as they come and go: a list of chunks, so that a change moves some hundred numbers and not all. The
 * order must be total, and a slot's place in it must not change while it is held.
 */
export class SortedSlots {
  readonly #compare: (a: number, b: number) => number;
  readonly #chunks: Chunk[] = [];
  #size = 0;

  constructor(compare: (a: number, b: number) => number) {
    this.#compare = compare;
  }

  get size(): number {
    return this.#size;
  }

  add(slot: number): void {
    this.#size += 1;
    const index = Math.min(this.#chunkFor(slot), this.#chunks.length - 1);
    const chunk = this.#chunks[index];
    if (chunk === undefined) {
      this.#chunks.push(newChunk([slot]));
      return;
    }
    const offset = this.#offsetIn(chunk, slot);
    chunk.slots.copyWithin(offset + 1, offset, chunk.length);
    chunk.slots[offset] = slot;
    chunk.length += 1;
    if (chunk.length === CHUNK_CAPACITY) this.#split(index);
  }

  /** @throws {RangeError} when the slot is not held: whoever says so has lost count */
  remove(slot: number): void {
    const index = this.#chunkFor(slot);
    const chunk = this.#chunks[index];
    const offset = chunk === undefined ? -1 : this.#offsetIn(chunk, slot);
    if (chunk === undefined || chunk.slots[offset] !== slot) {
      throw new RangeError(`Slot ${slot} is not held`);
    }
    chunk.slots.copyWithin(offset, offset + 1, chunk.length);
    chunk.length -= 1;
    this.#size -= 1;
    this.#tidy(index);
  }

  /** The first slot that comes after a place; `isAfter` must say so of all from there on. -1: none. */
  firstWhere(isAfter: (slot: number) => boolean): number {
    const chunks = this.#chunks;
    const index = firstIndex(chunks.length, (i) => isAfter(lastOf(chunks[i])));
    const chunk = chunks[index];
    if (chunk === undefined) return -1;
    return slotAt(
      chunk,
      firstIndex(chunk.length, (i) => isAfter(slotAt(chunk, i))),
    );
  }

  /** Two walkers at the neighbours of a place: `below` goes down from the last slot before it, `above` up from the first after. */
  walkFrom(place: { readonly compareTo: (slot: number) => number }, walk: NeighbourWalk): void {
    const chunks = this.#chunks;
    const index = firstIndex(chunks.length, (i) => place.compareTo(lastOf(chunks[i])) <= 0);
    const chunk = chunks[index];
    const offset =
      chunk === undefined
        ? 0
        : firstIndex(chunk.length, (i) => place.compareTo(slotAt(chunk, i)) <= 0);
    walk.start(chunks, index, offset);
  }

  /** The same around a slot, which may be held or not and is not visited. */
  walkAround(slot: number, walk: NeighbourWalk): void {
    const index = this.#chunkFor(slot);
    const chunk = this.#chunks[index];
    const offset = chunk === undefined ? 0 : this.#offsetIn(chunk, slot);
    walk.start(this.#chunks, index, offset);
    if (walk.above === slot) walk.goUp();
  }

  *[Symbol.iterator](): Generator<number, void, undefined> {
    for (const { slots, length } of this.#chunks) yield* slots.subarray(0, length);
  }

  /** The first chunk that ends at the slot or after it. */
  #chunkFor(slot: number): number {
    const chunks = this.#chunks;
    let low = 0;
    let high = chunks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#compare(lastOf(chunks[middle]), slot) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #offsetIn({ slots, length }: Chunk, slot: number): number {
    let low = 0;
    let high = length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#compare(slots[middle] as number, slot) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #split(index: number): void {
    const { slots, length } = this.#chunks[index] as Chunk;
    const half = length >>> 1;
    this.#chunks.splice(
      index,
      1,
      newChunk(slots.subarray(0, half)),
      newChunk(slots.subarray(half, length)),
    );
  }

  /** Few large chunks are found faster than many small ones. */
  #tidy(index: number): void {
    const chunk = this.#chunks[index] as Chunk;
    if (chunk.length === 0) {
      this.#chunks.splice(index, 1);
      return;
    }
    const next = this.#chunks[index + 1];
    if (next === undefined || chunk.length + next.length >= SPARSE) return;
    chunk.slots.set(next.slots.subarray(0, next.length), chunk.length);
    chunk.length += next.length;
    this.#chunks.splice(index + 1, 1);
  }
}

/** Where a walk away from a place stands, on both sides. One object serves many walks; it is void once the list changes. */
export class NeighbourWalk {
  /** The next slot downwards; -1: there is none. */
  below = -1;
  /** The next slot upwards; -1: there is none. */
  above = -1;
  #chunks: readonly Chunk[] = [];
  #lowChunk = 0;
  #lowOffset = 0;
  #highChunk = 0;
  #highOffset = 0;

  /** The place is before `offset` of chunk `index`. */
  start(chunks: readonly Chunk[], index: number, offset: number): void {
    this.#chunks = chunks;
    this.#highChunk = index;
    this.#highOffset = offset;
    this.#lowChunk = index;
    this.#lowOffset = offset;
    this.above = this.#read(index, offset);
    this.goDown();
  }

  goUp(): void {
    this.#highOffset += 1;
    if (this.#highOffset >= (this.#chunks[this.#highChunk]?.length ?? 0)) {
      this.#highChunk += 1;
      this.#highOffset = 0;
    }
    this.above = this.#read(this.#highChunk, this.#highOffset);
  }

  goDown(): void {
    this.#lowOffset -= 1;
    if (this.#lowOffset < 0) {
      this.#lowChunk -= 1;
      this.#lowOffset = (this.#chunks[this.#lowChunk]?.length ?? 0) - 1;
    }
    this.below = this.#read(this.#lowChunk, this.#lowOffset);
  }

  #read(index: number, offset: number): number {
    const chunk = this.#chunks[index];
    if (chunk === undefined || offset < 0 || offset >= chunk.length) return -1;
    return chunk.slots[offset] as number;
  }
}

function newChunk(content: ArrayLike<number>): Chunk {
  const slots = new Int32Array(CHUNK_CAPACITY);
  slots.set(content);
  return { slots, length: content.length };
}

function slotAt(chunk: Chunk, offset: number): number {
  return chunk.slots[offset] as number;
}

function lastOf(chunk: Chunk | undefined): number {
  return chunk === undefined ? -1 : slotAt(chunk, chunk.length - 1);
}

/** The first of `count` indices for which the answer is yes; it must be yes for all after it. */
function firstIndex(count: number, isYes: (index: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isYes(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
