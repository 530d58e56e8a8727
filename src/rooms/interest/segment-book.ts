import { type ChangeTree, type Encoder, OPERATION } from '@colyseus/schema';
import type { QualityLevel } from '../../protocol/quality.ts';
import {
  type Cadences,
  FAR,
  firstStepOf,
  flushesOf,
  IMPORTANCES,
  MID,
  NEAR,
  paceOf,
  STEPS,
} from './pace.ts';
import { PendingFields } from './pending-fields.ts';
import { areChangesPlain } from './plain-fields.ts';
import type { RoomInterest } from './room-interest.ts';
import { RING_CUTS, RowCuts, WHOLE_CUTS } from './row-cuts.ts';
import type { SegmentRuns } from './segment-runs.ts';
import { SegmentWriter } from './segment-writer.ts';
import { ViewerLoads } from './viewer-loads.ts';
import { ViewerRuns } from './viewer-runs.ts';
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
//
//   open ── take, for each changed entity ──▶ SegmentWriter ──▶ for each place: ViewerRuns, and ViewerLoads where they are too much

export class SegmentBook {
  readonly #interest: RoomInterest;
  readonly #pending = new PendingFields();
  readonly #writer: SegmentWriter;
  readonly #runs: ViewerRuns;
  readonly #loads: ViewerLoads;
  /** By class, as numbers of pace.ts. */
  readonly #importances: readonly number[];
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
    const pending = this.#pending;
    const rowCuts = {
      whole: new RowCuts(sights.grid, WHOLE_CUTS),
      rings: new RowCuts(sights.grid, RING_CUTS),
    };
    this.#writer = new SegmentWriter(interest, pending);
    const parts = { pending, rowCuts, writer: this.#writer, importances: this.#importances };
    this.#runs = new ViewerRuns(interest, parts);
    this.#loads = new ViewerLoads(interest, { ...parts, runs: this.#runs });
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
    return { near: inRing(NEAR), mid: inRing(MID), far: inRing(FAR) };
  }

  /** Begins a flush. */
  open(): void {
    const { items } = this.#interest;
    const { limit } = items;
    this.#isDue = false;
    this.#used = 0;
    this.#loads.choice.settle();
    this.#pending.open(limit);
    this.#writer.open(limit);
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
    this.#writer.write(encoder);
    this.#runs.begin();
  }

  /** Ends a flush. */
  close(): void {
    const { slowest, crowdFlushes } = this.#pending;
    this.#pending.close(this.#writer.told, this.#used);
    for (let cadence = slowest + 1; cadence <= this.#used; cadence++) {
      this.#writer.itemLoads.begin(cadence, this.#interest.items.limit, crowdFlushes);
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
    let runs = this.#runs.at(viewer, level, first);
    if (runs.byteLength > bytesPerPatch) {
      const step = this.#stepOf(viewer, level, bytesPerPatch, isUsual);
      if (step !== first) runs = this.#runs.at(viewer, level, step);
    }
    this.#used = Math.max(this.#used, this.#slowestOf[runs.step] as number);
    return runs;
  }

  /** What has changed of a viewer's own entity, where his runs do not have it; good until the next is asked for. */
  ownRunOf(viewer: Viewer, level: QualityLevel, step: number): SegmentRuns {
    return this.#runs.ownOf(viewer, level, step);
  }

  /** The first step at which a viewer gets no more than this, on average. */
  #stepOf(viewer: Viewer, level: QualityLevel, bytesPerPatch: number, isUsual: boolean): number {
    const loads = this.#loads;
    loads.weigh(viewer, level);
    const bytes = Math.max(bytesPerPatch / 2, bytesPerPatch - loads.ownBytesOf(viewer));
    const first = Math.max(this.leastStep, firstStepOf(level));
    return loads.choice.choose(first, bytes, isUsual);
  }
}
