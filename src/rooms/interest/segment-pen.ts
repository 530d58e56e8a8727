import { $values, type ChangeTree, type Encoder, encode, OPERATION } from '@colyseus/schema';
import { SWITCH_TO_STRUCTURE } from '../journal/schema-internals.ts';
import type { PlainFields } from './plain-fields.ts';
import { refIdOf } from './trees.ts';

/** An entity, as Colyseus keeps its values: by the index of the field, or by its name. */
interface ValueHolder {
  readonly [$values]: readonly unknown[];
  readonly [name: string]: unknown;
}

/** Writes entities one after the other, in Colyseus' format. Writing past the end is lost and counted. */
export class SegmentPen {
  readonly #encoder: Encoder;
  readonly #bytes: Uint8Array;
  readonly #it: { offset: number };
  #tree: ChangeTree | null = null;

  constructor(encoder: Encoder, bytes: Uint8Array, it: { offset: number }) {
    this.#encoder = encoder;
    this.#bytes = bytes;
    this.#it = it;
  }

  get offset(): number {
    return this.#it.offset;
  }

  /**
   * These fields as they are now, and the rest of what leaves together with them. Colyseus' own way to the function that writes a
   * value is several calls long; here is the shortest one that ends at the same function (`encodeSchemaOperation`).
   */
  writeFields(tree: ChangeTree, fields: number, { together }: PlainFields): void {
    this.#switchTo(tree);
    const { encoders, names } = tree.encDescriptor;
    const entity = tree.ref as unknown as ValueHolder;
    const values = entity[$values];
    let rest = (fields & together) === 0 ? fields : fields | together;
    while (rest !== 0) {
      const bit = rest & -rest;
      rest ^= bit;
      const index = 31 - Math.clz32(bit);
      const value = values[index] ?? entity[names[index] as string] ?? null;
      const encodeValue = encoders[index];
      if (value === null) {
        if ((fields & bit) !== 0) this.write(index, OPERATION.DELETE);
      } else if (encodeValue === undefined) {
        this.write(index, OPERATION.REPLACE);
      } else {
        this.#bytes[this.#it.offset++] = index | OPERATION.REPLACE;
        encodeValue(this.#bytes, value, this.#it);
      }
    }
  }

  /** All there is of an entity, for those who have never seen it. */
  writeLive(tree: ChangeTree): void {
    this.#switchTo(tree);
    tree.forEachLiveWithCtx(this, writeLiveField);
  }

  /** One operation of a collection. */
  writeEntry(tree: ChangeTree, index: number, operation: OPERATION): void {
    this.#switchTo(tree);
    this.write(index, operation);
  }

  write(index: number, operation: OPERATION): void {
    const tree = this.#tree as ChangeTree;
    const { encoder, metadata } = tree.encDescriptor;
    encoder(this.#encoder, this.#bytes, tree, index, operation, this.#it, false, true, metadata);
  }

  #switchTo(tree: ChangeTree): void {
    this.#tree = tree;
    this.#bytes[this.#it.offset++] = SWITCH_TO_STRUCTURE;
    encode.number(this.#bytes, refIdOf(tree), this.#it);
  }
}

function writeLiveField(pen: SegmentPen, index: number): void {
  pen.write(index, OPERATION.ADD);
}
