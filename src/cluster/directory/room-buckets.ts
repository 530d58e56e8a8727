import { createHash } from 'node:crypto';
import type { IRoomCache } from '@colyseus/core';
import { fieldOf } from './room-listing.ts';

// Joinable rooms are found by bucket: a room is in one for each combination of its filter values.
//
//   class with filterBy ['map', 'mode'], room {map: 'a', mode: 'ctf'}:
//     arena   arena[["map","a"]]   arena[["mode","ctf"]]   arena[["map","a"],["mode","ctf"]]
//
// Classes with many filters keep the first and the last of these, and what is asked for in between is looked for in the first.

/** More filters than this would mean too many buckets: they double with each. */
const MOST_COMBINED = 3;
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

type Values = readonly (readonly [field: string, value: unknown])[];

/** The buckets a room is in while it is joinable. */
export function bucketsOf(room: IRoomCache, filterBy: readonly string[]): readonly string[] {
  const values: Values = filterBy
    .map((field) => [field, fieldOf(room, field)] as const)
    .filter(([, value]) => value !== undefined);
  return combinations(values, filterBy).map((some) => bucketName(room.name, some));
}

/** Where to look for rooms of that name and filter. */
export function bucketSearch(
  roomName: string,
  filterBy: readonly string[],
  filter: Readonly<Record<string, unknown>>,
): BucketSearch {
  const values = Object.entries(filter);
  const turn = bucketName(roomName, values);
  const isIndexed =
    values.every(([field, value]) => value !== undefined && filterBy.includes(field)) &&
    (filterBy.length <= MOST_COMBINED || values.length === filterBy.length);
  const isExact = isIndexed || values.length === 0;
  return { bucket: isExact ? turn : roomName, isExact, turn };
}

function combinations(values: Values, filterBy: readonly string[]): readonly Values[] {
  if (filterBy.length <= MOST_COMBINED) {
    let all: Values[] = [[]];
    for (const value of values) all = all.concat(all.map((some) => [...some, value]));
    return all;
  }
  return values.length === filterBy.length ? [[], values] : [[]];
}

function bucketName(roomName: string, values: Values): string {
  if (values.length === 0) return roomName;
  const sorted = [...values].sort(([a], [b]) => (a < b ? -1 : 1));
  const bucket = roomName + JSON.stringify(sorted, withSortedKeys);
  if (bucket.length <= LONGEST_BUCKET) return bucket;
  return `${roomName}#${createHash('sha256').update(bucket).digest('base64url')}`;
}

function withSortedKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
