import { type ChangeTree, type Encoder, OPERATION } from '@colyseus/schema';
import type { QualityLevel } from '../../protocol/quality.ts';
import { firstNotLeftOf, type RowMajor } from './cell-grid.ts';
import { type CellShape, isWithin, ringOf } from './cell-shape.ts';
import { ItemLoads } from './item-loads.ts';
import {
  CADENCES,
  type Cadences,
  EVERY_FLUSH,
  FAR,
  firstStepOf,
  flushesOf,
  IMPORTANCES,
  isShownFromAfar,
  NEAR,
  NEVER,
  type Pace,
  paceOf,
  RINGS,
  STEPS,
} from './pace.ts';
import { PendingFields } from './pending-fields.ts';
import { areChangesPlain } from './plain-fields.ts';
import type { RoomInterest } from './room-interest.ts';
import { SegmentLayout } from './segment-layout.ts';
import { SegmentPen } from './segment-pen.ts';
import { SegmentRuns } from './segment-runs.ts';
import { NO_TEAM } from './sight-map.ts';
import { StepChoice } from './step-choice.ts';
import type { Viewer } from './viewers.ts';

// What has changed in the entities of a room, encoded once per flush and laid out so that what a client may see is a few runs
// of bytes; once for each cadence, with what has its turn in it:
//
//   every flush     [cell][cell][cell] …   row by row: the cells that are seen of one row, in one ring, are one run
//   every second    [cell][cell] …
//   …
//
//   cell     [255][refId][field][value] … for each entity in it
//
// Values are absolute, and nothing but plain values is in here: so segments may follow each other in any order, behind whatever
// has introduced their entities. Which cadence is for whom: see `pace.ts`.

const NONE = -1;

export class SegmentBook {
  readonly #interest: RoomInterest;
  readonly #pending = new PendingFields();
  readonly #itemLoads = new ItemLoads();
  /** By cadence. */
  readonly #layouts = Array.from({ length: CADENCES }, () => new SegmentLayout());
  readonly #choice: StepChoice;
  /** By class. */
  readonly #importances: readonly number[];
  #order: RowMajor | null = null;
  /** Of items, when their stamp is of this flush: where they are in the first layout. */
  #stamps = new Float64Array(64);
  #from = new Uint32Array(64);
  #to = new Uint32Array(64);
  #flush = 0;
  /** What is written in this flush. */
  readonly #told: number[] = [];
  readonly #byTeam = new Map<number, number[]>();
  readonly #runs = new SegmentRuns();
  readonly #ownRun = new SegmentRuns();
  /** Bytes of the layouts. */
  #sources: readonly Uint8Array[] = [];
  /** Of one row of cells: where its rings begin, from left to right, and where the last one ends. */
  readonly #cuts = new Int32Array(2 * RINGS);
  #isDue = false;
  /** The slowest cadence in which somebody is told in this flush. */
  #used = 0;
  /** Least step of pace.ts for everybody: more where the room's turns take too long. */
  leastStep = 0;
  /** The slowest cadence of each step, by the classes there are. */
  readonly #slowestOf: readonly number[];

  constructor(interest: RoomInterest) {
    this.#interest = interest;
    const { sights } = interest;
    this.#importances = Array.from({ length: sights.classes }, (_, itemClass) =>
      IMPORTANCES.indexOf(sights.importanceOf(itemClass)),
    );
    this.#slowestOf = Array.from({ length: STEPS }, (_, step) =>
      Math.max(...this.#importances.map((importance) => paceOf(importance, step)[FAR])),
    );
    this.#choice = new StepChoice(this.#pending);
  }

  /** Whether something has its turn that has not changed since the last flush. */
  get isDue(): boolean {
    return this.#isDue;
  }

  /** How often who is at a step is told of what moves, by ring: of the classes there are, the slowest. */
  cadencesAt(step: number): Cadences {
    const inRing = (ring: number) =>
      Math.max(
        ...this.#importances.map((importance) =>
          flushesOf(paceOf(importance, step)[ring] as number, this.#pending.crowdFlushes),
        ),
      );
    return { near: inRing(NEAR), mid: inRing(1), far: inRing(FAR) };
  }

  /** Begins a flush. */
  open(): void {
    const { items } = this.#interest;
    const { limit } = items;
    this.#flush++;
    this.#isDue = false;
    this.#used = 0;
    this.#told.length = 0;
    this.#choice.settle();
    this.#pending.open(limit);
    this.#itemLoads.hold(limit);
    if (limit > this.#stamps.length) {
      this.#stamps = new Float64Array(2 * limit);
      this.#from = new Uint32Array(2 * limit);
      this.#to = new Uint32Array(2 * limit);
    }
    for (let item = 0; item < limit; item++) this.#openItem(item, items.treeOf(item));
  }

  /** What waits from earlier flushes, of what has not changed again. */
  #openItem(item: number, tree: ChangeTree | undefined): void {
    const pending = this.#pending;
    if (!pending.has(item, tree) || tree === undefined || tree.has()) return;
    // Whoever begins to see it gets all of it.
    if (this.#interest.sights.seen.isEmpty(item)) pending.clear(item);
    else if (pending.at(item, pending.turnOf(item)) === 0) return;
    else if (this.#isOurs(item, tree)) this.#isDue = true;
    else this.#handBack(item, tree);
  }

  /**
   * Takes a changed tree, if its changes may leave as a segment: it is an entity, all that has changed are plain values, and
   * whoever sees it, sees it by this room's interest alone.
   *
   * @returns whether it was taken
   */
  take(tree: ChangeTree): boolean {
    const { items } = this.#interest;
    const item = items.itemOf(tree);
    if (item < 0) return false;
    if (!this.#isOurs(item, tree)) {
      this.#handBack(item, tree);
      return false;
    }
    if (!areChangesPlain(tree, items.fieldsOf(item))) return false;
    this.#pending.add(item, tree, tree.dirtyLow);
    return true;
  }

  #isOurs(item: number, tree: ChangeTree): boolean {
    if (!tree.isFiltered || tree.isVisibilitySharedWithParent) return false;
    const { sights, viewers } = this.#interest;
    return sights.seen.isEqual(item, tree.visibleViews, viewers.mask);
  }

  /** Leaves to Colyseus what waits of an entity that somebody sees who would not get our segments, or the other way around. */
  #handBack(item: number, tree: ChangeTree): void {
    const pending = this.#pending;
    if (!pending.has(item, tree)) return;
    let fields = pending.allOf(item);
    while (fields !== 0) {
      const bit = fields & -fields;
      fields ^= bit;
      const index = 31 - Math.clz32(bit);
      const isThere = (tree.getValue(index) ?? null) !== null;
      tree.markDirty(index, isThere ? OPERATION.ADD : OPERATION.DELETE);
    }
    pending.clear(item);
  }

  /** Encodes what has its turn. */
  write(encoder: Encoder): void {
    const [first] = this.#layouts as [SegmentLayout];
    for (;;) {
      const it = { offset: 0 };
      this.#writeAll(new SegmentPen(encoder, first.bytes, it));
      const isComplete = it.offset <= first.bytes.length;
      if (isComplete) break;
      for (const layout of this.#layouts) layout.hold(it.offset);
    }
    this.#sources = this.#layouts.map(({ bytes }) => bytes);
  }

  /** Ends a flush. */
  close(): void {
    const { slowest, crowdFlushes } = this.#pending;
    this.#pending.close(this.#told, this.#used);
    for (let cadence = slowest + 1; cadence <= this.#used; cadence++) {
      this.#itemLoads.begin(cadence, this.#interest.items.limit, crowdFlushes);
    }
  }

  /**
   * Runs of bytes that a viewer gets; good until the next ones are asked for. All he may see where it fits; otherwise what fits
   * on average.
   *
   * @param isUsual - whether he gets no less than others
   */
  runsOf(
    viewer: Viewer,
    level: QualityLevel,
    bytesPerPatch: number,
    isUsual: boolean,
  ): SegmentRuns {
    const first = Math.max(this.leastStep, firstStepOf(level));
    let runs = this.#runsAt(viewer, level, first);
    if (runs.byteLength > bytesPerPatch) {
      const step = this.#stepOf(viewer, level, bytesPerPatch, isUsual);
      if (step !== first) runs = this.#runsAt(viewer, level, step);
    }
    this.#used = Math.max(this.#used, this.#slowestOf[runs.step] as number);
    return runs;
  }

  #runsAt({ id }: Viewer, level: QualityLevel, step: number): SegmentRuns {
    const runs = this.#runs;
    runs.begin(this.#sources);
    runs.step = step;
    const { sights } = this.#interest;
    for (let itemClass = 0; itemClass < sights.classes; itemClass++) {
      const pace = this.#paceOf(itemClass, step);
      const shape = sights.shapeOf(itemClass, level);
      if (shape !== null && sights.eyes.cellOf(id) !== NONE)
        this.#addRows(id, itemClass, shape, pace);
      this.#addEverywhere(itemClass, level, pace[NEAR]);
    }
    const mates = this.#byTeam.get(sights.teamOfViewer(id));
    if (mates !== undefined) this.#addMates(id, level, step, mates);
    return runs;
  }

  /** What has changed of a viewer's own entity, where his runs do not have it; good until the next is asked for. */
  ownRunOf({ id }: Viewer, level: QualityLevel, step: number): SegmentRuns {
    const run = this.#ownRun;
    run.begin(this.#sources);
    // Then he gets all there is.
    if (step === 0 && level === 0) return run;
    const { sights } = this.#interest;
    const item = sights.ownOf(id);
    if (item === NONE || this.#stamps[item] !== this.#flush || !sights.seen.has(item, id))
      return run;
    if (this.#isInStepWithEye(id, item, step)) return run;
    if (this.#pending.turnOf(item) >= this.#cadenceFor(id, item, level, step)) return run;
    run.add(EVERY_FLUSH, this.#from[item] as number, this.#to[item] as number);
    return run;
  }

  /** The first step at which a viewer gets no more than this, on average. */
  #stepOf({ id }: Viewer, level: QualityLevel, bytesPerPatch: number, isUsual: boolean): number {
    const choice = this.#choice;
    choice.begin();
    const { sights } = this.#interest;
    for (let itemClass = 0; itemClass < sights.classes; itemClass++) {
      const shape = sights.shapeOf(itemClass, level);
      if (shape !== null && sights.eyes.cellOf(id) !== NONE) this.#weighRows(id, itemClass, shape);
      this.#weighEverywhere(itemClass, level);
    }
    const mates = this.#byTeam.get(sights.teamOfViewer(id));
    if (mates !== undefined) this.#weighMates(id, level, mates);
    const own = sights.ownOf(id);
    const ownBytes = own === NONE ? 0 : this.#itemLoads.at(own, EVERY_FLUSH);
    const bytes = Math.max(bytesPerPatch / 2, bytesPerPatch - ownBytes);
    const first = Math.max(this.leastStep, firstStepOf(level));
    return choice.choose(first, bytes, isUsual);
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
      return this.#isMateFromAfar(viewer, item, level) ? pace[FAR] : NEVER;
    const shape = sights.shapeOf(itemClass, level);
    const points = sights.itemsOf(itemClass);
    const dx = points.columnOf(item) - sights.eyes.columnOf(viewer);
    const dy = points.rowOf(item) - sights.eyes.rowOf(viewer);
    const isInRows = shape !== null && isWithin(shape, dx, dy);
    return isInRows ? (pace[ringOf(shape, dx, dy)] as number) : NEVER;
  }

  /** The cells of one class around a viewer, row by row. */
  #addRows(viewer: number, itemClass: number, shape: CellShape, pace: Pace): void {
    const { sights } = this.#interest;
    if (pace[NEAR] === pace[FAR]) {
      this.#addWholeRows(viewer, itemClass, shape, pace[FAR]);
      return;
    }
    const row = sights.eyes.rowOf(viewer);
    const cuts = this.#cuts;
    for (let dy = -shape.reach; dy <= shape.reach; dy++) {
      if (!this.#cutRow(viewer, row + dy, shape, dy < 0 ? -dy : dy)) continue;
      for (let ring = 0; ring < cuts.length - 1; ring++) {
        const cadence = pace[ringOfCut(ring)] as number;
        this.#addCells(itemClass, cadence, cuts[ring] as number, cuts[ring + 1] as number);
      }
    }
  }

  /** The same where all rings are of one cadence. */
  #addWholeRows(viewer: number, itemClass: number, shape: CellShape, cadence: number): void {
    const { eyes } = this.#interest.sights;
    const { rows, columns } = this.#order as RowMajor;
    const column = eyes.columnOf(viewer);
    const row = eyes.rowOf(viewer);
    for (let dy = -shape.reach; dy <= shape.reach; dy++) {
      const range = rows.get(row + dy);
      if (range === undefined) continue;
      const width = shape.halfWidths[dy < 0 ? -dy : dy] as number;
      const first = firstNotLeftOf(columns, column - width, range.from, range.to);
      let end = first;
      while (end < range.to && (columns[end] as number) <= column + width) end++;
      this.#addCells(itemClass, cadence, first, end);
    }
  }

  #addCells(itemClass: number, cadence: number, first: number, end: number): void {
    // Where nobody was in a cadence yet, there is nothing in it before the next flush.
    if (first === end || cadence > this.#pending.slowest) return;
    const layout = this.#layouts[cadence] as SegmentLayout;
    this.#runs.add(cadence, layout.startOf(itemClass, first), layout.startOf(itemClass, end));
  }

  /** Finds where in a row the rings around a viewer begin. @returns whether there is anything in the row */
  #cutRow(viewer: number, row: number, shape: CellShape, distance: number): boolean {
    const { rows, columns } = this.#order as RowMajor;
    const range = rows.get(row);
    if (range === undefined) return false;
    const column = this.#interest.sights.eyes.columnOf(viewer);
    const far = shape.halfWidths[distance] as number;
    const mid = shape.midWidths[distance] as number;
    const near = shape.nearWidths[distance] as number;
    const cuts = this.#cuts;
    const { to } = range;
    let at = firstNotLeftOf(columns, column - far, range.from, to);
    cuts[0] = at;
    // Few cells: they are counted off.
    while (at < to && (columns[at] as number) < column - mid) at++;
    cuts[1] = at;
    while (at < to && (columns[at] as number) < column - near) at++;
    cuts[2] = at;
    while (at < to && (columns[at] as number) <= column + near) at++;
    cuts[3] = at;
    while (at < to && (columns[at] as number) <= column + mid) at++;
    cuts[4] = at;
    while (at < to && (columns[at] as number) <= column + far) at++;
    cuts[5] = at;
    return true;
  }

  #addEverywhere(itemClass: number, level: QualityLevel, cadence: number): void {
    const { sights } = this.#interest;
    if (!isShownFromAfar(sights.importanceOf(itemClass), level)) return;
    const cells = (this.#order as RowMajor).cells.length;
    this.#addCells(itemClass, cadence, cells, cells + 1);
  }

  #addMates(viewer: number, level: QualityLevel, step: number, mates: readonly number[]): void {
    const { sights } = this.#interest;
    for (const item of mates) {
      const itemClass = sights.classOf(item);
      if (this.#stamps[item] !== this.#flush) continue;
      if (this.#pending.turnOf(item) < this.#paceOf(itemClass, step)[FAR]) continue;
      if (!this.#isMateFromAfar(viewer, item, level)) continue;
      this.#runs.add(EVERY_FLUSH, this.#from[item] as number, this.#to[item] as number);
    }
  }

  #isMateFromAfar(viewer: number, item: number, level: QualityLevel): boolean {
    const { sights } = this.#interest;
    if (sights.teamOf(item) !== sights.teamOfViewer(viewer) || sights.isNear(viewer, item))
      return false;
    return isShownFromAfar(sights.importanceOf(sights.classOf(item)), level);
  }

  #weighRows(viewer: number, itemClass: number, shape: CellShape): void {
    const { sights } = this.#interest;
    const row = sights.eyes.rowOf(viewer);
    const cuts = this.#cuts;
    for (let dy = -shape.reach; dy <= shape.reach; dy++) {
      if (!this.#cutRow(viewer, row + dy, shape, dy < 0 ? -dy : dy)) continue;
      for (let ring = 0; ring < cuts.length - 1; ring++) {
        const [from, to] = [cuts[ring] as number, cuts[ring + 1] as number];
        if (from !== to) this.#weighCells(itemClass, ringOfCut(ring), from, to);
      }
    }
  }

  #weighCells(itemClass: number, ring: number, from: number, to: number): void {
    const importance = this.#importances[itemClass] as number;
    const { slowest } = this.#pending;
    for (let cadence = 0; cadence < CADENCES; cadence++) {
      const layout = this.#layouts[cadence <= slowest ? cadence : EVERY_FLUSH] as SegmentLayout;
      const load = layout.loadBetween(itemClass, from, to);
      this.#choice.weigh(importance, ring, cadence, this.#expected(cadence, load));
    }
  }

  /** By what a thing costs in a cadence that is kept, or in each flush, what it costs in this one. */
  #expected(cadence: number, load: number): number {
    const { slowest, crowdFlushes } = this.#pending;
    return cadence <= slowest ? load : load / flushesOf(cadence, crowdFlushes);
  }

  #weighEverywhere(itemClass: number, level: QualityLevel): void {
    if (!isShownFromAfar(this.#interest.sights.importanceOf(itemClass), level)) return;
    const cells = (this.#order as RowMajor).cells.length;
    this.#weighCells(itemClass, NEAR, cells, cells + 1);
  }

  #weighMates(viewer: number, level: QualityLevel, mates: readonly number[]): void {
    for (const item of mates) {
      if (!this.#isMateFromAfar(viewer, item, level)) continue;
      const importance = this.#importances[this.#interest.sights.classOf(item)] as number;
      for (let cadence = 0; cadence < CADENCES; cadence++) {
        const load = this.#itemLoads.at(item, cadence <= this.#pending.slowest ? cadence : 0);
        this.#choice.weigh(importance, FAR, cadence, this.#expected(cadence, load));
      }
    }
  }

  #writeAll(pen: SegmentPen): void {
    const { sights, items } = this.#interest;
    this.#order = sights.grid.rowMajor();
    this.#told.length = 0;
    this.#byTeam.clear();
    for (const layout of this.#layouts) layout.clear();
    const everywhere: number[] = [];
    for (let item = 0; item < items.limit; item++) {
      if (!this.#waits(item)) continue;
      if (sights.isEverywhere(item)) everywhere.push(item);
      else if (sights.teamOf(item) !== NO_TEAM) this.#addToTeam(item);
    }
    for (let itemClass = 0; itemClass < sights.classes; itemClass++) {
      this.#writeClass(pen, itemClass, everywhere);
    }
    for (const members of this.#byTeam.values()) this.#writePlaceless(pen, members);
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

  #writeClass(pen: SegmentPen, itemClass: number, everywhere: readonly number[]): void {
    const { sights } = this.#interest;
    const { cells } = this.#order as RowMajor;
    const points = sights.itemsOf(itemClass);
    const parts = cells.length + 2;
    for (let i = 0; i < cells.length; i++) {
      this.#mark(itemClass, i, parts);
      for (
        let item = points.firstIn(cells[i] as number);
        item !== NONE;
        item = points.nextOf(item)
      ) {
        if (!sights.isEverywhere(item)) this.#writeItem(pen, item);
      }
    }
    this.#mark(itemClass, cells.length, parts);
    for (const item of everywhere) {
      if (sights.classOf(item) === itemClass) this.#writeItem(pen, item);
    }
    this.#mark(itemClass, cells.length + 1, parts);
  }

  #mark(itemClass: number, part: number, parts: number): void {
    for (let cadence = 0; cadence <= this.#pending.slowest; cadence++) {
      (this.#layouts[cadence] as SegmentLayout).mark(itemClass, part, parts);
    }
  }

  /** Those of a team who are in no cell. */
  #writePlaceless(pen: SegmentPen, members: readonly number[]): void {
    const { sights } = this.#interest;
    for (const item of members) {
      if (sights.itemsOf(sights.classOf(item)).cellOf(item) === NONE) this.#writeItem(pen, item);
    }
  }

  #writeItem(pen: SegmentPen, item: number): void {
    const { sights } = this.#interest;
    const pending = this.#pending;
    const turn = pending.turnOf(item);
    const fields = pending.at(item, turn);
    const from = pen.offset;
    if (fields !== 0) {
      if (sights.seen.isEmpty(item)) pending.clear(item);
      else this.#writeFields(pen, item, turn, fields);
    }
    this.#itemLoads.observe(item, turn, pen.offset - from, pending.crowdFlushes);
    for (let cadence = 0; cadence <= pending.slowest; cadence++) {
      (this.#layouts[cadence] as SegmentLayout).load += this.#itemLoads.at(item, cadence);
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
    this.#told.push(item);
    const [first] = this.#layouts as [SegmentLayout];
    first.length = to;
    for (let cadence = 1; cadence <= turn; cadence++) {
      (this.#layouts[cadence] as SegmentLayout).copyFrom(first.bytes, from, to);
    }
  }
}

/** The ring of the n-th piece of a row of cells, from left to right. */
function ringOfCut(piece: number): number {
  return piece < RINGS ? FAR - piece : piece - FAR;
}
