import type { ChangeTree } from '@colyseus/schema';
import { fieldsOf } from '../journal/schema-internals.ts';

// Which changes are the same for everybody who sees their entity, by the metadata of its class: values of primitive types
// that no tag hides. All else (nested objects, tagged and unreliable fields) is left to Colyseus' own encoder.

/** Fields beyond have no bit in Colyseus' descriptors. */
const FIELDS = 32;

type Descriptor = ChangeTree['encDescriptor'];

/** Of one class of entities. */
export interface PlainFields {
  /** 1 where a change of the field may be encoded once for all. */
  readonly isPlain: Uint8Array;
  /** Whether the whole class is like that: then its entities may be introduced with bytes of ours, too. */
  readonly areAllPlain: boolean;
  /** Indexes of the fields that leave together. */
  readonly together: readonly number[];
}

/** Reads classes once. */
export class PlainFieldsOf {
  readonly #together: readonly string[];
  readonly #byClass = new Map<Descriptor, PlainFields>();

  /** @param together - names of fields that leave together, where a class has them and they are plain */
  constructor(together: readonly string[]) {
    this.#together = together;
  }

  of({ encDescriptor, ref }: ChangeTree): PlainFields {
    let fields = this.#byClass.get(encDescriptor);
    if (fields === undefined) {
      fields = readFields(encDescriptor, ref.constructor, this.#together);
      this.#byClass.set(encDescriptor, fields);
    }
    return fields;
  }
}

function readFields(
  descriptor: Descriptor,
  schemaClass: unknown,
  togetherNames: readonly string[],
): PlainFields {
  const { names } = descriptor;
  const isPlain = new Uint8Array(Math.max(64, names.length));
  if (!descriptor.isSchema) return { isPlain, areAllPlain: false, together: [] };
  let areAllPlain = !hasOddities(descriptor, schemaClass);
  for (const [index, name] of names.entries()) {
    if (name === undefined) continue;
    if (isPlainField(descriptor, index)) isPlain[index] = 1;
    else areAllPlain = false;
  }
  const together = togetherNames
    .map((name) => names.indexOf(name))
    .filter((index) => index >= 0 && isPlain[index] === 1);
  return { isPlain, areAllPlain, together };
}

function isPlainField(descriptor: Descriptor, index: number): boolean {
  if (index >= FIELDS || descriptor.tags[index] !== undefined) return false;
  if ((descriptor.unreliableBitmask & (1 << index)) !== 0) return false;
  return descriptor.encoders[index] !== undefined || typeof descriptor.types[index] === 'string';
}

/** What is in patches but not in full states, or the other way around. */
function hasOddities(descriptor: Descriptor, schemaClass: unknown): boolean {
  if (descriptor.hasAnyFullStateOnly || descriptor.hasAnyStream) return true;
  return fieldsOf(schemaClass).some(
    ({ patchOnly, deprecated }) => patchOnly === true || deprecated === true,
  );
}
