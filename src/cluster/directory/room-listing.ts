import type { IRoomCache, SortOptions } from '@colyseus/core';
import { z } from 'zod';
import { parseJson } from '../../shared/parse-json.ts';

// A listing as the directory writes it down. It begins with its owner, so that a script can hand a room over without reading
// (and, as Lua's cjson does with empty arrays and long numbers, changing) what the game put into it:
//
//   {"processId":"n1","publicAddress":null,"clients":0,"maxClients":null,…}      maxClients null: no limit

const StoredListing = z
  .looseObject({
    processId: z.string(),
    publicAddress: z.string().nullish(),
    roomId: z.string(),
    name: z.string(),
    clients: z.number(),
    maxClients: z.number().nullable(),
    createdAt: z.coerce.date(),
  })
  .transform(({ publicAddress, maxClients, ...rest }) => ({
    ...rest,
    ...(typeof publicAddress === 'string' && { publicAddress }),
    maxClients: maxClients ?? Number.POSITIVE_INFINITY,
  }));

/** How listings of that owner begin. */
export function listingHead(processId: string, publicAddress: string | undefined): string {
  return `${JSON.stringify({ processId, publicAddress: publicAddress ?? null }).slice(0, -1)},`;
}

export function writeListing(room: IRoomCache): string {
  const { processId, publicAddress, ...rest } = room;
  return listingHead(processId, publicAddress) + JSON.stringify(rest).slice(1);
}

/** @returns null when the text is torn or foreign */
export function readListing(text: string): IRoomCache | null {
  return parseJson(StoredListing, text) as IRoomCache | null;
}

/** Whether `join` and `joinOrCreate` may offer the room. */
export function isJoinable(room: IRoomCache): boolean {
  return room.locked !== true && room.private !== true && room.clients < room.maxClients;
}

/** Colyseus' reading of conditions: fields of the listing come before fields of its metadata, and must be equal. */
export function matches(room: IRoomCache, conditions: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(conditions).every(([field, wanted]) => {
    const holder = holderOf(room, field);
    return holder !== undefined && holder[field] === wanted;
  });
}

/** The field, where Colyseus looks for it; undefined when the room has none. */
export function fieldOf(room: IRoomCache, field: string): unknown {
  return holderOf(room, field)?.[field];
}

/** Sorts in place, as Colyseus does. */
export function sortListings(rooms: IRoomCache[], order: SortOptions | undefined): IRoomCache[] {
  const fields = Object.entries(order ?? {}).map(([field, direction]) => ({
    field,
    sign: direction === 1 || direction === 'asc' || direction === 'ascending' ? 1 : -1,
  }));
  if (fields.length === 0) return rooms;
  return rooms.sort((one, other) => {
    for (const { field, sign } of fields) {
      const a = fieldOf(one, field) as number;
      const b = fieldOf(other, field) as number;
      if (a > b) return sign;
      if (a < b) return -sign;
    }
    return 0;
  });
}

function holderOf(room: IRoomCache, field: string): Record<string, unknown> | undefined {
  if (Object.hasOwn(room, field)) return room as unknown as Record<string, unknown>;
  const { metadata } = room;
  return typeof metadata === 'object' && metadata !== null && Object.hasOwn(metadata, field)
    ? metadata
    : undefined;
}

/** What a driver's `update` does to a listing: the object is the truth, what is written down is a copy of it. */
export function applyOperations(
  room: IRoomCache,
  operations: {
    readonly $set?: Partial<IRoomCache>;
    readonly $inc?: Partial<IRoomCache>;
  },
): void {
  Object.assign(room, operations.$set);
  const fields = room as unknown as Record<string, number>;
  for (const [field, by] of Object.entries(operations.$inc ?? {})) {
    fields[field] = (fields[field] ?? 0) + (by as number);
  }
}
