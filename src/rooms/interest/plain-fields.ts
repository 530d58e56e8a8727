import { type ChangeTree, encodeSchemaOperation } from '@colyseus/schema';
import { fieldsOf } from '../journal/schema-internals.ts';

// Which changes are the same for everybody who sees their entity, by the metadata of its class: values of primitive types
// that no tag hides. All else (nested objects, tagged and unreliable fields) is left to Colyseus' own encoder.

/** Fields beyond have no bit in Colyseus' descriptors. */
const FIELDS = 32;

type Descriptor = ChangeTree['encDescriptor'];

/** Of one class of entities. */
export interface PlainFields {
  /** Bits of the fields whose changes may be encoded once for all. */
  readonly plain: number;
  /** Whether the whole class is like that: then its entities may be introduced with bytes of ours, too. */
  readonly areAllPlain: boolean;
  /** Bits of the fields that leave together. */
  readonly together: number;
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
  // A class with an encoder of its own has bytes of its own.
  if (!descriptor.isSchema || descriptor.encoder !== encodeSchemaOperation) {
    return { plain: 0, areAllPlain: false, together: 0 };
  }
  let plain = 0;
  let areAllPlain = !hasOddities(descriptor, schemaClass);
  for (const [index, name] of names.entries()) {
    if (name === undefined) continue;
    if (isPlainField(descriptor, index)) plain |= 1 << index;
    else areAllPlain = false;
  }
  let together = 0;
  for (const name of togetherNames) {
    const index = names.indexOf(name);
    if (index >= 0 && index < FIELDS) together |= 1 << index;
  }
  return { plain, areAllPlain, together: together & plain };
}

/** Whether nothing else of an entity has changed. */
export function areChangesPlain(
  { dirtyLow, dirtyHigh }: ChangeTree,
  { plain }: PlainFields,
): boolean {
  return plain !== 0 && (dirtyLow & ~plain) === 0 && dirtyHigh === 0;
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
