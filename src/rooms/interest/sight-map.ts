import type { QualityLevel } from '../../protocol/quality.ts';
import { CellGrid, type CellPoints, resized } from './cell-grid.ts';
import { type CellShape, cellShape, cellSide, isWithin } from './cell-shape.ts';
import { type Importance, isShownFromAfar, sightShare } from './pace.ts';
import { ViewerBits } from './viewer-bits.ts';

// Who sees what. Changes are gathered and settled once, so that somebody who moves along with what he sees never loses it in
// between:
//
//   place items, place eyes, …  ──▶  settle()  ──▶  left(viewer, item) · entered(viewer, item)
//
// An item is seen from the cells around its own, by everybody when it is everywhere, and by its own team. Whose link is poor sees
// less, by the importance of what there is; but what is his own he sees as ever.

const NONE = -1;
export const NO_TEAM = 0;

const LEVELS: readonly QualityLevel[] = [0, 1, 2, 3, 4];

/** What the map knows of a class. */
export interface SightClass {
  /** In units of the game; `Infinity`: seen from everywhere. */
  readonly radius: number;
  readonly importance: Importance;
}

/** Told of each change once. */
export interface SightListener {
  entered(viewer: number, item: number): void;
  left(viewer: number, item: number): void;
}

export class SightMap {
  readonly grid: CellGrid;
  /** Where viewers look from. */
  readonly eyes: CellPoints;
  /** Who was told of what. */
  readonly seen = new ViewerBits();
  readonly #listener: SightListener;
  readonly #classRules: readonly SightClass[];
  /** By class, then by level; null: nothing of it is seen by its place. */
  readonly #shapes: readonly (readonly (CellShape | null)[])[];
  readonly #items: readonly CellPoints[];
  readonly #known = new Set<number>();
  #classes = new Int32Array(64);
  #teams = new Int32Array(64);
  #everywhere = new Int32Array(64);
  readonly #viewers = new Set<number>();
  /** Of viewers. */
  #levels = new Int32Array(64);
  #own = new Int32Array(64).fill(NONE);
  #teamOfViewer = new Int32Array(64);
  readonly #viewersOfTeam = new Map<number, Set<number>>();
  readonly #changedItems = new Set<number>();
  /** Viewers whose cell is another, with the place where they were; null: compare with everything there is. */
  readonly #changedViewers = new Map<
    number,
    { readonly column: number; readonly row: number } | null
  >();

  constructor(classes: readonly SightClass[], listener: SightListener) {
    this.#listener = listener;
    this.#classRules = classes;
    const side = cellSide(classes.map(({ radius }) => radius));
    this.#shapes = classes.map((itemClass) =>
      LEVELS.map((level) => shapeAt(itemClass, level, side)),
    );
    this.grid = new CellGrid(side, classes.length + 1);
    this.eyes = this.grid.points(0);
    this.#items = classes.map((_, index) => this.grid.points(index + 1));
  }

  get classes(): number {
    return this.#shapes.length;
  }

  importanceOf(itemClass: number): Importance {
    return (this.#classRules[itemClass] as SightClass).importance;
  }

  /** Places of one class' items in the grid. */
  itemsOf(itemClass: number): CellPoints {
    return this.#items[itemClass] as CellPoints;
  }

  /** Null: nothing of it is seen by its place. */
  shapeOf(itemClass: number, level: QualityLevel = 0): CellShape | null {
    return (this.#shapes[itemClass] as readonly (CellShape | null)[])[level] as CellShape | null;
  }

  classOf(item: number): number {
    return this.#classes[item] as number;
  }

  isEverywhere(item: number): boolean {
    return this.#everywhere[item] === 1;
  }

  teamOf(item: number): number {
    return this.#teams[item] as number;
  }

  /** `NO_TEAM` where there is none. */
  teamOfViewer(viewer: number): number {
    return this.#teamOfViewer[viewer] as number;
  }

  levelOf(viewer: number): QualityLevel {
    return this.#levels[viewer] as QualityLevel;
  }

  /** -1: none. */
  ownOf(viewer: number): number {
    return this.#own[viewer] as number;
  }

  /** A new item, or one that is of another class now. Nowhere, until it is placed. */
  addItem(item: number, itemClass: number): void {
    this.#holdItem(item);
    if (this.#known.has(item)) this.#pointsOf(item).remove(item);
    this.#known.add(item);
    this.#classes[item] = itemClass;
    this.#teams[item] = NO_TEAM;
    this.#everywhere[item] = this.shapeOf(itemClass) === null ? 1 : 0;
    this.#changedItems.add(item);
  }

  /** What has no finite place is nowhere. */
  placeItem(item: number, x: number, y: number): void {
    const points = this.#pointsOf(item);
    if (Number.isFinite(x) && Number.isFinite(y)) {
      if (points.place(item, x, y)) this.#changedItems.add(item);
    } else if (points.cellOf(item) !== NONE) {
      points.remove(item);
      this.#changedItems.add(item);
    }
  }

  /** @param isEverywhere - besides what its class says */
  ruleItem(item: number, team: number, isEverywhere: boolean): void {
    const everywhere = isEverywhere || this.shapeOf(this.classOf(item)) === null ? 1 : 0;
    if (this.#teams[item] === team && this.#everywhere[item] === everywhere) return;
    this.#teams[item] = team;
    this.#everywhere[item] = everywhere;
    this.#changedItems.add(item);
  }

  /** Nobody is told: what is gone from the state is gone for everybody. */
  removeItem(item: number): void {
    if (!this.#known.delete(item)) return;
    this.#pointsOf(item).remove(item);
    this.#changedItems.delete(item);
    this.seen.clearItem(item);
  }

  /** @param viewer - the id of a Colyseus view */
  addViewer(viewer: number): void {
    this.#holdViewer(viewer);
    this.seen.doubtAll();
    this.#viewers.add(viewer);
    this.#changedViewers.set(viewer, null);
  }

  /** A viewer without a finite place looks from where he did. */
  placeViewer(viewer: number, x: number, y: number): void {
    if (!Number.isFinite(x) || !Number.isFinite(y)) return;
    const { eyes } = this;
    const isPlaced = eyes.cellOf(viewer) !== NONE;
    const column = eyes.columnOf(viewer);
    const row = eyes.rowOf(viewer);
    if (!eyes.place(viewer, x, y) || this.#changedViewers.has(viewer)) return;
    this.#changedViewers.set(viewer, isPlaced ? { column, row } : null);
  }

  setTeam(viewer: number, team: number): void {
    const before = this.teamOfViewer(viewer);
    if (before === team) return;
    this.#viewersOfTeam.get(before)?.delete(viewer);
    this.#teamOfViewer[viewer] = team;
    if (team !== NO_TEAM) {
      let viewers = this.#viewersOfTeam.get(team);
      if (viewers === undefined) {
        viewers = new Set();
        this.#viewersOfTeam.set(team, viewers);
      }
      viewers.add(viewer);
    }
    this.#changedViewers.set(viewer, null);
  }

  /** How much his link carries. */
  setLevel(viewer: number, level: QualityLevel): void {
    if (this.levelOf(viewer) === level) return;
    this.#levels[viewer] = level;
    this.#changedViewers.set(viewer, null);
  }

  /** What a viewer sees whatever his link carries, unless it is too far away. @param item - -1: nothing */
  setOwn(viewer: number, item: number): void {
    if (this.ownOf(viewer) === item) return;
    this.#own[viewer] = item;
    if (this.levelOf(viewer) !== 0) this.#changedViewers.set(viewer, null);
  }

  /** Forgets a viewer without a word. @param forget - told of each item he saw */
  removeViewer(viewer: number, forget: (item: number) => void): void {
    if (!this.#viewers.delete(viewer)) return;
    this.seen.doubtAll();
    this.eyes.remove(viewer);
    this.#viewersOfTeam.get(this.teamOfViewer(viewer))?.delete(viewer);
    this.#teamOfViewer[viewer] = NO_TEAM;
    this.#levels[viewer] = 0;
    this.#own[viewer] = NONE;
    this.#changedViewers.delete(viewer);
    for (const item of this.#known) {
      if (!this.seen.has(item, viewer)) continue;
      this.seen.clear(item, viewer);
      forget(item);
    }
  }

  /** Whether the viewer's cell sees the item's: without its team, and without what is everywhere. */
  isNear(viewer: number, item: number): boolean {
    const { eyes } = this;
    const level = item === this.ownOf(viewer) ? 0 : this.levelOf(viewer);
    const shape = this.shapeOf(this.classOf(item), level);
    const points = this.#pointsOf(item);
    if (shape === null || points.cellOf(item) === NONE || eyes.cellOf(viewer) === NONE)
      return false;
    const dx = points.columnOf(item) - eyes.columnOf(viewer);
    return isWithin(shape, dx, points.rowOf(item) - eyes.rowOf(viewer));
  }

  /** Tells the listener what has changed since the last time. */
  settle(): void {
    for (const item of this.#changedItems) this.#settleItem(item);
    this.#changedItems.clear();
    for (const [viewer, before] of this.#changedViewers) {
      if (before === null) {
        for (const item of this.#known) this.#settlePair(viewer, item);
        continue;
      }
      this.#settleAround(viewer, before.column, before.row);
      this.#settleAround(viewer, this.eyes.columnOf(viewer), this.eyes.rowOf(viewer));
    }
    this.#changedViewers.clear();
  }

  #mustSee(viewer: number, item: number): boolean {
    if (this.#isSeenFromAfar(viewer, item)) return true;
    return this.isNear(viewer, item);
  }

  #isSeenFromAfar(viewer: number, item: number): boolean {
    const team = this.teamOf(item);
    const isOfTeam = team !== NO_TEAM && team === this.teamOfViewer(viewer);
    if (!isOfTeam && !this.isEverywhere(item)) return false;
    if (item === this.ownOf(viewer)) return true;
    return isShownFromAfar(this.importanceOf(this.classOf(item)), this.levelOf(viewer));
  }

  #settlePair(viewer: number, item: number): void {
    const mustSee = this.#mustSee(viewer, item);
    if (mustSee === this.seen.has(item, viewer)) return;
    if (mustSee) {
      this.seen.set(item, viewer);
      this.#listener.entered(viewer, item);
    } else {
      this.seen.clear(item, viewer);
      this.#listener.left(viewer, item);
    }
  }

  #settleItem(item: number): void {
    const settle = (viewer: number) => this.#settlePair(viewer, item);
    this.seen.forEach(item, settle);
    if (this.isEverywhere(item)) {
      this.#viewers.forEach(settle);
      return;
    }
    this.#viewersOfTeam.get(this.teamOf(item))?.forEach(settle);
    const points = this.#pointsOf(item);
    const shape = this.shapeOf(this.classOf(item));
    if (shape === null || points.cellOf(item) === NONE) return;
    this.#forEachAround(shape, points.columnOf(item), points.rowOf(item), (cell) => {
      const { eyes } = this;
      for (let eye = eyes.firstIn(cell); eye !== NONE; eye = eyes.nextOf(eye)) settle(eye);
    });
  }

  #settleAround(viewer: number, column: number, row: number): void {
    for (let index = 0; index < this.classes; index++) {
      const shape = this.shapeOf(index);
      if (shape === null) continue;
      const points = this.itemsOf(index);
      this.#forEachAround(shape, column, row, (cell) => {
        for (let item = points.firstIn(cell); item !== NONE; item = points.nextOf(item)) {
          this.#settlePair(viewer, item);
        }
      });
    }
  }

  #forEachAround(shape: CellShape, column: number, row: number, call: (cell: number) => void) {
    for (let dy = -shape.reach; dy <= shape.reach; dy++) {
      const width = shape.halfWidths[Math.abs(dy)] as number;
      for (let dx = -width; dx <= width; dx++) {
        const cell = this.grid.at(column + dx, row + dy);
        if (cell !== NONE) call(cell);
      }
    }
  }

  #pointsOf(item: number): CellPoints {
    return this.itemsOf(this.classOf(item));
  }

  #holdItem(item: number): void {
    this.seen.holdItem(item);
    if (item < this.#classes.length) return;
    const length = Math.max(2 * this.#classes.length, item + 1);
    this.#classes = resized(this.#classes, length);
    this.#teams = resized(this.#teams, length);
    this.#everywhere = resized(this.#everywhere, length);
  }

  #holdViewer(viewer: number): void {
    this.seen.holdViewer(viewer);
    if (viewer < this.#levels.length) return;
    const length = Math.max(2 * this.#levels.length, viewer + 1);
    this.#levels = resized(this.#levels, length);
    this.#own = resized(this.#own, length, NONE);
    this.#teamOfViewer = resized(this.#teamOfViewer, length);
  }
}

function shapeAt(
  { radius, importance }: SightClass,
  level: QualityLevel,
  side: number,
): CellShape | null {
  const share = sightShare(importance, level);
  return Number.isFinite(radius) && share > 0 ? cellShape(radius, side, share) : null;
}
