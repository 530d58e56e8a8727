import type { QualityLevel } from '../../protocol/quality.ts';
import type { CellShape } from './cell-shape.ts';
import { CADENCES, EVERY_FLUSH, FAR, flushesOf, isShownFromAfar, MID, NEAR } from './pace.ts';
import type { RoomInterest } from './room-interest.ts';
import { RING_CUTS } from './row-cuts.ts';
import { StepChoice } from './step-choice.ts';
import type { ViewerRuns, ViewerRunsDeps } from './viewer-runs.ts';
import type { Viewer } from './viewers.ts';

// What all that a viewer may see would cost him in each cadence, and so which step of pace.ts is his.

const NONE = -1;

export interface ViewerLoadsDeps extends ViewerRunsDeps {
  readonly runs: ViewerRuns;
}

export class ViewerLoads {
  readonly #interest: RoomInterest;
  readonly #deps: ViewerLoadsDeps;
  readonly choice: StepChoice;

  constructor(interest: RoomInterest, deps: ViewerLoadsDeps) {
    this.#interest = interest;
    this.#deps = deps;
    this.choice = new StepChoice(deps.pending);
  }

  /** Takes down what a viewer's sight costs. */
  weigh({ id }: Viewer, level: QualityLevel): void {
    this.choice.begin();
    const { sights } = this.#interest;
    const cell = sights.eyes.cellOf(id);
    for (let itemClass = 0; itemClass < sights.classes; itemClass++) {
      const shape = sights.shapeOf(itemClass, level);
      if (shape !== null && cell !== NONE) this.#weighRows(cell, itemClass, shape);
      if (isShownFromAfar(sights.importanceOf(itemClass), level)) this.#weighEverywhere(itemClass);
    }
    const mates = this.#deps.writer.ofTeam(sights.teamOfViewer(id));
    if (mates !== undefined) this.#weighMates(id, level, mates);
  }

  /** Of a viewer's own entity, with each flush. */
  ownBytesOf({ id }: Viewer): number {
    const own = this.#interest.sights.ownOf(id);
    return own === NONE ? 0 : this.#deps.writer.itemLoads.at(own, EVERY_FLUSH);
  }

  #weighRows(cell: number, itemClass: number, shape: CellShape): void {
    const { rings } = this.#deps.rowCuts;
    const from = rings.find(cell, shape);
    const to = from + (2 * shape.reach + 1) * RING_CUTS;
    const { cuts } = rings;
    for (let cadence = 0; cadence <= this.#deps.pending.slowest; cadence++) {
      const { loads } = this.#deps.writer.classAt(cadence, itemClass);
      let near = 0;
      let nearAndMid = 0;
      let all = 0;
      for (let at = from; at < to; at += RING_CUTS) {
        all += (loads[cuts[at + 5] as number] as number) - (loads[cuts[at] as number] as number);
        nearAndMid +=
          (loads[cuts[at + 4] as number] as number) - (loads[cuts[at + 1] as number] as number);
        near +=
          (loads[cuts[at + 3] as number] as number) - (loads[cuts[at + 2] as number] as number);
      }
      this.#weigh(itemClass, NEAR, cadence, near);
      this.#weigh(itemClass, MID, cadence, nearAndMid - near);
      this.#weigh(itemClass, FAR, cadence, all - nearAndMid);
    }
  }

  #weighEverywhere(itemClass: number): void {
    const cells = this.#interest.sights.grid.order.size;
    for (let cadence = 0; cadence <= this.#deps.pending.slowest; cadence++) {
      const { loads } = this.#deps.writer.classAt(cadence, itemClass);
      const load = (loads[cells + 1] as number) - (loads[cells] as number);
      this.#weigh(itemClass, NEAR, cadence, load);
    }
  }

  #weighMates(viewer: number, level: QualityLevel, mates: readonly number[]): void {
    const { pending, writer, runs } = this.#deps;
    for (const item of mates) {
      if (!runs.isMateFromAfar(viewer, item, level)) continue;
      const itemClass = this.#interest.sights.classOf(item);
      for (let cadence = 0; cadence <= pending.slowest; cadence++) {
        this.#weigh(itemClass, FAR, cadence, writer.itemLoads.at(item, cadence));
      }
    }
  }

  /** A cadence that is not kept costs what is told with each flush, so many times less often. */
  #weigh(itemClass: number, ring: number, cadence: number, load: number): void {
    if (load === 0) return;
    const { importances, pending } = this.#deps;
    const importance = importances[itemClass] as number;
    const { slowest, crowdFlushes } = pending;
    this.choice.weigh(importance, ring, cadence, load);
    if (cadence !== EVERY_FLUSH) return;
    for (let slower = slowest + 1; slower < CADENCES; slower++) {
      this.choice.weigh(importance, ring, slower, load / flushesOf(slower, crowdFlushes));
    }
  }
}
