import type { IRoomCache } from '@colyseus/core';

interface Entry {
  readonly listing: IRoomCache;
  /** Place in the order of creation, unique. */
  readonly order: number;
}

/** Joinable rooms of one process by bucket, each oldest first. */
export class JoinableRooms {
  readonly #buckets = new Map<string, Entry[]>();
  readonly #placed = new Map<
    string,
    { readonly buckets: readonly string[]; readonly entry: Entry }
  >();

  /** @param buckets - where the room is found from now on; none while it is not joinable */
  place(listing: IRoomCache, order: number, buckets: readonly string[]): void {
    const old = this.#placed.get(listing.roomId);
    const isSame =
      old?.entry.listing === listing &&
      old.buckets.length === buckets.length &&
      old.buckets.every((bucket, i) => bucket === buckets[i]);
    if (isSame) return;
    this.remove(listing.roomId);
    if (buckets.length === 0) return;
    const entry = { listing, order };
    for (const bucket of buckets) {
      let entries = this.#buckets.get(bucket);
      if (entries === undefined) {
        entries = [];
        this.#buckets.set(bucket, entries);
      }
      entries.splice(indexOf(entries, order), 0, entry);
    }
    this.#placed.set(listing.roomId, { buckets, entry });
  }

  remove(roomId: string): void {
    const placed = this.#placed.get(roomId);
    if (placed === undefined) return;
    this.#placed.delete(roomId);
    for (const bucket of placed.buckets) {
      const entries = this.#buckets.get(bucket) ?? [];
      entries.splice(indexOf(entries, placed.entry.order), 1);
      if (entries.length === 0) this.#buckets.delete(bucket);
    }
  }

  *in(bucket: string): Iterable<IRoomCache> {
    for (const { listing } of this.#buckets.get(bucket) ?? []) yield listing;
  }
}

/** Where the entry of that order is, or belongs. */
function indexOf(entries: readonly Entry[], order: number): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((entries[middle] as Entry).order < order) low = middle + 1;
    else high = middle;
  }
  return low;
}
