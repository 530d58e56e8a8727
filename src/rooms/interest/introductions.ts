import { $changes, type ChangeTree, type Encoder, OPERATION } from '@colyseus/schema';
import type { RoomInterest } from './room-interest.ts';
import { SegmentPen } from './segment-pen.ts';
import type { GoneItem } from './tracked-items.ts';
import { isMap, isReplaced, refIdOf } from './trees.ts';
import { stockViewWriter, type Viewer, type ViewWriter } from './viewers.ts';

// What enters and leaves sights, between two flushes. Colyseus would write down each field of it for each view; here the bytes
// that introduce an entity are made once per flush and copied to all who begin to see it:
//
//   enters   [255][refId of the map][ADD][index][key][refId] [255][refId][ADD | field][value] …
//   leaves   [255][refId of the map][DELETE][index]
//
// That goes for entities of plain values in maps. All others enter and leave by Colyseus' own means.

interface Pending {
  readonly entering: Set<ChangeTree>;
  /** By entity, as they may be gone by the time this is sent. */
  readonly leaving: Map<ChangeTree, { readonly map: ChangeTree; readonly index: number }>;
}

/** Bytes of one view. */
export interface Introduction {
  readonly leaves: Uint8Array;
  readonly enters: readonly Uint8Array[];
}

const NOTHING = new Uint8Array(0);

export class Introductions implements ViewWriter {
  readonly #interest: RoomInterest;
  /** By viewer's id. */
  #pending: (Pending | undefined)[] = [];
  /** Viewers that have something pending. */
  #count = 0;
  /** Of this flush. */
  readonly #introduced = new Map<ChangeTree, Uint8Array>();
  #scratch = new Uint8Array(1024);

  constructor(interest: RoomInterest) {
    this.#interest = interest;
  }

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  enter(viewer: Viewer, tree: ChangeTree): void {
    this.#pending[viewer.id]?.leaving.delete(tree);
    if (!this.#isOurs(viewer, tree)) {
      this.#interest.viewers.marked(tree);
      stockViewWriter.enter(viewer, tree);
      return;
    }
    viewer.mark(tree);
    this.#pendingOf(viewer).entering.add(tree);
  }

  leave(viewer: Viewer, tree: ChangeTree): void {
    if (!this.#isOurs(viewer, tree)) {
      this.#interest.viewers.marked(tree);
      stockViewWriter.leave(viewer, tree);
      return;
    }
    viewer.unmark(tree);
    const pending = this.#pendingOf(viewer);
    if (pending.entering.delete(tree)) return;
    const map = mapOf(tree) as ChangeTree;
    pending.leaving.set(tree, { map, index: tree.parentIndex as number });
  }

  gone(viewer: Viewer, item: GoneItem): void {
    if (this.#pending[viewer.id]?.entering.delete(item.tree) === true) return;
    const { tree, parent: map, index } = item;
    if (isReplaced(item)) this.#pendingOf(viewer).leaving.set(tree, { map, index });
  }

  /** The client gets, or has got, all of it by other means. */
  drop(viewer: Viewer): void {
    if (this.#pending[viewer.id] === undefined) return;
    this.#pending[viewer.id] = undefined;
    this.#count--;
  }

  /** After a flush: who did not get it is to get a full state. */
  clear(): void {
    if (this.isEmpty) return;
    this.#pending = [];
    this.#count = 0;
    this.#introduced.clear();
  }

  /** @returns null when nothing entered or left */
  take(viewer: Viewer, encoder: Encoder): Introduction | null {
    if (this.isEmpty) return null;
    const pending = this.#pending[viewer.id];
    if (pending === undefined) return null;
    return this.#introductionOf(pending, encoder);
  }

  #introductionOf({ entering, leaving }: Pending, encoder: Encoder): Introduction {
    const leaves =
      leaving.size === 0
        ? NOTHING
        : this.#encode(encoder, (pen) => {
            for (const { map, index } of leaving.values()) {
              pen.writeEntry(map, index, OPERATION.DELETE);
            }
          });
    return { leaves, enters: [...entering].map((tree) => this.#introduce(tree, encoder)) };
  }

  #introduce(tree: ChangeTree, encoder: Encoder): Uint8Array {
    let bytes = this.#introduced.get(tree);
    if (bytes === undefined) {
      const map = mapOf(tree) as ChangeTree;
      bytes = this.#encode(encoder, (pen) => {
        pen.writeEntry(map, tree.parentIndex as number, OPERATION.ADD);
        pen.writeLive(tree);
      });
      this.#introduced.set(tree, bytes);
    }
    return bytes;
  }

  #encode(encoder: Encoder, write: (pen: SegmentPen) => void): Uint8Array {
    for (;;) {
      const it = { offset: 0 };
      write(new SegmentPen(encoder, this.#scratch, it));
      if (it.offset <= this.#scratch.length) return this.#scratch.slice(0, it.offset);
      this.#scratch = new Uint8Array(2 * it.offset);
    }
  }

  #isOurs({ view }: Viewer, tree: ChangeTree): boolean {
    const map = mapOf(tree);
    if (map === undefined || view.iterable || !isMap(map)) return false;
    // The first one brings its map along, whose place in the state the client does not know yet. And what waits in the view
    // for the same map must not come after what is ours.
    if (!view.isVisible(map) || view.changes.has(refIdOf(map))) return false;
    const { items } = this.#interest;
    const item = items.itemOf(tree);
    return item >= 0 && tree.isFiltered && items.fieldsOf(item).areAllPlain;
  }

  #pendingOf(viewer: Viewer): Pending {
    let pending = this.#pending[viewer.id];
    if (pending === undefined) {
      pending = { entering: new Set(), leaving: new Map() };
      this.#pending[viewer.id] = pending;
      this.#count++;
    }
    return pending;
  }
}

function mapOf(tree: ChangeTree): ChangeTree | undefined {
  return tree.parent?.[$changes];
}
