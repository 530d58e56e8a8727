import { Metadata, Schema } from '@colyseus/schema';
import type { StateEntry, StateNode } from '../protocol/operator-questions.ts';

// A room's state as a tree for people. It is walked, not converted: of a state with ten thousand entities the first of each branch are read
// and no more, so that a look costs the room's tick next to nothing and the answer fits into a message between regions.

/** Children of one branch that are shown. */
const MOST_CHILDREN = 40;
/** Branches within branches. */
const DEEPEST = 8;
/** Letters of names and values in the whole tree. With what JSON adds to each it stays below 48 KiB. */
const MOST_LETTERS = 14_000;
/** Letters of one value or name. */
const LONGEST_TEXT = 160;
/** What one node costs besides its letters: the JSON around it, in letters. */
const NODE_COST = 24;

interface Budget {
  left: number;
}

/** The state of a room, as far as it fits; the rest is counted. */
export function describeState(state: unknown): StateNode {
  return describe(state, { left: MOST_LETTERS }, 0);
}

function describe(value: unknown, budget: Budget, depth: number): StateNode {
  if (typeof value !== 'object' || value === null || value instanceof Date) {
    return leaf(textOf(value), budget);
  }
  if (ArrayBuffer.isView(value)) return leaf(`${value.byteLength} bytes`, budget);
  const { type, size, entries } = branchOf(value);
  if (depth >= DEEPEST) return leaf(`${type === '' ? 'Object' : type} (${size})`, budget);
  budget.left -= NODE_COST + type.length;
  const shown: StateEntry[] = [];
  for (const [key, child] of entries) {
    if (shown.length >= MOST_CHILDREN || budget.left <= 0) break;
    const name = shortened(key);
    budget.left -= name.length;
    shown.push({ name, node: describe(child, budget, depth + 1) });
  }
  return { kind: 'branch', type, entries: shown, left: size - shown.length };
}

interface Branch {
  readonly type: string;
  readonly size: number;
  readonly entries: Iterable<readonly [string, unknown]>;
}

function branchOf(value: object): Branch {
  if (value instanceof Schema) {
    const names = fieldNames(value);
    const fields = value as unknown as Readonly<Record<string, unknown>>;
    const type = value.constructor.name;
    return { type, size: names.length, entries: pairs(names, (name) => fields[name]) };
  }
  if (isKeyed(value)) return { type: 'Map', size: value.size, entries: keyed(value.entries()) };
  if (isList(value)) {
    const type = Array.isArray(value) || 'length' in value ? 'Array' : 'Set';
    return { type, size: lengthOf(value), entries: numbered(value) };
  }
  const names = Object.keys(value);
  const fields = value as Readonly<Record<string, unknown>>;
  return { type: '', size: names.length, entries: pairs(names, (name) => fields[name]) };
}

/** A schema without fields has no metadata. */
function fieldNames(schema: Schema): readonly string[] {
  const type = schema.constructor;
  const { metadata } = Symbol as { readonly metadata?: symbol };
  if (metadata === undefined || !Object.hasOwn(type, metadata)) return [];
  return Object.keys(Metadata.getFields(type));
}

/** `Map` and Colyseus' `MapSchema`. */
function isKeyed(value: object): value is ReadonlyMap<unknown, unknown> {
  const map = value as Partial<ReadonlyMap<unknown, unknown>>;
  return typeof map.size === 'number' && typeof map.get === 'function' && !('add' in value);
}

/** Arrays, sets, and Colyseus' own. */
function isList(value: object): value is Iterable<unknown> {
  return Symbol.iterator in value || 'length' in value;
}

function lengthOf(value: object): number {
  const { length, size } = value as { readonly length?: unknown; readonly size?: unknown };
  return Number(length ?? size ?? 0);
}

function* pairs(
  names: readonly string[],
  read: (name: string) => unknown,
): Generator<readonly [string, unknown]> {
  for (const name of names) yield [name, read(name)];
}

function* keyed(
  entries: Iterable<readonly [unknown, unknown]>,
): Generator<readonly [string, unknown]> {
  for (const [key, value] of entries) yield [String(key), value];
}

function* numbered(values: Iterable<unknown>): Generator<readonly [string, unknown]> {
  let at = 0;
  for (const value of values) yield [String(at++), value];
}

function leaf(text: string, budget: Budget): StateNode {
  const shown = shortened(text);
  budget.left -= NODE_COST + shown.length;
  return { kind: 'value', text: shown };
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'number' && !Number.isInteger(value))
    return String(Number(value.toFixed(4)));
  if (typeof value === 'function') return 'function';
  return String(value);
}

function shortened(text: string): string {
  return text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT - 1)}…`;
}
