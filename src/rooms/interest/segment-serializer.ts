import type { Client } from '@colyseus/core';
import type { ChangeTree, Encoder, Iterator, Schema } from '@colyseus/schema';
import { openFrame, type PatchFrame, type PatchTiming } from '../flow/patch-frame.ts';
import { PatchSerializer, type PatchSerializerDeps } from '../flow/patch-serializer.ts';
import type { DerivedSight } from '../journal/view-recorder.ts';
import { ChangeList } from './change-list.ts';
import type { Interest } from './interest.ts';
import { type Introduction, Introductions } from './introductions.ts';
import { RoomInterest } from './room-interest.ts';
import { SegmentBook } from './segment-book.ts';
import { NO_TEAM } from './sight-map.ts';
import type { Viewer } from './viewers.ts';

// The patches of a room with interest. Same wire format and id as ever; each changed entity is encoded once, and a client's patch is
// copied together:
//
//   [what all get][leaves][enters][what Colyseus encodes for this view][segments of the cells he sees]
//                  ───────────────── mostly nothing ─────────────────
//
// Those in one cell for whom there is nothing in the middle get the very same bytes, frame and all. What is no plain value
// (nested objects, arrays, fields with tags), and what the game has shown to somebody by hand, Colyseus encodes for each view
// as it always does: see `SegmentBook.take`.

export interface SegmentSerializerDeps extends PatchSerializerDeps {
  readonly interest: Interest;
  /** Takes what the game's own functions throw. */
  readonly fault: (error: unknown) => void;
  /** Whether segments are used; otherwise views follow, and Colyseus encodes each of them. */
  readonly usesSegments: boolean;
}

const NO_PATCH = new Uint8Array(0);

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
    const roomInterest = new RoomInterest(interest, { encoder: () => this.encoder, fault });
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
    try {
      return super.applyPatches(clients, state, timing);
    } finally {
      this.#introductions?.clear();
      this.#interest?.flushed();
    }
  }

  /** A seat is given up; its view is about to be. */
  left(client: Client): void {
    const viewer = this.#interest?.viewers.of(client);
    if (viewer !== undefined) this.#introductions?.drop(viewer);
    this.#interest?.left(client);
  }

  protected override hasViewChanges(ready: Client[]): boolean {
    return this.#introductions?.isEmpty === false || super.hasViewChanges(ready);
  }

  protected override flushViews(
    ready: Client[],
    hasChanges: boolean,
    timing?: PatchTiming,
  ): Uint8Array | null {
    if (this.#book === null || this.#interest === null || this.#introductions === null) {
      return super.flushViews(ready, hasChanges, timing);
    }
    const shared = hasChanges ? this.#encodeShared() : NO_PATCH;
    const book = this.#book;
    book.open();
    // What is neither a segment nor hidden from nobody, Colyseus encodes.
    const changes = new ChangeList(
      this.encoder,
      (tree) => tree.has() && hidesChanges(tree) && !book.take(tree),
    );
    const patches = new ViewerPatches({
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

  #sendTo(client: Client, patches: ViewerPatches): void {
    const viewer = this.#interest?.viewers.of(client);
    // Its first look failed, with the game's own functions: there is nothing it may see.
    if (viewer === undefined) return;
    const own = patches.ownOf(viewer);
    if (own !== null) this.sendOwn(client, own);
    else {
      const frame = patches.groupOf(viewer);
      if (frame !== null) this.sendShared(client, frame);
    }
  }

  #encodeShared(): Uint8Array {
    const it: Iterator = { offset: 0 };
    this.encoder.sharedBuffer = this.deps.scratch.buffer;
    const owned = this.encoder.encode(it).slice();
    this.releaseScratch();
    return owned;
  }
}

interface PatchParts {
  readonly encoder: Encoder;
  readonly changes: ChangeList;
  readonly interest: RoomInterest;
  readonly book: SegmentBook;
  readonly introductions: Introductions;
  /** What all get. */
  readonly shared: Uint8Array;
  readonly timing: PatchTiming | undefined;
}

/** Behind one for those who are nowhere; null: nothing to send. */
type FramesByCell = (PatchFrame | null | undefined)[];

/** The patches of one flush. */
class ViewerPatches {
  readonly #parts: PatchParts;
  /** Of those without a team. */
  readonly #frames: FramesByCell = [];
  readonly #framesByTeam = new Map<number, FramesByCell>();

  constructor(parts: PatchParts) {
    this.#parts = parts;
  }

  encode(): void {
    this.#parts.book.write(this.#parts.encoder);
  }

  /** The frame of all in this viewer's place; null when there is nothing to send. */
  groupOf(viewer: Viewer): PatchFrame | null {
    const { sights } = this.#parts.interest;
    const team = sights.teamOfViewer(viewer.id);
    const frames = team === NO_TEAM ? this.#frames : this.#framesOf(team);
    const place = sights.eyes.cellOf(viewer.id) + 1;
    let frame = frames[place];
    if (frame === undefined) {
      frame = this.#frame(viewer, NO_PATCH, null);
      frames[place] = frame;
    }
    return frame;
  }

  #framesOf(team: number): FramesByCell {
    let frames = this.#framesByTeam.get(team);
    if (frames === undefined) {
      frames = [];
      this.#framesByTeam.set(team, frames);
    }
    return frames;
  }

  /** Null for a viewer who gets what his group gets. */
  ownOf(viewer: Viewer): PatchFrame | null {
    const { introductions, encoder } = this.#parts;
    const introduction = introductions.take(viewer, encoder);
    const isPlain = viewer.view.changes.size === 0 && !this.#seesLeft(viewer);
    if (isPlain && introduction === null) return null;
    return this.#frame(viewer, isPlain ? NO_PATCH : this.#encodeView(viewer), introduction);
  }

  #seesLeft({ view }: Viewer): boolean {
    for (const tree of this.#parts.changes.kept) if (view.isChangeTreeVisible(tree)) return true;
    return false;
  }

  #encodeView({ view }: Viewer): Uint8Array {
    const { changes, encoder } = this.#parts;
    changes.narrow();
    return encoder.encodeView(view, 0, { offset: 0 });
  }

  #frame(viewer: Viewer, byView: Uint8Array, introduction: Introduction | null): PatchFrame | null {
    const { book, shared, timing } = this.#parts;
    const runs = book.runsOf(viewer);
    const leaves = introduction?.leaves ?? NO_PATCH;
    const enters = introduction?.enters ?? [];
    let bodyBytes = shared.length + leaves.length + byView.length + runs.byteLength;
    for (const enter of enters) bodyBytes += enter.length;
    if (bodyBytes === 0 && timing === undefined) return null;
    const frame = openFrame(bodyBytes, timing);
    let at = frame.bodyOffset;
    if (runs.byteLength < bodyBytes) {
      for (const part of [shared, leaves, ...enters, byView]) {
        frame.bytes.set(part, at);
        at += part.length;
      }
    }
    runs.copyTo(frame.bytes, at);
    return frame;
  }
}

/** Whether a view may hide something of what has changed. */
function hidesChanges(tree: ChangeTree): boolean {
  if (tree.isFiltered) return true;
  const { hasAnyView, tags } = tree.encDescriptor;
  if (!hasAnyView) return false;
  let hides = false;
  tree.forEach((index) => {
    if (tags[index] !== undefined) hides = true;
  });
  return hides;
}
