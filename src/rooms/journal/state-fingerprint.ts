import { createHash } from 'node:crypto';
import { type Encoder, Reflection, type Schema, TypeContext } from '@colyseus/schema';
import { stateClassOf } from './schema-internals.ts';

const fingerprints = new WeakMap<typeof Schema, string>();

/**
 * Tells whether two builds agree on what the bytes of a state mean: the types and fields that the wire knows, with their ids.
 *
 * @returns 16 hex digits
 */
export function stateFingerprint(state: Schema): string {
  const stateClass = stateClassOf(state);
  let fingerprint = fingerprints.get(stateClass);
  if (fingerprint === undefined) {
    // All that a reflection asks of an encoder; a real one would take the state from its room.
    const encoder = { context: TypeContext.cache(stateClass), state } as Encoder<Schema>;
    const hash = createHash('sha256').update(Reflection.encode(encoder));
    fingerprint = hash.digest('hex').slice(0, 16);
    fingerprints.set(stateClass, fingerprint);
  }
  return fingerprint;
}
