import { $changes, type ChangeTree, type Encoder, encode, OPERATION } from '@colyseus/schema';
import { refIdOf } from '../interest/trees.ts';
import { SWITCH_TO_STRUCTURE } from '../journal/schema-internals.ts';
import type { FlushChanges } from './flush-changes.ts';
import { joinedBytes, joinPatches } from './joined-patches.ts';

// What a client has not got yet of a state that hides nothing. He gets less bytes this way, not only later ones: of ten places that
// an entity has had meanwhile, the last.
//
//   [structure of flush 1][structure of flush 2] … [255][reference][field, value] …
//                                                   ─── the own figure first, then whatever has waited longest ───

/** Beyond what a budget allows for: one object, of which nobody knows how long it is. */
const ROOM_BYTES = 1_024;

/** What `take` may do. */
export interface BacklogTake {
  readonly encoder: Encoder;
  /** Of values; one object may go beyond. */
  readonly mostBytes: number;
  /** What the client predicts from: it is never left out, as the acknowledged input tells what is in it. */
  readonly own: ChangeTree | null;
}

export class ClientBacklog {
  #structures: Uint8Array[] = [];
  #structureBytes = 0;
  /** Fields that are due, as bits; what has waited longest is first. */
  readonly #due = new Map<ChangeTree, number>();

  get isEmpty(): boolean {
    return this.#due.size === 0 && this.#structures.length === 0;
  }

  /** Of what cannot be left out. */
  get structureBytes(): number {
    return this.#structureBytes;
  }

  add({ values, structure }: FlushChanges): void {
    if (structure !== null) {
      this.#structures.push(structure);
      this.#structureBytes += structure.length;
    }
    for (const { tree, fields } of values) {
      this.#due.set(tree, (this.#due.get(tree) ?? 0) | fields);
    }
  }

  clear(): void {
    this.#structures = [];
    this.#structureBytes = 0;
    this.#due.clear();
  }

  /** Takes out what is sent now. @returns a patch; what it leaves stays */
  take({ encoder, mostBytes, own }: BacklogTake): Uint8Array {
    const structures = this.#structures;
    const from = joinedBytes(structures);
    let bytes: Uint8Array = new Uint8Array(from + Math.min(mostBytes, 64 * 1024) + ROOM_BYTES);
    joinPatches(structures, bytes, 0);
    this.#structures = [];
    this.#structureBytes = 0;
    const it = { offset: from };
    for (const [tree, fields] of this.#inOrder(own)) {
      if (it.offset - from >= mostBytes && !belongsTo(tree, own)) break;
      this.#due.delete(tree);
      // It is gone; the structure tells it.
      if (tree.root !== encoder.root) continue;
      const before = it.offset;
      writeValues(encoder, bytes, tree, fields, it);
      while (it.offset > bytes.length) {
        // Writing past the end is lost and counted.
        const larger = new Uint8Array(2 * it.offset);
        larger.set(bytes.subarray(0, before));
        bytes = larger;
        it.offset = before;
        writeValues(encoder, bytes, tree, fields, it);
      }
    }
    return bytes.subarray(0, it.offset);
  }

  *#inOrder(own: ChangeTree | null): Iterable<readonly [ChangeTree, number]> {
    if (own !== null) {
      for (const due of this.#due) if (belongsTo(due[0], own)) yield due;
    }
    yield* this.#due;
  }
}

/** Whether it is that object, or a part of it. */
function belongsTo(tree: ChangeTree, own: ChangeTree | null): boolean {
  if (own === null) return false;
  for (let current: ChangeTree | undefined = tree; current !== undefined; ) {
    if (current === own) return true;
    current = current.parent?.[$changes];
  }
  return false;
}

function writeValues(
  encoder: Encoder,
  bytes: Uint8Array,
  tree: ChangeTree,
  fields: number,
  it: { offset: number },
): void {
  const before = it.offset;
  bytes[it.offset++] = SWITCH_TO_STRUCTURE;
  encode.number(bytes, refIdOf(tree), it);
  const { encoder: write, metadata } = tree.encDescriptor;
  let count = 0;
  for (let rest = fields; rest !== 0; rest &= rest - 1) {
    const index = 31 - Math.clz32(rest & -rest);
    // No value any more: the structure has told it.
    if (tree.getValue(index) === undefined) continue;
    write(encoder, bytes, tree, index, OPERATION.ADD, it, false, false, metadata);
    count++;
  }
  if (count === 0) it.offset = before;
}
