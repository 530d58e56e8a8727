import { createHash } from 'node:crypto';
import type { IRoomCache } from '@colyseus/core';
import { fieldOf } from './room-listing.ts';

// Joinable rooms are found by bucket: one for the name, and one for the name with all values its class filters by.
//
//   class with filterBy ['map', 'mode']:   arena      arena[["map","a"],["mode","ctf"]]
//   asked for {}                             ✓
//   asked for {map: 'a', mode: 'ctf'}                      ✓
//   asked for {map: 'a'}                   looked through

/** Filter values come from clients, a key should stay one. */
const LONGEST_BUCKET = 200;

export interface BucketSearch {
  /** Every room that fits is in it. */
  readonly bucket: string;
  /** Whether every room in it fits. */
  readonly isExact: boolean;
  /** Who asks for the same shares the turn to make such a room. */
  readonly turn: string;
}

/** The buckets a room is in while it is joinable. */
export function bucketsOf(room: IRoomCache, filterBy: readonly string[]): readonly string[] {
  const values = filterBy.map((field) => [field, fieldOf(room, field)] as const);
  const isComplete = values.every(([, value]) => value !== undefined);
  return filterBy.length > 0 && isComplete
    ? [room.name, bucketName(room.name, values)]
    : [room.name];
}

/** Where to look for rooms of that name and filter. */
export function bucketSearch(
  roomName: string,
  filterBy: readonly string[],
  filter: Readonly<Record<string, unknown>>,
): BucketSearch {
  const values = Object.entries(filter);
  if (values.length === 0) return { bucket: roomName, isExact: true, turn: roomName };
  const turn = bucketName(roomName, values);
  const isExact =
    values.length === filterBy.length && filterBy.every((field) => filter[field] !== undefined);
  return { bucket: isExact ? turn : roomName, isExact, turn };
}

function bucketName(roomName: string, values: readonly (readonly [string, unknown])[]): string {
  const sorted = [...values].sort(([a], [b]) => (a < b ? -1 : 1));
  const bucket = roomName + JSON.stringify(sorted, withSortedKeys);
  if (bucket.length <= LONGEST_BUCKET) return bucket;
  return `${roomName}#${createHash('sha256').update(bucket).digest('base64url')}`;
}

function withSortedKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
