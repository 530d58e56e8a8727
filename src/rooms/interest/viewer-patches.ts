import type { Client } from '@colyseus/core';
import type { Encoder } from '@colyseus/schema';
import type { ClientBudget } from '../flow/client-budget.ts';
import { openFrame, type PatchFrame, type PatchTiming, TIMED_BYTES } from '../flow/patch-frame.ts';
import type { ChangeList } from './change-list.ts';
import type { Introduction, Introductions } from './introductions.ts';
import type { RoomInterest } from './room-interest.ts';
import type { SegmentBook } from './segment-book.ts';
import { SegmentRuns } from './segment-runs.ts';
import type { Viewer } from './viewers.ts';

const NO_PATCH = new Uint8Array(0);
const NOTHING = new SegmentRuns();

export interface PatchParts {
  readonly encoder: Encoder;
  readonly changes: ChangeList;
  readonly interest: RoomInterest;
  readonly book: SegmentBook;
  readonly introductions: Introductions;
  /** What all get. */
  readonly shared: Uint8Array;
  readonly timing: PatchTiming | undefined;
  /** What a client gets with one patch, on average, whose link carries it. */
  readonly usualBytes: number;
  readonly budgetOf: (client: Client) => ClientBudget;
}

/** What all in one place get who get what is usual. */
interface SharedPatch {
  /** Null: nothing to send. */
  readonly frame: PatchFrame | null;
  /** Of pace.ts. */
  readonly step: number;
}

/** By cell, behind one for those who are nowhere. */
type PatchesByCell = (SharedPatch | undefined)[];

/** The patches of one flush. */
export class ViewerPatches {
  readonly #parts: PatchParts;
  readonly #byTeam: (PatchesByCell | undefined)[] = [];
  /** Bytes of each patch that are no segments. */
  readonly #headBytes: number;

  /** Whether others get the last frame that was asked for, too. */
  isShared = false;

  constructor(parts: PatchParts) {
    this.#parts = parts;
    this.#headBytes = 1 + (parts.timing === undefined ? 0 : TIMED_BYTES) + parts.shared.length;
  }

  encode(): void {
    this.#parts.book.write(this.#parts.encoder);
  }

  /** Null when there is nothing to send. */
  of(viewer: Viewer): PatchFrame | null {
    const { introductions, encoder, usualBytes } = this.#parts;
    const budget = this.#parts.budgetOf(viewer.client);
    const introduction = introductions.take(viewer, encoder);
    const isPlain = viewer.view.changes.size === 0 && !this.#seesLeft(viewer);
    const byView = isPlain ? NO_PATCH : this.#encodeView(viewer);
    if (budget.level === 0 && budget.bytesPerPatch >= usualBytes) {
      return this.#usualOf(viewer, introduction, byView);
    }
    const runs = this.#runsOf(viewer, budget, false);
    viewer.step = runs.step;
    const own = this.#parts.book.ownRunOf(viewer, budget.level, runs.step);
    this.isShared = false;
    return this.#frame({ byView, introduction, runs, own });
  }

  #usualOf(
    viewer: Viewer,
    introduction: Introduction | null,
    byView: Uint8Array,
  ): PatchFrame | null {
    const { frame, step } = this.#sharedOf(viewer);
    viewer.step = step;
    const own = this.#parts.book.ownRunOf(viewer, 0, step);
    this.isShared = introduction === null && byView.length === 0 && own.byteLength === 0;
    return this.isShared ? frame : this.#withMore(frame, { byView, introduction, own });
  }

  #sharedOf(viewer: Viewer): SharedPatch {
    const { sights } = this.#parts.interest;
    const team = sights.teamOfViewer(viewer.id);
    let patches = this.#byTeam[team];
    if (patches === undefined) {
      patches = [];
      this.#byTeam[team] = patches;
    }
    const place = sights.eyes.cellOf(viewer.id) + 1;
    let patch = patches[place];
    if (patch === undefined) {
      const runs = this.#runsOf(viewer, { level: 0, bytesPerPatch: this.#parts.usualBytes }, true);
      const frame = this.#frame({ byView: NO_PATCH, introduction: null, runs, own: NOTHING });
      patch = { frame, step: runs.step };
      patches[place] = patch;
    }
    return patch;
  }

  #runsOf(viewer: Viewer, budget: ClientBudget, isUsual: boolean): SegmentRuns {
    const { book, usualBytes } = this.#parts;
    const bytes = Math.min(budget.bytesPerPatch, usualBytes);
    // However much all get, what is seen by place has half of it.
    const segmentBytes = Math.max(bytes / 2, bytes - this.#headBytes);
    return book.runsOf(viewer, budget.level, segmentBytes, isUsual);
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

  /** The same, with what is his alone. */
  #withMore(usual: PatchFrame | null, { byView, introduction, own }: ViewerParts): PatchFrame {
    const body = usual === null ? NO_PATCH : usual.bytes.subarray(usual.bodyOffset);
    const { shared, timing } = this.#parts;
    const moreBytes = bytesOf(introduction) + byView.length + own.byteLength;
    const frame = openFrame(body.length + moreBytes, timing);
    const { bytes } = frame;
    let at = frame.bodyOffset;
    if (moreBytes > own.byteLength) {
      at = copy(shared, bytes, at);
      at = copyIntroduction(introduction, bytes, at);
      at = copy(byView, bytes, at);
      at = copy(body.subarray(shared.length), bytes, at);
    } else {
      at = copy(body, bytes, at);
    }
    own.copyTo(bytes, at);
    return frame;
  }

  #frame({ byView, introduction, runs, own }: ViewerParts & UsualParts): PatchFrame | null {
    const { shared, timing } = this.#parts;
    const segmentBytes = runs.byteLength + own.byteLength;
    const bodyBytes = shared.length + bytesOf(introduction) + byView.length + segmentBytes;
    if (bodyBytes === 0 && timing === undefined) return null;
    const frame = openFrame(bodyBytes, timing);
    const { bytes } = frame;
    let at = frame.bodyOffset;
    if (segmentBytes < bodyBytes) {
      at = copy(shared, bytes, at);
      at = copyIntroduction(introduction, bytes, at);
      at = copy(byView, bytes, at);
    }
    at = runs.copyTo(bytes, at);
    own.copyTo(bytes, at);
    return frame;
  }
}

/** Of one viewer. */
interface ViewerParts {
  /** What Colyseus has encoded for the view. */
  readonly byView: Uint8Array;
  readonly introduction: Introduction | null;
  readonly own: SegmentRuns;
}

interface UsualParts {
  readonly runs: SegmentRuns;
}

function bytesOf(introduction: Introduction | null): number {
  if (introduction === null) return 0;
  let bytes = introduction.leaves.length;
  for (const enter of introduction.enters) bytes += enter.length;
  return bytes;
}

/** @returns where it ends */
function copyIntroduction(introduction: Introduction | null, to: Uint8Array, at: number): number {
  if (introduction === null) return at;
  let end = copy(introduction.leaves, to, at);
  for (const enter of introduction.enters) end = copy(enter, to, end);
  return end;
}

/** @returns where it ends */
function copy(from: Uint8Array, to: Uint8Array, at: number): number {
  if (from.length > 0) to.set(from, at);
  return at + from.length;
}
