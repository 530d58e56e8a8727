import { type ChangeTree, type Encoder, encode, OPERATION } from '@colyseus/schema';
import { firstNotLeftOf, type RowMajor } from './cell-grid.ts';
import type { PlainFields } from './plain-fields.ts';
import type { RoomInterest } from './room-interest.ts';
import { NO_TEAM } from './sight-map.ts';
import { refIdOf } from './trees.ts';
import type { Viewer } from './viewers.ts';

// What has changed in the entities of a room, encoded once per flush and laid out so that what a client may see is a few runs
// of bytes:
//
//   class 0: [cell][cell][cell] …   row by row: the cells that are seen of one row are one run
//   class 1: [cell][cell] …
//   [entities that are seen everywhere][entities that are nowhere, for their teams]
//
//   cell     [255][refId][op | field][value] … for each entity in it
//
// Values are absolute, and nothing but plain values is in here: so segments may follow each other in any order, behind whatever
// has introduced their entities.
//
// A slower cadence for what is far, or less important, is one more such layout over the entities that are due in it; see
// docs/adr/0016-segments.md.

const SWITCH_TO_STRUCTURE = 255;
const NONE = -1;

interface Run {
  from: number;
  to: number;
}

export class SegmentBook {
  readonly #interest: RoomInterest;
  #bytes = new Uint8Array(16 * 1024);
  /** By class: where the bytes of the n-th cell begin; one more at the end. */
  readonly #starts: Uint32Array[] = [];
  #order: RowMajor | null = null;
  /** Of items, when their stamp is of this flush. */
  #stamps = new Float64Array(64);
  #from = new Uint32Array(64);
  #to = new Uint32Array(64);
  #flush = 0;
  readonly #hot: number[] = [];
  readonly #everywhere: Run = { from: 0, to: 0 };
  readonly #byTeam = new Map<number, number[]>();
  readonly #runs = new SegmentRuns();

  constructor(interest: RoomInterest) {
    this.#interest = interest;
  }

  /** Begins a flush. */
  open(): void {
    this.#flush++;
    this.#hot.length = 0;
    const { limit } = this.#interest.items;
    if (limit > this.#stamps.length) {
      this.#stamps = new Float64Array(2 * limit);
      this.#from = new Uint32Array(2 * limit);
      this.#to = new Uint32Array(2 * limit);
    }
  }

  /**
   * Takes a changed tree, if its changes may leave as a segment: it is an entity, all that has changed are plain values, and
   * whoever sees it, sees it by this room's interest alone.
   *
   * @returns whether it was taken
   */
  take(tree: ChangeTree): boolean {
    const { items, sights, viewers } = this.#interest;
    const item = items.itemOf(tree);
    if (item < 0 || !tree.isFiltered || tree.isVisibilitySharedWithParent) return false;
    if (!sights.seen.isEqual(item, tree.visibleViews, viewers.mask)) return false;
    if (!areChangesPlain(tree, items.fieldsOf(item))) return false;
    this.#stamps[item] = this.#flush;
    this.#hot.push(item);
    return true;
  }

  /** Encodes what was taken. */
  write(encoder: Encoder): void {
    for (;;) {
      const it = { offset: 0 };
      this.#writeAll(new SegmentPen(encoder, this.#bytes, it));
      // Writing past the end is lost and counted.
      if (it.offset <= this.#bytes.length) return;
      this.#bytes = new Uint8Array(2 * it.offset);
    }
  }

  /** Runs of bytes that this viewer may see; good until the next ones are asked for. */
  runsOf(viewer: Viewer): SegmentRuns {
    const runs = this.#runs;
    runs.begin(this.#bytes);
    const { sights } = this.#interest;
    if (sights.eyes.cellOf(viewer.id) !== NONE) {
      for (let itemClass = 0; itemClass < sights.classes; itemClass++) {
        this.#addRows(viewer, itemClass);
      }
    }
    runs.add(this.#everywhere.from, this.#everywhere.to);
    for (const item of this.#byTeam.get(sights.teamOfViewer(viewer.id)) ?? []) {
      if (!sights.isNear(viewer.id, item)) {
        runs.add(this.#from[item] as number, this.#to[item] as number);
      }
    }
    return runs;
  }

  /** The cells of one class around a viewer, row by row. */
  #addRows({ id }: Viewer, itemClass: number): void {
    const { sights } = this.#interest;
    const shape = sights.shapeOf(itemClass);
    if (shape === null) return;
    const { rows, columns } = this.#order as RowMajor;
    const starts = this.#starts[itemClass] as Uint32Array;
    const column = sights.eyes.columnOf(id);
    const row = sights.eyes.rowOf(id);
    for (let dy = -shape.reach; dy <= shape.reach; dy++) {
      const range = rows.get(row + dy);
      if (range === undefined) continue;
      const width = shape.halfWidths[dy < 0 ? -dy : dy] as number;
      const first = firstNotLeftOf(columns, column - width, range.from, range.to);
      const end = firstNotLeftOf(columns, column + width + 1, first, range.to);
      this.#runs.add(starts[first] as number, starts[end] as number);
    }
  }

  #writeAll(pen: SegmentPen): void {
    const { sights } = this.#interest;
    this.#order = sights.grid.rowMajor();
    this.#byTeam.clear();
    for (let itemClass = 0; itemClass < sights.classes; itemClass++) {
      this.#writeCells(pen, itemClass, this.#order.cells);
    }
    this.#everywhere.from = pen.offset;
    for (const item of this.#hot) if (sights.isEverywhere(item)) this.#writeItem(pen, item);
    this.#everywhere.to = pen.offset;
    for (const item of this.#hot) this.#writeForTeam(pen, item);
  }

  #writeCells(pen: SegmentPen, itemClass: number, cells: Int32Array): void {
    const { sights } = this.#interest;
    const points = sights.itemsOf(itemClass);
    let starts = this.#starts[itemClass];
    if (starts === undefined || starts.length <= cells.length) {
      starts = new Uint32Array(2 * cells.length + 1);
      this.#starts[itemClass] = starts;
    }
    for (let i = 0; i < cells.length; i++) {
      starts[i] = pen.offset;
      for (
        let item = points.firstIn(cells[i] as number);
        item !== NONE;
        item = points.nextOf(item)
      ) {
        if (this.#stamps[item] !== this.#flush || sights.isEverywhere(item)) continue;
        if (!sights.seen.isEmpty(item)) this.#writeItem(pen, item);
        else this.#from[item] = this.#to[item] = pen.offset;
      }
    }
    starts[cells.length] = pen.offset;
  }

  #writeForTeam(pen: SegmentPen, item: number): void {
    const { sights } = this.#interest;
    const team = sights.teamOf(item);
    if (team === NO_TEAM || sights.isEverywhere(item)) return;
    if (sights.itemsOf(sights.classOf(item)).cellOf(item) === NONE) this.#writeItem(pen, item);
    const members = this.#byTeam.get(team);
    if (members === undefined) this.#byTeam.set(team, [item]);
    else members.push(item);
  }

  #writeItem(pen: SegmentPen, item: number): void {
    const { items } = this.#interest;
    this.#from[item] = pen.offset;
    pen.writeChanges(items.treeOf(item), items.fieldsOf(item));
    this.#to[item] = pen.offset;
  }
}

/** Runs up to here are copied byte by byte, which beats a call for each. */
const SHORT_RUN = 96;

/** What is to be copied, in order. */
export class SegmentRuns {
  #source = new Uint8Array(0);
  readonly #bounds: number[] = [];
  #count = 0;
  byteLength = 0;

  begin(source: Uint8Array<ArrayBuffer>): void {
    this.#source = source;
    this.#count = 0;
    this.byteLength = 0;
  }

  add(from: number, to: number): void {
    if (from === to) return;
    const bounds = this.#bounds;
    // Cells that follow each other are one run.
    if (this.#count > 0 && bounds[this.#count - 1] === from) bounds[this.#count - 1] = to;
    else {
      bounds[this.#count++] = from;
      bounds[this.#count++] = to;
    }
    this.byteLength += to - from;
  }

  copyTo(target: Uint8Array, offset: number): void {
    const source = this.#source;
    let at = offset;
    for (let i = 0; i < this.#count; i += 2) {
      const from = this.#bounds[i] as number;
      const to = this.#bounds[i + 1] as number;
      if (to - from > SHORT_RUN) {
        target.set(source.subarray(from, to), at);
        at += to - from;
      } else {
        for (let byte = from; byte < to; byte++) target[at++] = source[byte] as number;
      }
    }
  }
}

/** Calls of Colyseus' walk over changes without a closure for each. */
const plainCheck = { fields: null as PlainFields | null, isPlain: true };

function areChangesPlain(tree: ChangeTree, fields: PlainFields): boolean {
  plainCheck.fields = fields;
  plainCheck.isPlain = true;
  tree.forEachWithCtx(plainCheck, checkField);
  return plainCheck.isPlain;
}

function checkField(check: typeof plainCheck, index: number): void {
  if (check.fields?.isPlain[index] !== 1) check.isPlain = false;
}

/** Writes the changes of one entity after the other. */
export class SegmentPen {
  readonly #encoder: Encoder;
  readonly #bytes: Uint8Array;
  readonly #it: { offset: number };
  #tree: ChangeTree | null = null;
  /** Fields of the tree that are written, as bits. */
  #written = 0;

  constructor(encoder: Encoder, bytes: Uint8Array, it: { offset: number }) {
    this.#encoder = encoder;
    this.#bytes = bytes;
    this.#it = it;
  }

  get offset(): number {
    return this.#it.offset;
  }

  /** All that has changed, and the rest of what leaves together with it. */
  writeChanges(tree: ChangeTree, { together }: PlainFields): void {
    this.#switchTo(tree);
    tree.forEachWithCtx(this, writeField);
    if (!together.some((index) => (this.#written & (1 << index)) !== 0)) return;
    for (const index of together) {
      if ((this.#written & (1 << index)) !== 0) continue;
      if (tree.getValue(index) !== undefined) writeField(this, index, OPERATION.REPLACE);
    }
  }

  /** All there is of an entity, for those who have never seen it. */
  writeLive(tree: ChangeTree): void {
    this.#switchTo(tree);
    tree.forEachLiveWithCtx(this, writeLiveField);
  }

  /** One operation of a collection. */
  writeEntry(tree: ChangeTree, index: number, operation: OPERATION): void {
    this.#switchTo(tree);
    this.write(index, operation);
  }

  write(index: number, operation: OPERATION): void {
    const tree = this.#tree as ChangeTree;
    const { encoder, metadata } = tree.encDescriptor;
    this.#written |= 1 << index;
    encoder(this.#encoder, this.#bytes, tree, index, operation, this.#it, false, true, metadata);
  }

  #switchTo(tree: ChangeTree): void {
    this.#tree = tree;
    this.#written = 0;
    this.#bytes[this.#it.offset++] = SWITCH_TO_STRUCTURE;
    encode.number(this.#bytes, refIdOf(tree), this.#it);
  }
}

function writeField(pen: SegmentPen, index: number, operation: OPERATION): void {
  pen.write(index, operation);
}

function writeLiveField(pen: SegmentPen, index: number): void {
  pen.write(index, OPERATION.ADD);
}
