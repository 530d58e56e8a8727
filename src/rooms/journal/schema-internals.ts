import {
  $changes,
  $childType,
  $refId,
  type ChangeTree,
  type Encoder,
  type Root,
  type Schema,
  type StateView,
} from '@colyseus/schema';

// Members of @colyseus/schema that are private in TypeScript only and that a room's journal builds on. One place, so that an
// upgrade has one place to break; test/integration/colyseus-internals.test.ts checks that they exist.

/** Sign of the wire format, which the package does not export: the operations behind it are of the object whose id follows. */
export const SWITCH_TO_STRUCTURE = 255;

/** Kinds of collections, as `COLLECTION_KIND` of their classes tells them. */
export const CollectionKind = { Map: 1, Array: 2, Set: 3, Collection: 4, Stream: 5 } as const;

/** Any object with a refId: a Schema or a collection. */
export interface Ref {
  [$refId]?: number | undefined;
  [$childType]?: unknown;
  readonly [$changes]: ChangeTree;
  readonly constructor: RefClass;
}

export interface RefClass {
  readonly name: string;
  readonly COLLECTION_KIND?: number;
  new (): Ref;
}

export interface FieldMetadata {
  readonly name: string;
  readonly type: unknown;
  readonly tag?: number;
  readonly patchOnly?: boolean;
  readonly deprecated?: boolean;
  readonly stream?: boolean;
}

export interface MapInternals extends Ref {
  readonly $items: Map<string, unknown>;
  readonly journal: {
    indexByKey: Record<string, number>;
    readonly keyByIndex: Map<number, string>;
    nextIndex: number;
    reset(): void;
  };
}

export interface ArrayInternals extends Ref {
  items: unknown[];
  tmpItems: unknown[];
  deletedIndexes: boolean[];
}

/** SetSchema and CollectionSchema: an item's key is its index on the wire. */
export interface IndexedInternals extends Ref {
  readonly $items: Map<number, unknown>;
  deletedItems: Record<string, unknown>;
  /** The next index; not the refId. */
  $refId: number;
}

export interface ViewInternals {
  _bindRoot(root: Root): void;
  _setSubscribed(tree: ChangeTree): void;
}

export function asRef(value: unknown): Ref | null {
  const isRef = typeof value === 'object' && value !== null && $changes in value;
  return isRef ? (value as Ref) : null;
}

/** Behind an ArraySchema is a proxy; its tree knows the array itself. */
export function target<T extends Ref>(ref: Ref): T {
  return (ref[$changes]?.refTarget ?? ref) as unknown as T;
}

export function collectionKind(ref: Ref): number | undefined {
  return ref.constructor.COLLECTION_KIND;
}

export function viewInternals(view: StateView): ViewInternals {
  return view as unknown as ViewInternals;
}

/** First refId that this root has never given. */
export function nextRefId(root: Root): number {
  return (root as unknown as { readonly nextUniqueId: number }).nextUniqueId;
}

export function setNextRefId(root: Root, refId: number): void {
  (root as unknown as { nextUniqueId: number }).nextUniqueId = refId;
}

/** @param refId - undefined: the next root that takes the object gives it one */
export function setRefId(ref: Ref, refId: number | undefined): void {
  const object = target(ref);
  if (object[$refId] === undefined) {
    Object.defineProperty(object, $refId, { value: refId, enumerable: false, writable: true });
  } else {
    object[$refId] = refId;
  }
}

/** Fields of a schema class, inherited ones too, by index; some indexes may be missing. */
export function fieldsOf(schemaClass: unknown): readonly FieldMetadata[] {
  const metadata = (schemaClass as { readonly [Symbol.metadata]?: Record<number, FieldMetadata> })[
    Symbol.metadata
  ];
  if (!metadata) return [];
  const fields: FieldMetadata[] = [];
  // MAX_FIELDS; `for in` would leave out deprecated ones, and the count is under a symbol that is not exported.
  for (let i = 0; i < 64; i++) {
    const field = metadata[i];
    if (field !== undefined) fields.push(field);
  }
  return fields;
}

export function stateClassOf(state: Schema): typeof Schema {
  return state.constructor as typeof Schema;
}

export type AnyEncoder = Encoder<Schema>;
