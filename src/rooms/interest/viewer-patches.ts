import type { Client } from '@colyseus/core';
import type { ChangeTree, Encoder } from '@colyseus/schema';
import type { ClientBudget } from '../flow/client-budget.ts';
import { frameWords } from '../flow/frame-memory.ts';
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

/** Of one team, by cell, behind one for those who are nowhere: what all get there who get what is usual. */
interface PatchesByCell {
  /** Null: nothing to send. */
  readonly frames: (PatchFrame | null | undefined)[];
  /** Of pace.ts. */
  readonly steps: Uint8Array;
}

/** The patches of one flush. */
export class ViewerPatches {
  readonly #parts: PatchParts;
  readonly #byTeam: (PatchesByCell | undefined)[] = [];
  readonly #usualBudget: ClientBudget;
  /** Bytes of each patch that are no segments. */
  readonly #headBytes: number;

  /** Whether others get the last frame that was asked for, too. */
  isShared = false;

  constructor(parts: PatchParts) {
    this.#parts = parts;
    this.#usualBudget = { level: 0, bytesPerFlush: parts.usualBytes };
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
    if (budget.level === 0 && budget.bytesPerFlush >= usualBytes) {
      return this.#usualOf(viewer, introduction, byView);
    }
    const runs = this.#runsOf(viewer, budget, false);
    viewer.step = runs.step;
    const own = this.#parts.book.ownRunOf(viewer, budget.level, runs.step);
    this.isShared = false;
    return this.#frame(runs, own, introduction, byView);
  }

  #usualOf(
    viewer: Viewer,
    introduction: Introduction | null,
    byView: Uint8Array,
  ): PatchFrame | null {
    const { sights } = this.#parts.interest;
    const { frames, steps } = this.#patchesOf(sights.teamOfViewer(viewer.id));
    const place = sights.eyes.cellOf(viewer.id) + 1;
    let frame = frames[place];
    if (frame === undefined) {
      const runs = this.#runsOf(viewer, this.#usualBudget, true);
      frame = this.#frame(runs, NOTHING, null, NO_PATCH);
      frames[place] = frame;
      steps[place] = runs.step;
    }
    viewer.step = steps[place] as number;
    const own = this.#parts.book.ownRunOf(viewer, 0, viewer.step);
    this.isShared = introduction === null && byView.length === 0 && own.byteLength === 0;
    return this.isShared ? frame : this.#withMore(frame, own, introduction, byView);
  }

  #patchesOf(team: number): PatchesByCell {
    let patches = this.#byTeam[team];
    if (patches === undefined) {
      const places = this.#parts.interest.sights.grid.cellLimit + 1;
      patches = { frames: new Array(places), steps: new Uint8Array(places) };
      this.#byTeam[team] = patches;
    }
    return patches;
  }

  #runsOf(viewer: Viewer, budget: ClientBudget, isUsual: boolean): SegmentRuns {
    const { book, usualBytes } = this.#parts;
    const bytes = Math.min(budget.bytesPerFlush, usualBytes);
    // However much all get, what is seen by place has half of it.
    const segmentBytes = Math.max(bytes / 2, bytes - this.#headBytes);
    return book.runsOf(viewer, budget.level, segmentBytes, isUsual);
  }

  #seesLeft({ view }: Viewer): boolean {
    const { kept } = this.#parts.changes;
    for (let i = 0; i < kept.length; i++) {
      if (view.isChangeTreeVisible(kept[i] as ChangeTree)) return true;
    }
    return false;
  }

  #encodeView({ view }: Viewer): Uint8Array {
    const { changes, encoder } = this.#parts;
    changes.narrow();
    return encoder.encodeView(view, 0, { offset: 0 });
  }

  /** The same, with what is his alone. */
  #withMore(
    usual: PatchFrame | null,
    own: SegmentRuns,
    introduction: Introduction | null,
    byView: Uint8Array,
  ): PatchFrame {
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
    own.copyTo(frameWords(), bytes.byteOffset + at);
    return frame;
  }

  #frame(
    runs: SegmentRuns,
    own: SegmentRuns,
    introduction: Introduction | null,
    byView: Uint8Array,
  ): PatchFrame | null {
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
    const words = frameWords();
    own.copyTo(words, runs.copyTo(words, bytes.byteOffset + at));
    return frame;
  }
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
