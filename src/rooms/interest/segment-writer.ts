import type { Encoder } from '@colyseus/schema';
import { ItemLoads } from './item-loads.ts';
import { CADENCES, EVERY_FLUSH } from './pace.ts';
import type { PendingFields } from './pending-fields.ts';
import type { RoomInterest } from './room-interest.ts';
import { type ClassLayout, SegmentLayout } from './segment-layout.ts';
import { SegmentPen } from './segment-pen.ts';
import { NO_TEAM } from './sight-map.ts';

// Encodes what has its turn, each entity once, into the first layout, and copies it into those of the slower cadences in which it has
// its turn, too. See `SegmentBook`.

const NONE = -1;

export class SegmentWriter {
  readonly #interest: RoomInterest;
  readonly #pending: PendingFields;
  readonly itemLoads = new ItemLoads();
  /** By cadence. */
  readonly layouts: readonly SegmentLayout[] = Array.from(
    { length: CADENCES },
    () => new SegmentLayout(),
  );
  readonly #first = this.layouts[EVERY_FLUSH] as SegmentLayout;
  /** Of items, when their stamp is of this flush: where they are in the first layout. */
  #stamps = new Float64Array(64);
  #from = new Uint32Array(64);
  #to = new Uint32Array(64);
  #flush = 0;
  #told = new Int32Array(64);
  #toldCount = 0;
  readonly #byTeam = new Map<number, number[]>();
  readonly #everywhere: number[] = [];

  constructor(interest: RoomInterest, pending: PendingFields) {
    this.#interest = interest;
    this.#pending = pending;
  }

  /** Begins a flush. @param limit - one above the largest item */
  open(limit: number): void {
    this.#flush++;
    this.#toldCount = 0;
    this.itemLoads.hold(limit);
    if (limit <= this.#stamps.length) return;
    this.#stamps = new Float64Array(2 * limit);
    this.#from = new Uint32Array(2 * limit);
    this.#to = new Uint32Array(2 * limit);
    this.#told = new Int32Array(2 * limit);
  }

  /** What is written in this flush. */
  get told(): Int32Array {
    return this.#told.subarray(0, this.#toldCount);
  }

  isWritten(item: number): boolean {
    return this.#stamps[item] === this.#flush;
  }

  fromOf(item: number): number {
    return this.#from[item] as number;
  }

  toOf(item: number): number {
    return this.#to[item] as number;
  }

  /** What of a class is laid out in a cadence. */
  classAt(cadence: number, itemClass: number): ClassLayout {
    return (this.layouts[cadence] as SegmentLayout).classAt(itemClass);
  }

  /** Of what is to be told, what is a team's to see from afar. */
  ofTeam(team: number): readonly number[] | undefined {
    return this.#byTeam.size === 0 ? undefined : this.#byTeam.get(team);
  }

  /** Encodes what has its turn. */
  write(encoder: Encoder): void {
    for (;;) {
      const it = { offset: 0 };
      this.#writeAll(new SegmentPen(encoder, this.#first.bytes, it));
      if (it.offset <= this.#first.bytes.length) return;
      for (const layout of this.layouts) layout.hold(it.offset);
    }
  }

  #writeAll(pen: SegmentPen): void {
    const { sights } = this.#interest;
    this.#toldCount = 0;
    for (const layout of this.layouts) layout.clear();
    this.#findPlaceless();
    for (let itemClass = 0; itemClass < sights.classes; itemClass++) {
      this.#writeClass(pen, itemClass);
    }
    for (const members of this.#byTeam.values()) this.#writeNowhere(pen, members);
  }

  /** What is told wherever it is: to all, or to a team. */
  #findPlaceless(): void {
    const { sights, items } = this.#interest;
    this.#byTeam.clear();
    this.#everywhere.length = 0;
    for (let item = 0; item < items.limit; item++) {
      if (!this.#waits(item)) continue;
      if (sights.isEverywhere(item)) this.#everywhere.push(item);
      else if (sights.teamOf(item) !== NO_TEAM) this.#addToTeam(item);
    }
  }

  /** Whether something of an item has its turn. */
  #waits(item: number): boolean {
    return this.#pending.at(item, this.#pending.turnOf(item)) !== 0;
  }

  #addToTeam(item: number): void {
    const team = this.#interest.sights.teamOf(item);
    const members = this.#byTeam.get(team);
    if (members === undefined) this.#byTeam.set(team, [item]);
    else members.push(item);
  }

  #writeClass(pen: SegmentPen, itemClass: number): void {
    const { sights } = this.#interest;
    const { order } = sights.grid;
    const points = sights.itemsOf(itemClass);
    for (const layout of this.layouts) layout.holdParts(itemClass, order.size + 2);
    for (let place = 0; place < order.size; place++) {
      this.#mark(itemClass, place);
      let item = points.firstIn(order.cellAt(place));
      for (; item !== NONE; item = points.nextOf(item)) {
        if (!sights.isEverywhere(item)) this.#writeItem(pen, item);
      }
    }
    this.#mark(itemClass, order.size);
    for (const item of this.#everywhere) {
      if (sights.classOf(item) === itemClass) this.#writeItem(pen, item);
    }
    this.#mark(itemClass, order.size + 1);
  }

  #mark(itemClass: number, part: number): void {
    for (let cadence = 0; cadence <= this.#pending.slowest; cadence++) {
      (this.layouts[cadence] as SegmentLayout).mark(itemClass, part);
    }
  }

  /** Those of a team who are in no cell. */
  #writeNowhere(pen: SegmentPen, members: readonly number[]): void {
    const { sights } = this.#interest;
    for (const item of members) {
      if (sights.itemsOf(sights.classOf(item)).cellOf(item) === NONE) this.#writeItem(pen, item);
    }
  }

  #writeItem(pen: SegmentPen, item: number): void {
    const pending = this.#pending;
    const turn = pending.turnOf(item);
    const fields = pending.at(item, turn);
    const from = pen.offset;
    if (fields !== 0) {
      if (this.#interest.sights.seen.isEmpty(item)) pending.clear(item);
      else this.#writeFields(pen, item, turn, fields);
    }
    this.itemLoads.observe(item, turn, pen.offset - from, pending.crowdFlushes);
    for (let cadence = 0; cadence <= pending.slowest; cadence++) {
      (this.layouts[cadence] as SegmentLayout).load += this.itemLoads.at(item, cadence);
    }
  }

  #writeFields(pen: SegmentPen, item: number, turn: number, fields: number): void {
    const { items } = this.#interest;
    const from = pen.offset;
    pen.writeFields(items.treeOf(item), fields, items.fieldsOf(item));
    const to = pen.offset;
    this.#stamps[item] = this.#flush;
    this.#from[item] = from;
    this.#to[item] = to;
    this.#told[this.#toldCount++] = item;
    this.#first.length = to;
    for (let cadence = 1; cadence <= turn; cadence++) {
      (this.layouts[cadence] as SegmentLayout).copyFrom(this.#first.bytes, from, to);
    }
  }
}
