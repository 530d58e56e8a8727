import type { QualityLevel } from '../../protocol/quality.ts';
import { type CellShape, isWithin, ringOf } from './cell-shape.ts';
import {
  EVERY_FLUSH,
  FAR,
  isShownFromAfar,
  NEAR,
  NEVER,
  type Pace,
  paceOf,
  RINGS,
} from './pace.ts';
import type { PendingFields } from './pending-fields.ts';
import type { RoomInterest } from './room-interest.ts';
import { RING_CUTS, type SightCuts, WHOLE_CUTS } from './row-cuts.ts';
import { SegmentRuns } from './segment-runs.ts';
import type { SegmentWriter } from './segment-writer.ts';
import type { Viewer } from './viewers.ts';

// Which bytes of the layouts are a viewer's, at a step of pace.ts.

const NONE = -1;

/** Rings of the pieces of a row, from left to right. */
const RING_OF_PIECE = Array.from({ length: RING_CUTS - 1 }, (_, piece) =>
  piece < RINGS ? FAR - piece : piece - FAR,
);

export interface ViewerRunsDeps {
  readonly pending: PendingFields;
  readonly writer: SegmentWriter;
  readonly rowCuts: SightCuts;
  /** By class, as numbers of pace.ts. */
  readonly importances: readonly number[];
}

export class ViewerRuns {
  readonly #interest: RoomInterest;
  readonly #pending: PendingFields;
  readonly #writer: SegmentWriter;
  readonly #rowCuts: SightCuts;
  readonly #importances: readonly number[];
  readonly #runs = new SegmentRuns();
  readonly #ownRun = new SegmentRuns();
  /** Bytes of the layouts. */
  #sources: readonly DataView[] = [];

  constructor(interest: RoomInterest, { pending, writer, rowCuts, importances }: ViewerRunsDeps) {
    this.#interest = interest;
    this.#pending = pending;
    this.#writer = writer;
    this.#rowCuts = rowCuts;
    this.#importances = importances;
  }

  /** After the layouts are written. */
  begin(): void {
    this.#sources = this.#writer.layouts.map(({ words }) => words);
  }

  /** All that a viewer gets at a step; good until the next is asked for. */
  at({ id }: Viewer, level: QualityLevel, step: number): SegmentRuns {
    const runs = this.#runs;
    runs.begin(this.#sources);
    runs.step = step;
    const { sights } = this.#interest;
    const cell = sights.eyes.cellOf(id);
    for (let itemClass = 0; itemClass < sights.classes; itemClass++) {
      const pace = this.#paceOf(itemClass, step);
      const shape = sights.shapeOf(itemClass, level);
      if (shape !== null && cell !== NONE) this.#addRows(cell, itemClass, shape, pace);
      this.#addEverywhere(itemClass, level, pace[NEAR]);
    }
    const mates = this.#writer.ofTeam(sights.teamOfViewer(id));
    if (mates !== undefined) this.#addMates(id, level, step, mates);
    return runs;
  }

  /** What has changed of a viewer's own entity, where his runs do not have it; good until the next is asked for. */
  ownOf({ id }: Viewer, level: QualityLevel, step: number): SegmentRuns {
    const run = this.#ownRun;
    run.begin(this.#sources);
    // Then he gets all there is.
    if (step === 0 && level === 0) return run;
    const { sights } = this.#interest;
    const item = sights.ownOf(id);
    if (item === NONE || !this.#writer.isWritten(item) || !sights.seen.has(item, id)) return run;
    if (this.#isInStepWithEye(id, item, step)) return run;
    if (this.#pending.turnOf(item) >= this.#cadenceFor(id, item, level, step)) return run;
    run.add(EVERY_FLUSH, this.#writer.fromOf(item), this.#writer.toOf(item));
    return run;
  }

  /** Whether an item is of a viewer's team, and seen for that alone. */
  isMateFromAfar(viewer: number, item: number, level: QualityLevel): boolean {
    const { sights } = this.#interest;
    if (sights.teamOf(item) !== sights.teamOfViewer(viewer) || sights.isNear(viewer, item))
      return false;
    return isShownFromAfar(sights.importanceOf(sights.classOf(item)), level);
  }

  #paceOf(itemClass: number, step: number): Pace {
    return paceOf(this.#importances[itemClass] as number, step);
  }

  /** The most frequent case: it is where its viewer looks from, and near things are told with each flush. */
  #isInStepWithEye(viewer: number, item: number, step: number): boolean {
    const { sights } = this.#interest;
    const itemClass = sights.classOf(item);
    if (this.#paceOf(itemClass, step)[NEAR] !== EVERY_FLUSH) return false;
    return (
      sights.levelOf(viewer) === 0 &&
      sights.itemsOf(itemClass).cellOf(item) === sights.eyes.cellOf(viewer)
    );
  }

  /** In which cadence the runs of a viewer have an item. */
  #cadenceFor(viewer: number, item: number, level: QualityLevel, step: number): number {
    const { sights } = this.#interest;
    const itemClass = sights.classOf(item);
    const pace = this.#paceOf(itemClass, step);
    if (sights.isEverywhere(item)) {
      return isShownFromAfar(sights.importanceOf(itemClass), level) ? pace[NEAR] : NEVER;
    }
    if (!sights.isNear(viewer, item))
      return this.isMateFromAfar(viewer, item, level) ? pace[FAR] : NEVER;
    const shape = sights.shapeOf(itemClass, level);
    const points = sights.itemsOf(itemClass);
    const dx = points.columnOf(item) - sights.eyes.columnOf(viewer);
    const dy = points.rowOf(item) - sights.eyes.rowOf(viewer);
    const isInRows = shape !== null && isWithin(shape, dx, dy);
    return isInRows ? (pace[ringOf(shape, dx, dy)] as number) : NEVER;
  }

  /** The cells of one class around a viewer, row by row. */
  #addRows(cell: number, itemClass: number, shape: CellShape, pace: Pace): void {
    if (pace[NEAR] === pace[FAR]) this.#addWholeRows(cell, itemClass, shape, pace[FAR]);
    else this.#addRings(cell, itemClass, shape, pace);
  }

  #addWholeRows(cell: number, itemClass: number, shape: CellShape, cadence: number): void {
    // Where nobody was in a cadence yet, there is nothing in it before the next flush.
    if (cadence > this.#pending.slowest) return;
    const { whole } = this.#rowCuts;
    const from = whole.find(cell, shape);
    const to = from + (2 * shape.reach + 1) * WHOLE_CUTS;
    const { cuts } = whole;
    const { starts } = this.#writer.classAt(cadence, itemClass);
    for (let at = from; at < to; at += WHOLE_CUTS) {
      const first = starts[cuts[at] as number] as number;
      this.#runs.add(cadence, first, starts[cuts[at + 1] as number] as number);
    }
  }

  #addRings(cell: number, itemClass: number, shape: CellShape, pace: Pace): void {
    const { rings } = this.#rowCuts;
    const from = rings.find(cell, shape);
    const to = from + (2 * shape.reach + 1) * RING_CUTS;
    const { cuts } = rings;
    for (let at = from; at < to; at += RING_CUTS) {
      for (let piece = 0; piece < RING_CUTS - 1; piece++) {
        const cadence = pace[RING_OF_PIECE[piece] as number] as number;
        const first = cuts[at + piece] as number;
        this.#addCells(itemClass, cadence, first, cuts[at + piece + 1] as number);
      }
    }
  }

  #addCells(itemClass: number, cadence: number, first: number, end: number): void {
    if (first === end || cadence > this.#pending.slowest) return;
    const { starts } = this.#writer.classAt(cadence, itemClass);
    this.#runs.add(cadence, starts[first] as number, starts[end] as number);
  }

  #addEverywhere(itemClass: number, level: QualityLevel, cadence: number): void {
    const { sights } = this.#interest;
    if (!isShownFromAfar(sights.importanceOf(itemClass), level)) return;
    const cells = sights.grid.order.size;
    this.#addCells(itemClass, cadence, cells, cells + 1);
  }

  #addMates(viewer: number, level: QualityLevel, step: number, mates: readonly number[]): void {
    const writer = this.#writer;
    for (const item of mates) {
      const itemClass = this.#interest.sights.classOf(item);
      if (!writer.isWritten(item)) continue;
      if (this.#pending.turnOf(item) < this.#paceOf(itemClass, step)[FAR]) continue;
      if (!this.isMateFromAfar(viewer, item, level)) continue;
      this.#runs.add(EVERY_FLUSH, writer.fromOf(item), writer.toOf(item));
    }
  }
}
