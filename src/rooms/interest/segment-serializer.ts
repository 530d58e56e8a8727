import type { Client } from '@colyseus/core';
import type { ChangeTree, Iterator, Schema } from '@colyseus/schema';
import type { QualityLevel } from '../../protocol/quality.ts';
import { type ClientBudget, FREE_BUDGET } from '../flow/client-budget.ts';
import type { PatchTiming } from '../flow/patch-frame.ts';
import { PatchSerializer, type PatchSerializerDeps } from '../flow/patch-serializer.ts';
import { QUALITY_LEVELS } from '../flow/quality-levels.ts';
import type { DerivedSight } from '../journal/view-recorder.ts';
import { ChangeList, forEachChange } from './change-list.ts';
import { type Interest, USUAL_BYTES_PER_SECOND } from './interest.ts';
import { Introductions } from './introductions.ts';
import type { Cadences } from './pace.ts';
import { RoomInterest } from './room-interest.ts';
import { SegmentBook } from './segment-book.ts';
import { ViewerPatches } from './viewer-patches.ts';

// The patches of a room with interest. Same wire format and id as ever; each changed entity is encoded once, and a client's patch is
// copied together:
//
//   [what all get][leaves][enters][what Colyseus encodes for this view][segments of the cells he sees]
//                  ───────────────── mostly nothing ─────────────────
//
// Those in one cell for whom there is nothing in the middle get the very same bytes, frame and all; where not all that has changed
// fits their budget, those of the cadences that pace.ts says. Whose link carries less than others' gets a frame of his own. What is no plain value
// (nested objects, arrays, fields with tags), and what the game has shown to somebody by hand, Colyseus encodes for each view
// as it always does: see `SegmentBook.take`.

export interface SegmentSerializerDeps extends PatchSerializerDeps {
  readonly interest: Interest;
  /** Time between two patches; null: nobody knows. */
  readonly patchIntervalMs?: () => number | null;
  /** What the link of a client carries; nothing is known to be amiss unless something else is said. */
  readonly budgetOf?: (client: Client) => ClientBudget;
  /** Takes what the game's own functions throw. */
  readonly fault: (error: unknown) => void;
  /** Whether segments are used; otherwise views follow, and Colyseus encodes each of them. */
  readonly usesSegments: boolean;
}

const NO_PATCH = new Uint8Array(0);
/** As Colyseus' own default. */
const USUAL_PATCH_INTERVAL_MS = 50;

export class SegmentSerializer<T extends Schema> extends PatchSerializer<T> {
  readonly #deps: SegmentSerializerDeps;
  #interest: RoomInterest | null = null;
  #book: SegmentBook | null = null;
  #introductions: Introductions | null = null;

  constructor(deps: SegmentSerializerDeps) {
    super(deps);
    this.#deps = deps;
  }

  /** Null before the first `reset`. */
  get interest(): RoomInterest | null {
    return this.#interest;
  }

  /** For the journal. */
  get derivedSight(): DerivedSight | null {
    return this.#interest;
  }

  override reset(state: T & Schema): void {
    super.reset(state);
    const { interest, fault, usesSegments } = this.#deps;
    const roomInterest = new RoomInterest(interest, {
      encoder: () => this.encoder,
      levelOf: (client) => this.#budgetOf(client).level,
      fault,
    });
    this.#interest = roomInterest;
    if (!usesSegments) return;
    this.#book = new SegmentBook(roomInterest);
    this.#introductions = new Introductions(roomInterest);
    roomInterest.writer = this.#introductions;
  }

  override getFullState(client?: Client, timing?: PatchTiming): Uint8Array {
    if (client === undefined) return super.getFullState(client, timing);
    this.#interest?.show(client);
    const state = super.getFullState(client, timing);
    // All of it is in there.
    client.view?.changes.clear();
    const viewer = this.#interest?.viewers.of(client);
    if (viewer !== undefined) this.#introductions?.drop(viewer);
    return state;
  }

  override applyPatches(clients: Client[], state?: unknown, timing?: PatchTiming): boolean {
    this.#interest?.update(clients);
    this.#book?.open();
    try {
      return super.applyPatches(clients, state, timing);
    } finally {
      this.#book?.close();
      this.#introductions?.clear();
      this.#interest?.flushed();
    }
  }

  /** How often a client is told of what he sees, as of the last flush; null: with each of them, or nobody knows him. */
  cadencesOf(client: Client): Cadences | null {
    const viewer = this.#interest?.viewers.of(client);
    return viewer === undefined || this.#book === null ? null : this.#book.cadencesAt(viewer.step);
  }

  /** A seat is given up; its view is about to be. */
  left(client: Client): void {
    const viewer = this.#interest?.viewers.of(client);
    if (viewer !== undefined) this.#introductions?.drop(viewer);
    this.#interest?.left(client);
  }

  protected override hasViewChanges(ready: Client[]): boolean {
    if (this.#introductions?.isEmpty === false || this.#book?.isDue === true) return true;
    return super.hasViewChanges(ready);
  }

  protected override flushViews(
    ready: Client[],
    hasChanges: boolean,
    timing?: PatchTiming,
  ): Uint8Array | null {
    if (this.#book === null || this.#interest === null || this.#introductions === null) {
      return super.flushViews(ready, hasChanges, timing);
    }
    const book = this.#book;
    book.leastStep = this.deps.flow?.overload ?? 0;
    const { shared, changes } = this.#sort(book, hasChanges);
    const patches = new ViewerPatches({
      usualBytes: this.#usualBytes(),
      budgetOf: (client) => this.#budgetOf(client),
      changes,
      encoder: this.encoder,
      interest: this.#interest,
      book,
      introductions: this.#introductions,
      shared,
      timing,
    });
    try {
      this.encoder.sharedBuffer = this.deps.scratch.buffer;
      patches.encode();
      for (const client of ready) this.#sendTo(client, patches);
    } finally {
      changes.restore();
      this.releaseScratch();
    }
    return hasChanges ? shared : null;
  }

  /** What a poor link gets is less already. */
  protected override demandOf(bytes: number, level: QualityLevel): number {
    return this.#book === null ? bytes : bytes / QUALITY_LEVELS[level].share;
  }

  #budgetOf(client: Client): ClientBudget {
    if (this.#deps.budgetOf !== undefined) return this.#deps.budgetOf(client);
    const flow = this.flowOf(client);
    // At the best level nothing speaks against what others get.
    return flow === null || flow.level === 0 ? FREE_BUDGET : flow;
  }

  /** What a client gets with one patch, on average. */
  #usualBytes(): number {
    const { interest, patchIntervalMs } = this.#deps;
    const bytesPerSecond = interest.bytesPerSecond ?? USUAL_BYTES_PER_SECOND;
    return (bytesPerSecond * (patchIntervalMs?.() ?? USUAL_PATCH_INTERVAL_MS)) / 1_000;
  }

  #sendTo(client: Client, patches: ViewerPatches): void {
    const viewer = this.#interest?.viewers.of(client);
    // Its first look failed, with the game's own functions: there is nothing it may see.
    if (viewer === undefined) return;
    const frame = patches.of(viewer);
    if (frame === null) return;
    if (patches.isShared) this.sendShared(client, frame);
    else this.sendOwn(client, frame);
  }

  /** Takes segments out of what has changed, and of the rest encodes what all get. What views hide is left. */
  #sort(book: SegmentBook, hasChanges: boolean): SortedChanges {
    // What an encoder does first, and what others see of a tree may depend on it.
    const isSettled = this.encoder.root.pendingFilterRefresh.length === 0;
    let shared = hasChanges && !isSettled ? this.#encodeShared() : NO_PATCH;
    const forAll = new ChangeList(this.encoder);
    const changes = new ChangeList(this.encoder);
    forEachChange(this.encoder, (node) => {
      const { changeTree: tree } = node;
      if (hidesChanges(tree)) {
        if (book.take(tree)) return;
        changes.keep(node);
      }
      if (!tree.isFiltered) forAll.keep(node);
    });
    if (hasChanges && isSettled) {
      forAll.narrow();
      try {
        shared = this.#encodeShared();
      } finally {
        forAll.restore();
      }
    }
    return { shared, changes };
  }

  #encodeShared(): Uint8Array {
    const it: Iterator = { offset: 0 };
    this.encoder.sharedBuffer = this.deps.scratch.buffer;
    const owned = this.encoder.encode(it).slice();
    this.releaseScratch();
    return owned;
  }
}

interface SortedChanges {
  /** What all get. */
  readonly shared: Uint8Array;
  /** What Colyseus is to encode for each view that sees it. */
  readonly changes: ChangeList;
}

/** Whether a view may hide something of what has changed. */
function hidesChanges(tree: ChangeTree): boolean {
  if (tree.isFiltered) return true;
  const { hasAnyView, tags } = tree.encDescriptor;
  return hasAnyView && hasTaggedChange(tree, tags);
}

function hasTaggedChange(tree: ChangeTree, tags: ChangeTree['encDescriptor']['tags']): boolean {
  let hides = false;
  tree.forEach((index) => {
    if (tags[index] !== undefined) hides = true;
  });
  return hides;
}
