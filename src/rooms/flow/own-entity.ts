import { $changes, type ChangeTree, type Schema } from '@colyseus/schema';
import { isMap } from '../interest/trees.ts';

/** The tree of the object whose key is this session's id, in the first map of the state that has one; null: none has. */
export function ownTreeOf(state: Schema, sessionId: string): ChangeTree | null {
  const tree = (state as unknown as { readonly [$changes]: ChangeTree })[$changes];
  for (const index of tree.encDescriptor.names.keys()) {
    const value = tree.getValue(index) as
      | { readonly [$changes]?: ChangeTree; get(key: string): object | undefined }
      | undefined;
    const mapTree = value?.[$changes];
    if (mapTree === undefined || !isMap(mapTree)) continue;
    const own = value?.get(sessionId) as { readonly [$changes]?: ChangeTree } | undefined;
    if (own?.[$changes] !== undefined) return own[$changes];
  }
  return null;
}
