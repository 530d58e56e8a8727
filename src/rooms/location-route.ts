import { z } from 'zod';
import type { RoomLocation } from '../protocol/rest.ts';
import { publicRoute, type Route } from '../transport/http/route.ts';
import { LONGEST_WAIT_MS, type RoomLocator } from './room-locator.ts';

const Params = z.strictObject({ roomId: z.string().regex(/^[\w-]{1,64}$/) });

const News = z.strictObject({
  waitMs: z.coerce.number().int().min(0).max(LONGEST_WAIT_MS).default(0).meta({
    description:
      'Wait so long at most for news: that the room runs, in another process than `lostProcessId`, or is lost.',
  }),
  lostProcessId: z
    .string()
    .regex(/^[\w-]{1,64}$/)
    .exactOptional()
    .meta({ description: 'The process that the client cannot reach.' }),
});

const nodes = z.array(z.string()).meta({
  description: 'Public addresses of live nodes of the region, for the next question.',
});
const refuge = z.string().exactOptional().meta({
  description: 'Address of the region where the room goes when its own is lost.',
});
const Location = z.discriminatedUnion('state', [
  z.strictObject({
    state: z.literal('running'),
    roomId: z.string(),
    processId: z.string(),
    publicAddress: z.string().nullable(),
    nodes,
    refuge,
  }),
  z.strictObject({
    state: z.literal('recovering'),
    roomId: z.string(),
    retryAfterMs: z.number().int(),
    nodes,
    refuge,
  }),
]) satisfies z.ZodType<RoomLocation>;

/** `GET /v1/rooms/{roomId}`: where a room is now. */
export function roomLocationRoute(locator: RoomLocator): Route {
  return publicRoute({
    method: 'get',
    path: '/v1/rooms/{roomId}',
    operationId: 'locateRoom',
    summary: 'Where a room is now, for clients whose connection to it broke.',
    status: 200,
    isLean: true,
    params: Params,
    query: News,
    reply: Location,
    errors: ['ROOM_UNKNOWN', 'ROOM_LOST', 'DIRECTORY_UNAVAILABLE'],
    handle: async ({ params: { roomId }, query }) => await locator.locate(roomId, query),
  });
}
