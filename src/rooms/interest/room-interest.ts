import { type Client, ClientState } from '@colyseus/core';
import { $changes, type ChangeTree, type Encoder, type Schema } from '@colyseus/schema';
import type { QualityLevel } from '../../protocol/quality.ts';
import type { DerivedSight } from '../journal/view-recorder.ts';
import type { Eye, Interest } from './interest.ts';
import { SightMap } from './sight-map.ts';
import { type GoneItem, TrackedItems } from './tracked-items.ts';
import { stockViewWriter, type Viewer, Viewers, type ViewWriter } from './viewers.ts';

// The interest of one room: what its game says, applied before each flush.
//
//   state ──look──▶ TrackedItems ─┐
//                                 ├─▶ SightMap ──entered, left──▶ ViewWriter ──▶ the clients' StateViews
//   clients, eyes ──▶ Viewers ────┘
//
// A client's view is his own. What the game adds to it by hand stays in it, unless it is an entity that leaves his sight.

/** The room's side. */
export interface InterestHost {
  readonly encoder: () => Encoder;
  /** How much the link of a client carries; all of it unless something else is said. */
  readonly levelOf?: (client: Client) => QualityLevel;
  /** Takes what the game's own functions throw. */
  fault(error: unknown): void;
}

/** Colyseus' tag of `.view()`: what it is on is shown along with its parent. */
const DEFAULT_VIEW_TAG = -1;

export class RoomInterest implements DerivedSight {
  readonly sights: SightMap;
  readonly items: TrackedItems;
  readonly viewers: Viewers;
  /** Colyseus' own means, until a serializer knows better. */
  writer: ViewWriter = stockViewWriter;
  readonly #interest: Interest;
  readonly #host: InterestHost;
  /** Gone from the state, and still marked as seen, for those who are to be told. */
  #gone: { readonly tree: ChangeTree; readonly viewers: readonly Viewer[] }[] = [];

  /** @throws {TypeError} when the state has no such collections, or they are hidden from nobody */
  constructor(interest: Interest, host: InterestHost) {
    this.#interest = interest;
    this.#host = host;
    this.viewers = new Viewers(() => host.encoder().root);
    this.sights = new SightMap(
      Object.values(interest.classes).map(({ radius, importance = 'normal' }) => ({
        radius,
        importance,
      })),
      {
        entered: (id, item) => this.writer.enter(this.#viewer(id), this.items.treeOf(item)),
        left: (id, item) => this.writer.leave(this.#viewer(id), this.items.treeOf(item)),
      },
    );
    this.viewers.marked = (tree) => {
      const item = this.items.itemOf(tree);
      if (item >= 0) this.sights.seen.doubt(item);
    };
    this.items = new TrackedItems(() => host.encoder().state, this.sights, interest.classes);
    assertHidden(host.encoder(), interest);
  }

  /** Brings all views up to date. To be called before each flush. */
  update(clients: Iterable<Client>): void {
    for (const client of clients) {
      if (client.state === ClientState.JOINED) this.#seat(client);
    }
    this.#settle();
  }

  /** Brings one client's view up to date, who is about to get the full state. */
  show(client: Client): void {
    this.#seat(client);
    this.#settle();
  }

  /** After a flush: those who saw what is gone have been told. */
  flushed(): void {
    for (const { tree, viewers } of this.#gone) {
      const item = this.items.itemOf(tree);
      if (item >= 0) {
        // It came back in the same turn, and stays with those who see it.
        for (const viewer of viewers) {
          if (!this.sights.seen.has(item, viewer.id)) this.writer.leave(viewer, tree);
        }
      } else if (tree.root === undefined) {
        // Should it come back one day, nobody sees it.
        for (const { view } of viewers) view.unmarkVisible(tree);
      }
    }
    this.#gone = [];
  }

  /** The client's seat is given up. Before his view is. */
  left(client: Client): void {
    const viewer = this.viewers.of(client);
    if (viewer !== undefined) this.#forgetViewer(viewer);
  }

  /** The entity that a tree is, or a part of; -1: none, or a part that a game shows by its own tags. */
  itemOf(tree: ChangeTree): number {
    for (let current = tree; ; ) {
      const item = this.items.itemOf(current);
      const parent = current.parent?.[$changes];
      if (item >= 0 || parent === undefined) return item;
      const tag = parent.encDescriptor.tags[current.parentIndex as number];
      if (tag !== undefined && tag !== DEFAULT_VIEW_TAG) return -1;
      current = parent;
    }
  }

  /** Who sees an entity by this interest alone, in the layout of Colyseus' bitmaps. */
  word(item: number, word: number): number {
    return this.sights.seen.word(item, word);
  }

  #seat(client: Client): void {
    const known = this.viewers.of(client);
    if (known !== undefined) {
      known.client = client;
      return;
    }
    this.#dropFormerView(client);
    this.sights.addViewer(this.viewers.add(client).id);
  }

  /** The game has given him another view. */
  #dropFormerView(client: Client): void {
    for (const viewer of this.viewers.values()) {
      if (viewer.client !== client) continue;
      this.#forgetViewer(viewer);
      return;
    }
  }

  #forgetViewer(viewer: Viewer): void {
    this.sights.removeViewer(viewer.id, (item) => {
      viewer.view.unmarkVisible(this.items.treeOf(item));
    });
    this.viewers.delete(viewer);
  }

  #settle(): void {
    try {
      this.items.look((item) => this.#forget(item));
      for (const viewer of this.viewers.values()) this.#look(viewer);
    } catch (error) {
      this.#host.fault(error);
    }
    this.sights.settle();
  }

  #look(viewer: Viewer): void {
    const { client, id } = viewer;
    const item = this.items.ofSession(client.sessionId, this.sights.ownOf(id));
    const { eye } = this.#interest;
    const from: Eye | null | undefined = eye?.(client, this.#host.encoder().state as never);
    if (from) this.sights.placeViewer(id, from.x, from.y);
    else if (item >= 0 && eye === undefined) {
      this.sights.placeViewer(id, this.items.xOf(item), this.items.yOf(item));
    }
    if (item >= 0) this.sights.setTeam(id, this.sights.teamOf(item));
    this.sights.setOwn(id, item);
    this.sights.setLevel(id, this.#host.levelOf?.(client) ?? 0);
  }

  #forget(item: GoneItem): void {
    const viewers: Viewer[] = [];
    this.sights.seen.forEach(item.item, (id) => {
      const viewer = this.#viewer(id);
      this.writer.gone(viewer, item);
      viewers.push(viewer);
    });
    if (viewers.length > 0) this.#gone.push({ tree: item.tree, viewers });
  }

  #viewer(id: number): Viewer {
    return this.viewers.get(id) as Viewer;
  }
}

/** @throws {TypeError} for the developer of the game */
function assertHidden(encoder: Encoder, { classes }: Interest): void {
  const state = encoder.state as Schema;
  const tree: ChangeTree = state[$changes] as never;
  const { names, tags, streamBitmask } = tree.encDescriptor;
  for (const name of Object.keys(classes)) {
    const index = names.indexOf(name);
    const where = `${state.constructor.name}.${name}`;
    if (index < 0) throw new TypeError(`interest: ${where} is not a field of the state.`);
    if (tags[index] === undefined) {
      throw new TypeError(`interest: ${where} must be declared with .view().`);
    }
    if ((streamBitmask & (1 << index)) !== 0) {
      throw new TypeError(`interest: ${where} is a stream, which has a pace of its own.`);
    }
  }
}
