import { type Schema, TypeContext } from '@colyseus/schema';
import { fieldsOf, stateClassOf } from './schema-internals.ts';

/**
 * Why a state cannot be journaled, for the developer of the game; null when it can.
 *
 * `stream()` and `t.stream()` collections: each client is at another place of the stream, which no journal knows.
 * `patchOnly()` objects: a full state does not tell of them, so patches to them would mean nothing after it.
 */
export function journalObstacle(state: Schema): string | null {
  for (const schemaClass of TypeContext.cache(stateClassOf(state)).schemas.keys()) {
    for (const field of fieldsOf(schemaClass)) {
      const name = `${schemaClass.name}.${field.name}`;
      if (field.stream === true) return `${name} is a stream, and streams cannot be journaled.`;
      if (field.patchOnly === true && isObjectType(field.type)) {
        return `${name} is patchOnly() and holds objects; journaled states know patchOnly() for plain values only.`;
      }
    }
  }
  return null;
}

function isObjectType(type: unknown): boolean {
  return typeof type !== 'string' && !Object.hasOwn(type as object, 'quantized');
}
