import type { ChangeTree, Iterator } from '@colyseus/schema';
import { $changes, $refId, encode, OPERATION } from '@colyseus/schema';
import type { EncodeScratch } from '../flow/encode-scratch.ts';
import { type AnyEncoder, nextRefId, type Ref, SWITCH_TO_STRUCTURE } from './schema-internals.ts';

// A room's state as bytes that a stock `Decoder` of the same state class reads, with everything that views hide:
//
//   checkpoint   every live field, parents before children
//   patch        [the patch that clients without a view get][changes that views hide][changes of unreliable fields]
//
// Why not a StateView that sees all: Colyseus sends arrays behind a view without positions, since each client holds another
// part of them. A journal must keep the order.
//
// What a patch does not carry, and a checkpoint does, so that it comes back as of the last checkpoint: `fullStateOnly()`
// fields, and what is changed while tracking is paused. What neither carries: `noSync()` fields, values of `patchOnly()`
// fields in full states (they come back as the class makes them), deprecated fields.

const NOTHING = new Uint8Array(0);

/** Takes down the state of one room. It never changes the state, nor what clients get. */
export class StateRecorder {
  readonly #currentEncoder: () => AnyEncoder;
  readonly #scratch: EncodeScratch;
  #checkpointed: AnyEncoder | null = null;

  /** @param currentEncoder - the room's; another one after the room's state was replaced */
  constructor(currentEncoder: () => AnyEncoder, scratch: EncodeScratch) {
    this.#currentEncoder = currentEncoder;
    this.#scratch = scratch;
  }

  /** First refId that no object of the room ever had. */
  get nextRefId(): number {
    return nextRefId(this.#currentEncoder().root);
  }

  /** No checkpoint yet, or the room's state is another object since: patches alone would not do. */
  get needsCheckpoint(): boolean {
    return this.#checkpointed !== this.#currentEncoder();
  }

  /**
   * The whole state. To be called when no changes are pending, or within the flush instead of `patch()`: what is pending
   * is in it, and would come twice.
   *
   * @returns owned bytes
   */
  checkpoint(): Uint8Array {
    const encoder = this.#currentEncoder();
    this.#checkpointed = encoder;
    return this.#write((bytes, it) => {
      const pen = new Pen(encoder, bytes, it);
      writeLive(pen, encoder.state[$changes] as ChangeTree, new Set());
    });
  }

  /**
   * What changed since the last flush. To be called before the encoder discards its changes.
   *
   * @param shared - what `encoder.encode()` returned for this flush, null when nothing is pending
   * @returns empty when nothing changed; good until the next encoding, as `shared` is, which it may be itself
   */
  patch(shared: Uint8Array | null): Uint8Array {
    const encoder = this.#currentEncoder();
    const hasHidden = encoder.context.hasFilters && encoder.root.changes.next !== undefined;
    if (!hasHidden && !encoder.hasUnreliableChanges) return shared ?? NOTHING;
    // First: what is encoded next may be written over it.
    const owned = shared?.slice() ?? NOTHING;
    const hidden = this.#write((bytes, it) => {
      const pen = new Pen(encoder, bytes, it);
      if (hasHidden) writeHiddenChanges(pen);
      writeUnreliableChanges(pen);
    });
    if (hidden.length === 0) return owned;
    const patch = new Uint8Array(owned.length + hidden.length);
    patch.set(owned);
    patch.set(hidden, owned.length);
    return patch;
  }

  /** Writing past the end of a buffer is lost and counted: then it grows, and all is written again. */
  #write(write: (bytes: Uint8Array, it: Iterator) => void): Uint8Array {
    for (;;) {
      const it: Iterator = { offset: 0 };
      const { buffer } = this.#scratch;
      write(buffer, it);
      if (it.offset <= buffer.length) return buffer.slice(0, it.offset);
      this.#scratch.adopt(new Uint8Array(2 * it.offset));
    }
  }
}

/** Writes operations of any tree; says which tree it is when that is another than before. */
class Pen {
  readonly encoder: AnyEncoder;
  readonly #bytes: Uint8Array;
  readonly #it: Iterator;
  #current: ChangeTree | null = null;

  constructor(encoder: AnyEncoder, bytes: Uint8Array, it: Iterator) {
    this.encoder = encoder;
    this.#bytes = bytes;
    this.#it = it;
  }

  /** @param index - below zero: an operation on the whole collection */
  write(tree: ChangeTree, index: number, operation: OPERATION, isLive: boolean): void {
    if (this.#current !== tree) {
      this.#bytes[this.#it.offset++] = SWITCH_TO_STRUCTURE;
      encode.number(this.#bytes, (tree.ref as Ref)[$refId] as number, this.#it);
      this.#current = tree;
    }
    if (index < 0) {
      this.#bytes[this.#it.offset++] = Math.abs(index);
      return;
    }
    const { encoder: encodeOperation, metadata } = tree.encDescriptor;
    // Without a view: with positions.
    const hasView = false;
    encodeOperation(
      this.encoder,
      this.#bytes,
      tree,
      index,
      operation,
      this.#it,
      isLive,
      hasView,
      metadata,
    );
  }
}

/** Parents before children, as a decoder must know an object before it reads its fields. */
function writeLive(pen: Pen, tree: ChangeTree, seen: Set<ChangeTree>): void {
  seen.add(tree);
  const children: ChangeTree[] = [];
  tree.forEachLive((index) => {
    pen.write(tree, index, OPERATION.ADD, true);
    const child = (tree.getValue(index, true) as Partial<Ref> | undefined)?.[$changes];
    if (child !== undefined && !seen.has(child)) children.push(child);
  });
  for (const child of children) if (!seen.has(child)) writeLive(pen, child, seen);
}

/** What `encoder.encode()` leaves to the views. */
function writeHiddenChanges(pen: Pen): void {
  for (let node = pen.encoder.root.changes.next; node !== undefined; node = node.next) {
    const tree = node.changeTree;
    const { tags } = tree.encDescriptor;
    tree.forEach((index, operation) => {
      if (tree.isFiltered || tags[index] !== undefined) pen.write(tree, index, operation, false);
    });
  }
}

function writeUnreliableChanges(pen: Pen): void {
  for (let node = pen.encoder.root.unreliableChanges.next; node !== undefined; node = node.next) {
    const tree = node.changeTree;
    tree.unreliableRecorder?.forEach((index, operation) => {
      pen.write(tree, index, operation, false);
    });
  }
}
