import {
  $changes,
  $childType,
  $refId,
  type ChangeTree,
  Decoder,
  type Schema,
  TypeContext,
} from '@colyseus/schema';
import type { EncodeScratch } from '../flow/encode-scratch.ts';
import { type JournalEntry, JournalError } from './journal-entry.ts';
import {
  type AnyEncoder,
  type ArrayInternals,
  asRef,
  CollectionKind,
  collectionKind,
  fieldsOf,
  type IndexedInternals,
  type MapInternals,
  type Ref,
  setNextRefId,
  setRefId,
  stateClassOf,
  target,
} from './schema-internals.ts';

// A room's state out of its journal, into the state that the new room has made for itself:
//
//   entries ──stock Decoder──▶ shadow ──▶ live tree: same refIds, same sharing, new encoder
//
// The root, and children and collections that the class made in the same field, stay the objects they are: what the game took
// hold of in onCreate stays valid. What is in collections is replaced. Clients that held the old tree find their objects by
// refId and go on from the next full state.
//
//   reviveState(state, entries) ▶ the room takes its state anew (a new encoder) ▶ settleRevivedState(encoder, …)

/**
 * Ids that are left out on revival. Clients may have seen objects of the last patches, which the journal had not got; an id of
 * theirs must not come back as something else. More than any room makes in that time.
 */
const SKIPPED_IDS = 4_096;

export interface RevivedState {
  /** First refId that may be given to a new object. */
  readonly nextRefId: number;
}

/**
 * Makes `state` what the journal says. It has no encoder afterwards, and views that knew it are disposed of.
 *
 * @param state - as the class and onCreate made it
 * @param entries - a checkpoint, and the patches after it
 * @throws {JournalError} `corrupt` when the entries do not make a state of this class
 */
export function reviveState(state: Schema, entries: readonly JournalEntry[]): RevivedState {
  const shadow = decodeShadow(state, entries);
  uproot(state as unknown as Ref);
  new Hydration(shadow).fill(state as unknown as Ref);
  const known = Math.max(entries.at(-1)?.nextRefId ?? 0, ...[...shadow.keys()].map((id) => id + 1));
  return { nextRefId: relink(state as unknown as Ref, known + SKIPPED_IDS) };
}

/** Ends a revival, once the room has a new encoder for the state: clients know all of it from the full state they get. */
export function settleRevivedState(
  encoder: AnyEncoder,
  { nextRefId }: RevivedState,
  scratch: EncodeScratch,
): void {
  setNextRefId(encoder.root, nextRefId);
  encoder.discardChanges();
  // Objects that are in two places learn only now which views hide them, which makes some of them changes again.
  encoder.encode({ offset: 0 }, undefined, scratch.buffer);
  encoder.discardChanges();
  encoder.discardUnreliableChanges();
}

/** Objects by refId, as a client would have them that sees everything. */
type Shadow = ReadonlyMap<number, Ref>;

/** What a client only complains about ends a revival: a state with a hole is none. */
class StrictDecoder extends Decoder {
  override skipCurrentStructure(): void {
    throw new JournalError('corrupt', 'A journal entry tells of an object that is not there.');
  }
}

function decodeShadow(state: Schema, entries: readonly JournalEntry[]): Shadow {
  if (entries[0]?.kind !== 'checkpoint') {
    throw new JournalError('corrupt', 'A journal begins with a checkpoint.');
  }
  const stateClass = stateClassOf(state);
  // Without its constructor: a field that the journal does not tell of has no value, whatever the default.
  const root = stateClass.initializeForDecoder();
  const decoder = new StrictDecoder(root, TypeContext.cache(stateClass));
  for (const entry of entries) {
    const it = { offset: 0 };
    try {
      decoder.decode(entry.state, it);
    } catch (error) {
      throw unreadable(error);
    }
    if (it.offset !== entry.state.length) throw unreadable('It ends too early.');
  }
  return decoder.root.refs as unknown as Map<number, Ref>;
}

function unreadable(cause: unknown): JournalError {
  if (cause instanceof JournalError) return cause;
  return new JournalError('corrupt', 'A journal entry cannot be read.', { cause });
}

/** Takes every object of the live tree out of its encoder, as new as objects can be that have values. */
function uproot(state: Ref): void {
  const { root } = state[$changes];
  const trees = new Set<ChangeTree>(Object.values(root?.changeTrees ?? {}));
  collectTrees(state[$changes], trees);
  root?.forEachActiveView((view) => view.dispose());
  for (const tree of trees) {
    const { paused } = tree;
    Object.assign(tree, { root: undefined });
    tree.recycle();
    tree.paused = paused;
    setRefId(tree.ref as unknown as Ref, undefined);
  }
  // The old encoder must find nothing: what it holds belongs to the next one.
  if (root === undefined) return;
  for (const queue of [root.changes, root.unreliableChanges]) {
    Object.assign(queue, { next: undefined, tail: undefined });
  }
  root.pendingFilterRefresh.length = 0;
}

function collectTrees(tree: ChangeTree, into: Set<ChangeTree>): void {
  into.add(tree);
  tree.forEachChild((child) => {
    if (!into.has(child)) collectTrees(child, into);
  });
}

class Hydration {
  readonly #shadow: Shadow;
  readonly #live = new Map<number, Ref>();
  readonly #taken = new Set<Ref>();

  constructor(shadow: Shadow) {
    this.#shadow = shadow;
  }

  fill(root: Ref): void {
    this.#object(this.#shadow.get(0) as Ref, root);
  }

  #value(shadow: unknown): unknown {
    const ref = asRef(shadow);
    return ref === null ? shadow : this.#object(ref, undefined);
  }

  /** @param candidate - what is there now; kept when it is of the same class and nothing else took it */
  #object(ref: Ref, candidate: unknown): Ref {
    const refId = ref[$refId] as number;
    const known = this.#live.get(refId);
    if (known !== undefined) return known;
    // Decoding copies collections; under its id is the one that is up to date.
    const shadow = this.#shadow.get(refId) ?? ref;
    const live = this.#adopt(candidate, shadow) ?? new shadow.constructor();
    this.#live.set(refId, live);
    this.#taken.add(live);
    setRefId(live, refId);
    const kind = collectionKind(shadow);
    if (kind === undefined) this.#fillSchema(live, shadow);
    else this.#fillCollection(kind, live, shadow);
    return live;
  }

  #adopt(candidate: unknown, shadow: Ref): Ref | null {
    const ref = asRef(candidate);
    if (ref === null || ref.constructor !== shadow.constructor || this.#taken.has(ref)) return null;
    return ref;
  }

  #fillSchema(live: Ref, shadow: Ref): void {
    const to = live as unknown as Record<string, unknown>;
    const from = shadow as unknown as Record<string, unknown>;
    for (const { name, deprecated, patchOnly } of fieldsOf(shadow.constructor)) {
      if (deprecated || patchOnly) continue;
      const ref = asRef(from[name]);
      const value = ref === null ? (from[name] ?? undefined) : this.#object(ref, to[name]);
      if (to[name] !== value) to[name] = value;
    }
  }

  #fillCollection(kind: number, live: Ref, shadow: Ref): void {
    target(live)[$childType] = target(shadow)[$childType];
    switch (kind) {
      case CollectionKind.Map:
        this.#fillMap(target(live), target(shadow));
        break;
      case CollectionKind.Array:
        this.#fillArray(target(live), target(shadow));
        break;
      default:
        this.#fillIndexed(target(live), target(shadow));
    }
  }

  #fillMap(to: MapInternals, from: MapInternals): void {
    to.$items.clear();
    to.journal.reset();
    for (const [key, value] of from.$items) {
      const index = from.journal.indexByKey[key] as number;
      to.$items.set(key, this.#value(value));
      to.journal.indexByKey[key] = index;
      to.journal.keyByIndex.set(index, key);
      to.journal.nextIndex = Math.max(to.journal.nextIndex, index + 1);
    }
  }

  #fillArray(to: ArrayInternals, from: ArrayInternals): void {
    to.items = from.items.map((value) => this.#value(value));
    to.tmpItems = to.items.slice();
    to.deletedIndexes = [];
  }

  #fillIndexed(to: IndexedInternals, from: IndexedInternals): void {
    to.$items.clear();
    to.deletedItems = {};
    for (const [index, value] of from.$items) to.$items.set(index, this.#value(value));
    to.$refId = from.$refId + SKIPPED_IDS;
  }
}

/**
 * Tells every object anew where it is; the ways it came there were not all the usual ones.
 *
 * @param nextRefId - for objects the journal does not know
 * @returns the next refId after those
 */
function relink(state: Ref, nextRefId: number): number {
  const trees = new Set<ChangeTree>();
  collectTrees(state[$changes], trees);
  let next = nextRefId;
  for (const tree of trees) {
    Object.assign(tree, { parentRef: undefined, _parentIndex: undefined, extraParents: undefined });
    const ref = tree.ref as unknown as Ref;
    if (ref[$refId] === undefined) setRefId(ref, next++);
  }
  for (const tree of trees) {
    tree.forEachChild((child, index) => {
      // Told of a parent twice, it would take the second place for one in its newest parent.
      if (!child.hasParent((parent) => parent === tree.ref)) child.addParent(tree.ref, index);
    });
  }
  return next;
}
