import type { Client } from '@colyseus/core';
import { type ChangeTree, OPERATION, type Root, StateView } from '@colyseus/schema';
import { viewInternals } from '../journal/schema-internals.ts';
import type { GoneItem } from './tracked-items.ts';
import { isReplaced, refIdOf } from './trees.ts';

/** One who looks: a seat with a view of its own. He is one while he is away, too. */
export class Viewer {
  readonly view: StateView;
  /** Another one after he came back. */
  client: Client;
  /** Of pace.ts, at which he got the last patch. */
  step = 0;

  constructor(client: Client, view: StateView) {
    this.client = client;
    this.view = view;
  }

  get id(): number {
    return this.view.id;
  }

  /** Shows him a tree, unheard by `Viewers.marked`. */
  mark(tree: ChangeTree): void {
    StateView.prototype.markVisible.call(this.view, tree);
  }

  unmark(tree: ChangeTree): void {
    StateView.prototype.unmarkVisible.call(this.view, tree);
  }
}

/** What is done to a view when something enters or leaves a sight. Both are called before a flush, or before a full state. */
export interface ViewWriter {
  enter(viewer: Viewer, tree: ChangeTree): void;
  leave(viewer: Viewer, tree: ChangeTree): void;
  /** It is gone from the state, of which Colyseus tells those who know it; unless something else has taken its place. */
  gone(viewer: Viewer, item: GoneItem): void;
}

/** With Colyseus' own means. */
export const stockViewWriter: ViewWriter = {
  enter: ({ view }, tree) => void view.add(tree.ref),
  leave: ({ view }, tree) => void view.remove(tree.ref),
  gone: ({ view }, item) => {
    if (!isReplaced(item)) return;
    const refId = refIdOf(item.parent);
    const changes = view.changes.get(refId) ?? new Map();
    if (!changes.has(item.index)) changes.set(item.index, OPERATION.DELETE);
    view.changes.set(refId, changes);
  },
};

/** All who look, by their views' ids. */
export class Viewers {
  readonly #root: () => Root;
  readonly #byId: (Viewer | undefined)[] = [];
  readonly #all: Viewer[] = [];
  readonly #mask: number[] = [];

  /** Hears of each tree that is shown to a viewer, or hidden from him, by other means than `Viewer`'s. */
  marked: (tree: ChangeTree) => void = () => {};

  /** @param root - of the room's encoder */
  constructor(root: () => Root) {
    this.#root = root;
  }

  get(id: number): Viewer | undefined {
    return this.#byId[id];
  }

  values(): readonly Viewer[] {
    return this.#all;
  }

  /** The ids, in the layout of the bitmaps of Colyseus' trees. */
  get mask(): readonly number[] {
    return this.#mask;
  }

  of(client: Client): Viewer | undefined {
    const { view } = client;
    if (view === undefined) return undefined;
    const viewer = this.#byId[view.id];
    if (viewer === undefined || viewer.view !== view) return undefined;
    const isHis = viewer.client === client || viewer.client.sessionId === client.sessionId;
    return isHis ? viewer : undefined;
  }

  /** Gives him a view, unless he has one that is his own. */
  add(client: Client): Viewer {
    const known = this.#byId[client.view?.id ?? -1];
    const isShared = known !== undefined && known.view === client.view;
    // A view knows one state: of a state that was replaced, it is of no use.
    const root = this.#root();
    const isOfOther = client.view !== undefined && ![undefined, root].includes(rootOf(client.view));
    if (client.view === undefined || isShared || isOfOther) client.view = new StateView();
    const { view } = client;
    viewInternals(view)._bindRoot(root);
    this.#listenTo(view);
    const viewer = new Viewer(client, view);
    const former = this.#byId[view.id];
    if (former !== undefined) this.#remove(former);
    this.#byId[view.id] = viewer;
    this.#all.push(viewer);
    this.#setMask(view.id, true);
    return viewer;
  }

  delete(viewer: Viewer): void {
    this.#byId[viewer.id] = undefined;
    this.#remove(viewer);
    this.#setMask(viewer.id, false);
  }

  /** All that Colyseus or a game does with a view ends at these two. */
  #listenTo(view: StateView): void {
    const { markVisible, unmarkVisible }: StateView = Object.getPrototypeOf(view);
    view.markVisible = (tree) => {
      this.marked(tree);
      markVisible.call(view, tree);
    };
    view.unmarkVisible = (tree) => {
      this.marked(tree);
      unmarkVisible.call(view, tree);
    };
  }

  #remove(viewer: Viewer): void {
    const at = this.#all.indexOf(viewer);
    if (at >= 0) this.#all.splice(at, 1);
  }

  #setMask(id: number, isThere: boolean): void {
    const word = id >> 5;
    while (this.#mask.length <= word) this.#mask.push(0);
    const bit = 1 << (id & 31);
    const before = this.#mask[word] as number;
    this.#mask[word] = isThere ? before | bit : before & ~bit;
  }
}

function rootOf(view: StateView): Root | undefined {
  return (view as unknown as { readonly _root?: Root })._root;
}
