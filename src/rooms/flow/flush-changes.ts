import { type ChangeTree, type Encoder, OPERATION } from '@colyseus/schema';
import { ChangeList, forEachChange } from '../interest/change-list.ts';
import { type PlainFields, PlainFieldsOf } from '../interest/plain-fields.ts';

// What one flush changes, apart by whether a client may get it later, or in parts:
//
//   values      primitive fields of what was there before: only the newest counts, in any order
//   structure   all else (what comes, with all it has; what goes; lists, references): all of it, in its order

/** Entities with fields beyond have no bits here, and are structure. */
const VALUE_FIELDS = 32;

/** Changed values of one object. */
export interface ChangedValues {
  readonly tree: ChangeTree;
  /** Its fields, as bits. */
  readonly fields: number;
}

export interface FlushChanges {
  readonly values: readonly ChangedValues[];
  /** A patch, owned; null: nothing. */
  readonly structure: Uint8Array | null;
}

/** Calls of Colyseus' walk over changes without a closure for each. */
const walk = { plain: null as PlainFields | null, fields: 0, isPlain: true };

/** Takes flushes apart. */
export class FlushChangesOf {
  readonly #plain = new PlainFieldsOf([]);

  /**
   * What the encoder is about to send. To be called before its changes are discarded.
   *
   * @param patchBytes - of all of it
   */
  read(encoder: Encoder, patchBytes: number): FlushChanges {
    const values: ChangedValues[] = [];
    const list = new ChangeList(encoder);
    forEachChange(encoder, (node) => {
      const { changeTree: tree } = node;
      const fields = this.#valuesOf(tree);
      if (fields === 0) list.keep(node);
      else values.push({ tree, fields });
    });
    if (list.kept.length === 0) return { values, structure: null };
    list.narrow();
    try {
      const bytes = encoder.encode({ offset: 0 }, undefined, new Uint8Array(patchBytes + 16));
      return { values, structure: bytes.length === 0 ? null : bytes };
    } finally {
      list.restore();
    }
  }

  /** Fields that have changed, as bits; 0 when there is more to it than values. */
  #valuesOf(tree: ChangeTree): number {
    if (!tree.encDescriptor.isSchema || tree.isNew) return 0;
    walk.plain = this.#plain.of(tree);
    walk.fields = 0;
    walk.isPlain = true;
    tree.forEachWithCtx(walk, checkField);
    return walk.isPlain ? walk.fields : 0;
  }
}

function checkField(checked: typeof walk, index: number, operation: OPERATION): void {
  const bit = index < VALUE_FIELDS ? 1 << index : 0;
  const isValue = operation !== OPERATION.DELETE && ((checked.plain?.plain ?? 0) & bit) !== 0;
  if (isValue) checked.fields |= bit;
  else checked.isPlain = false;
}
