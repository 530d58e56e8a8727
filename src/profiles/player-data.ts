import type { JsonValue } from '../protocol/rest.ts';

/** What a player's own data may be. The bounds keep one profile cheap to read, to copy and to walk. */
export const PLAYER_DATA_LIMITS = {
  /** As UTF-8 JSON. */
  bytes: 16 * 1024,
  /** Objects and lists within each other, `data` itself included. */
  depth: 8,
  /** Keys of all objects together. */
  keys: 1_024,
  /** UTF-16 units of one key. */
  keyLength: 64,
} as const;

/** Keys that reach a prototype when a careless reader copies the object key by key. */
const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** Why a value is refused as player data, and where. */
export interface PlayerDataIssue {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/**
 * Checks what a client sent as `data`. The walk is bounded by depth and keys, so hostile input costs no more than good.
 *
 * @returns null when the value is fine
 */
export function findPlayerDataIssue(value: unknown): PlayerDataIssue | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { path: [], message: 'must be an object' };
  }
  const issue = walk(value, [], { keysLeft: PLAYER_DATA_LIMITS.keys });
  if (issue) return issue;
  const bytes = Buffer.byteLength(JSON.stringify(value));
  return bytes > PLAYER_DATA_LIMITS.bytes
    ? {
        path: [],
        message: `is ${bytes} bytes as JSON, at most ${PLAYER_DATA_LIMITS.bytes} are kept`,
      }
    : null;
}

/** `patch` over `data`, key by key at the top level; a null removes its key. */
export function mergePlayerData(
  data: Readonly<Record<string, JsonValue>>,
  patch: Readonly<Record<string, JsonValue>>,
): Readonly<Record<string, JsonValue>> {
  const merged = new Map(Object.entries(data));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, value);
  }
  return Object.fromEntries(merged);
}

function walk(
  value: unknown,
  path: readonly (string | number)[],
  budget: { keysLeft: number },
): PlayerDataIssue | null {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    return { path, message: 'must be a finite number' };
  }
  if (typeof value !== 'object' || value === null) return null;
  if (path.length >= PLAYER_DATA_LIMITS.depth) {
    return { path, message: `is nested deeper than ${PLAYER_DATA_LIMITS.depth} levels` };
  }
  const entries = Array.isArray(value) ? value.entries() : Object.entries(value);
  for (const [key, child] of entries) {
    const issue = findKeyIssue(key, path, budget) ?? walk(child, [...path, key], budget);
    if (issue) return issue;
  }
  return null;
}

function findKeyIssue(
  key: string | number,
  path: readonly (string | number)[],
  budget: { keysLeft: number },
): PlayerDataIssue | null {
  if (typeof key === 'number') return null;
  if (FORBIDDEN_KEYS.has(key)) return { path, message: `may not have a key "${key}"` };
  if (key.length > PLAYER_DATA_LIMITS.keyLength) {
    return { path, message: `has a key longer than ${PLAYER_DATA_LIMITS.keyLength} characters` };
  }
  budget.keysLeft -= 1;
  if (budget.keysLeft >= 0) return null;
  return { path, message: `has more than ${PLAYER_DATA_LIMITS.keys} keys in all` };
}
