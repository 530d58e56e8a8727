import type { TicketTable } from './ticket-table.ts';

/** Rating points of a band: about the reach of a search in a busy queue. */
const BAND_POINTS = 32;
const BANDS = 256;
/** Of the lowest band. Skills beyond the bands count to the outermost. */
const LOWEST_POINTS = -2_048;

/**
 * What has changed since a ticket was last searched for: most need not be searched for again, because nobody came or went near
 * enough to be among its candidates, and its patience does not reach what its best match costs yet.
 *
 * Changes are counted by region and band of skill. Coarse on purpose: to look once too often costs time, to miss a change would cost a match.
 */
export class Neighbourhoods {
  readonly #table: TicketTable;
  readonly #ranks: number;
  /** `region * BANDS + band`: count of changes at the last one. */
  readonly #changedAt: Float64Array;
  #changes = 0;
  /** Of each slot: count of changes when it was searched; -1: never was. */
  #searchedAt = new Float64Array();
  /** Of each slot: when to search at the latest, wall clock, ms. */
  #wakeAtMs = new Float64Array();
  /** `slot * ranks + rank`: bands that hold everybody who could be a candidate. */
  #lowBand = new Uint8Array();
  #highBand = new Uint8Array();

  /** @param ranks - regions that are tried for a ticket at most */
  constructor(table: TicketTable, ranks: number) {
    this.#table = table;
    this.#ranks = ranks;
    this.#changedAt = new Float64Array(table.regionIds.length * BANDS);
  }

  /** Somebody of skill `mu` came to a region, or left it. */
  changed(region: number, mu: number): void {
    this.#changes += 1;
    this.#changedAt[region * BANDS + bandOf(mu)] = this.#changes;
  }

  /** The slot must be searched for again. */
  forget(slot: number): void {
    if (slot >= this.#searchedAt.length) this.#grow(slot);
    this.#searchedAt[slot] = -1;
  }

  /** Who came within `reach` of the slot would have been a candidate in its region of that rank. */
  rememberReach(slot: number, rank: number, reach: number): void {
    const mu = this.#table.mu[slot] as number;
    this.#lowBand[slot * this.#ranks + rank] = bandOf(mu - reach);
    this.#highBand[slot * this.#ranks + rank] = bandOf(mu + reach);
  }

  /** The slot was searched for, without a match; to be called before anything changes. */
  rememberSearch(slot: number, wakeAtMs: number): void {
    this.#searchedAt[slot] = this.#changes;
    this.#wakeAtMs[slot] = wakeAtMs;
  }

  /** Whether a search could end otherwise than the last one. @param ranks - regions that are tried for it */
  isDue(slot: number, ranks: number, nowMs: number): boolean {
    const searchedAt = this.#searchedAt[slot] as number;
    if (searchedAt < 0 || nowMs >= (this.#wakeAtMs[slot] as number)) return true;
    for (let rank = 0; rank < ranks; rank += 1) {
      if (this.#isChanged(slot, rank, searchedAt)) return true;
    }
    return false;
  }

  #isChanged(slot: number, rank: number, since: number): boolean {
    const first = this.#table.regionAt(slot, rank) * BANDS;
    const at = slot * this.#ranks + rank;
    const low = first + (this.#lowBand[at] as number);
    const high = first + (this.#highBand[at] as number);
    for (let band = low; band <= high; band += 1) {
      if ((this.#changedAt[band] as number) > since) return true;
    }
    return false;
  }

  #grow(slot: number): void {
    const capacity = Math.max(256, 2 * slot);
    const copy = <T extends Float64Array | Uint8Array>(from: T, to: T): T => {
      to.set(from);
      return to;
    };
    this.#searchedAt = copy(this.#searchedAt, new Float64Array(capacity).fill(-1));
    this.#wakeAtMs = copy(this.#wakeAtMs, new Float64Array(capacity));
    this.#lowBand = copy(this.#lowBand, new Uint8Array(capacity * this.#ranks));
    this.#highBand = copy(this.#highBand, new Uint8Array(capacity * this.#ranks));
  }
}

function bandOf(mu: number): number {
  const band = Math.floor((mu - LOWEST_POINTS) / BAND_POINTS);
  return Math.max(0, Math.min(BANDS - 1, band));
}
