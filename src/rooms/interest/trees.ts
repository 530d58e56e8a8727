import { $refId, type ChangeTree } from '@colyseus/schema';
import { CollectionKind, collectionKind, type Ref } from '../journal/schema-internals.ts';
import type { GoneItem } from './tracked-items.ts';

/** The id of a tree's object on the wire. */
export function refIdOf(tree: ChangeTree): number {
  return (tree.ref as unknown as Ref)[$refId] as number;
}

export function isMap(tree: ChangeTree): boolean {
  return collectionKind(tree.ref as unknown as Ref) === CollectionKind.Map;
}

/** Whether the key of what is gone has another entity now: of that Colyseus tells only those who see the new one. */
export function isReplaced({ parent, index }: GoneItem): boolean {
  return isMap(parent) && parent.getValue(index) !== undefined;
}
