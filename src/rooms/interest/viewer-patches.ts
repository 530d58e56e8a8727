import type { Client } from '@colyseus/core';
import type { Encoder } from '@colyseus/schema';
import type { ClientBudget } from '../flow/client-budget.ts';
import { openFrame, type PatchFrame, type PatchTiming, TIMED_BYTES } from '../flow/patch-frame.ts';
import type { ChangeList } from './change-list.ts';
import type { Introduction, Introductions } from './introductions.ts';
import type { RoomInterest } from './room-interest.ts';
import type { SegmentBook } from './segment-book.ts';
import type { SegmentRuns } from './segment-runs.ts';
import type { Viewer } from './viewers.ts';

const NO_PATCH = new Uint8Array(0);

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
  readonly #byTeam = new Map<number, PatchesByCell>();
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
    const isUsual = budget.level === 0 && budget.bytesPerPatch >= usualBytes;
    if (isPlain && isUsual && introduction === null) return this.#usualOf(viewer);
    const byView = isPlain ? NO_PATCH : this.#encodeView(viewer);
    const runs = this.#runsOf(viewer, budget, isUsual);
    viewer.step = runs.step;
    const own = this.#parts.book.ownRunOf(viewer, budget.level, runs.step);
    this.isShared = false;
    return this.#frame({ byView, introduction, runs, own });
  }

  #usualOf(viewer: Viewer): PatchFrame | null {
    const { frame, step } = this.#sharedOf(viewer);
    viewer.step = step;
    const own = this.#parts.book.ownRunOf(viewer, 0, step);
    this.isShared = own.byteLength === 0;
    return this.isShared ? frame : this.#withOwn(frame, own);
  }

  #sharedOf(viewer: Viewer): SharedPatch {
    const { sights } = this.#parts.interest;
    const team = sights.teamOfViewer(viewer.id);
    let patches = this.#byTeam.get(team);
    if (patches === undefined) {
      patches = [];
      this.#byTeam.set(team, patches);
    }
    const place = sights.eyes.cellOf(viewer.id) + 1;
    let patch = patches[place];
    if (patch === undefined) {
      const runs = this.#runsOf(viewer, { level: 0, bytesPerPatch: this.#parts.usualBytes }, true);
      const frame = this.#frame({ byView: NO_PATCH, introduction: null, runs, own: null });
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

  /** The same, and what is his own behind it. */
  #withOwn(shared: PatchFrame | null, own: SegmentRuns): PatchFrame {
    const body = shared === null ? NO_PATCH : shared.bytes.subarray(shared.bodyOffset);
    const frame = openFrame(body.length + own.byteLength, this.#parts.timing);
    frame.bytes.set(body, frame.bodyOffset);
    own.copyTo(frame.bytes, frame.bodyOffset + body.length);
    return frame;
  }

  #frame({ byView, introduction, runs, own }: BodyParts): PatchFrame | null {
    const { shared, timing } = this.#parts;
    const leaves = introduction?.leaves ?? NO_PATCH;
    const enters = introduction?.enters ?? [];
    const segmentBytes = runs.byteLength + (own?.byteLength ?? 0);
    let bodyBytes = shared.length + leaves.length + byView.length + segmentBytes;
    for (const enter of enters) bodyBytes += enter.length;
    if (bodyBytes === 0 && timing === undefined) return null;
    const frame = openFrame(bodyBytes, timing);
    let at = frame.bodyOffset;
    if (segmentBytes < bodyBytes) {
      for (const part of [shared, leaves, ...enters, byView]) {
        frame.bytes.set(part, at);
        at += part.length;
      }
    }
    runs.copyTo(frame.bytes, at);
    own?.copyTo(frame.bytes, at + runs.byteLength);
    return frame;
  }
}

interface BodyParts {
  /** What Colyseus has encoded for the view. */
  readonly byView: Uint8Array;
  readonly introduction: Introduction | null;
  readonly runs: SegmentRuns;
  readonly own: SegmentRuns | null;
}
