import { $refId, type ChangeTree, type Root, StateView } from '@colyseus/schema';
import { type Ref, viewInternals } from './schema-internals.ts';

// Who sees what. Colyseus keeps it on the objects: a bitmap for each question, in which each view has the bit of its id. The
// record is these bitmaps as they are, and which session holds which id:
//
//   { views: { <session>: { id, items? } },
//     trees: [[refId, visible, subscribed, { <tag bit>: bitmap }], …] }      bitmaps: 32 ids a number, lowest first
//
// A patch holds the objects whose bitmaps changed, an empty one when nobody sees the object any more. `StateView.changes` would
// not do: much of what changes visibility does not pass it (subscriptions, new objects, what children inherit).

export interface ViewRecord {
  readonly id: number;
  /** For iterable views: refIds of what was added by hand. */
  readonly items?: readonly number[];
}

type TagBitmaps = Readonly<Record<string, readonly number[]>>;

/** [refId, visible, subscribed, tags] */
export type TreeRecord = readonly [number, readonly number[], readonly number[], TagBitmaps];

/** As JSON. */
export interface ViewsRecord {
  /** All sessions that have a view, whenever that changed; undefined: as before. */
  readonly views?: Readonly<Record<string, ViewRecord>>;
  readonly trees: readonly TreeRecord[];
}

/** What need not be written down, as the room that comes back finds it out anew: who sees what by the room's interest. */
export interface DerivedSight {
  /** Names a tree in `word`; -1: nothing of it is derived. */
  itemOf(tree: ChangeTree): number;
  /** One number of its bitmap of views. */
  word(item: number, word: number): number;
}

/** Takes down the views of one room. */
export class ViewRecorder {
  #views = '';
  #trees: ReadonlyMap<number, TreeRecord> = new Map();
  #derived: DerivedSight | null = null;

  /** All there is, for a checkpoint. What `changes()` reports from now on is relative to it. */
  checkpoint(
    root: Root,
    views: ReadonlyMap<string, StateView>,
    derived: DerivedSight | null = null,
  ): ViewsRecord {
    this.#views = '';
    this.#trees = new Map();
    return { views: {}, trees: [], ...this.changes(root, views, derived) };
  }

  /** What changed since the last record; null when nothing did. */
  changes(
    root: Root,
    views: ReadonlyMap<string, StateView>,
    derived: DerivedSight | null = null,
  ): ViewsRecord | null {
    this.#derived = derived;
    const viewRecords = recordViews(root, views);
    const viewsText = JSON.stringify(viewRecords);
    const haveViewsChanged = viewsText !== this.#views && (views.size > 0 || this.#views !== '');
    this.#views = viewsText;
    const trees = this.#changedTrees(root);
    if (!haveViewsChanged && trees.length === 0) return null;
    return haveViewsChanged ? { views: viewRecords, trees } : { trees };
  }

  #changedTrees(root: Root): TreeRecord[] {
    const before = this.#trees;
    const now = new Map<number, TreeRecord>();
    const changed: TreeRecord[] = [];
    for (const tree of Object.values(root.changeTrees)) {
      const visible = this.#visibleOf(tree);
      if (!isInAnyView(tree, visible)) continue;
      const refId = (tree.ref as unknown as Ref)[$refId] as number;
      let record = before.get(refId);
      if (record === undefined || !isUpToDate(record, tree, visible)) {
        record = recordTree(refId, tree, visible);
        changed.push(record);
      }
      now.set(refId, record);
    }
    for (const refId of before.keys()) {
      // Of an object that is gone the state tells.
      if (!now.has(refId) && root.changeTrees[refId]) changed.push([refId, [], [], {}]);
    }
    this.#trees = now;
    return changed;
  }

  /** Views that see a tree, without what is derived. */
  #visibleOf(tree: ChangeTree): readonly number[] | undefined {
    const { visibleViews } = tree;
    const derived = this.#derived;
    if (derived === null || visibleViews === undefined) return visibleViews;
    const item = derived.itemOf(tree);
    if (item < 0) return visibleViews;
    const isAllDerived = visibleViews.every((bits, i) => (bits & ~derived.word(item, i)) === 0);
    return isAllDerived ? undefined : visibleViews.map((bits, i) => bits & ~derived.word(item, i));
  }
}

/**
 * Views that see what those in the journal saw, one for each session; sessions that shared a view share one.
 *
 * @param root - of the revived state
 * @param records - of the checkpoint and of the patches after it, in order
 */
export function reviveViews(root: Root, records: readonly ViewsRecord[]): Map<string, StateView> {
  const trees = new Map<number, TreeRecord>();
  let sessions: Readonly<Record<string, ViewRecord>> = {};
  for (const record of records) {
    sessions = record.views ?? sessions;
    for (const tree of record.trees) trees.set(tree[0], tree);
  }
  const byId = new Map<number, StateView>();
  const views = new Map<string, StateView>();
  for (const [sessionId, record] of Object.entries(sessions)) {
    let view = byId.get(record.id);
    if (view === undefined) {
      view = reviveView(root, record, trees.values());
      byId.set(record.id, view);
    }
    views.set(sessionId, view);
  }
  return views;
}

function reviveView(root: Root, { id, items }: ViewRecord, trees: Iterable<TreeRecord>): StateView {
  const view = new StateView(items !== undefined);
  viewInternals(view)._bindRoot(root);
  for (const refId of items ?? []) {
    const tree = root.changeTrees[refId];
    if (tree !== undefined) view.items.push(tree.ref);
  }
  for (const record of trees) {
    const tree = root.changeTrees[record[0]];
    if (tree !== undefined) reviveTree(view, tree, record, id);
  }
  return view;
}

/** @param id - of the view when it was recorded */
function reviveTree(view: StateView, tree: ChangeTree, record: TreeRecord, id: number): void {
  const [, visible, subscribed, tags] = record;
  if (hasBit(visible, id)) view.markVisible(tree);
  if (hasBit(subscribed, id)) viewInternals(view)._setSubscribed(tree);
  for (const [tag, bitmap] of Object.entries(tags)) {
    if (hasBit(bitmap, id)) view.addTag(tree, Number(tag));
  }
}

function recordViews(
  root: Root,
  views: ReadonlyMap<string, StateView>,
): Record<string, ViewRecord> {
  const records: Record<string, ViewRecord> = {};
  for (const [sessionId, view] of views) {
    // A view gets its id when something is added to it, or now: it is harmless, and each one has a name.
    viewInternals(view)._bindRoot(root);
    records[sessionId] = view.iterable
      ? { id: view.id, items: view.items.map((item) => (item as unknown as Ref)[$refId] as number) }
      : { id: view.id };
  }
  return records;
}

function recordTree(refId: number, tree: ChangeTree, visible: readonly number[] = []): TreeRecord {
  const tags: Record<string, readonly number[]> = {};
  for (const [tag, bitmap] of tree.tagViews ?? []) tags[tag] = bitmap.slice();
  return [refId, visible.slice(), tree.subscribedViews?.slice() ?? [], tags];
}

/** Looked at for each object in each flush: it makes nothing. */
function isUpToDate(
  [, visible, subscribed, tags]: TreeRecord,
  tree: ChangeTree,
  visibleNow: readonly number[] | undefined,
): boolean {
  if (!isSame(visible, visibleNow) || !isSame(subscribed, tree.subscribedViews)) return false;
  if (tree.tagViews === undefined) return true;
  for (const [tag, bitmap] of tree.tagViews) if (!isSame(tags[tag], bitmap)) return false;
  return true;
}

function isSame(a: readonly number[] = [], b: readonly number[] = []): boolean {
  return a.length === b.length && a.every((bits, i) => bits === b[i]);
}

function isInAnyView(tree: ChangeTree, visible: readonly number[] | undefined): boolean {
  if (isSet(visible) || isSet(tree.subscribedViews)) return true;
  if (tree.tagViews === undefined) return false;
  for (const bitmap of tree.tagViews.values()) if (isSet(bitmap)) return true;
  return false;
}

function isSet(bitmap: readonly number[] | undefined): boolean {
  return bitmap?.some((bits) => bits !== 0) ?? false;
}

function hasBit(bitmap: readonly number[], id: number): boolean {
  return ((bitmap[id >> 5] ?? 0) & (1 << (id & 31))) !== 0;
}
