import { z } from 'zod';
import type { NodeRegistry } from '../cluster/node-lease.ts';
import { publicAddresses } from '../cluster/public-addresses.ts';
import type { RoomDirectory } from '../cluster/room-directory.ts';
import { roomLost } from '../cluster/room-lost.ts';
import { GameError } from '../errors/game-error.ts';
import type { RoomLocation } from '../protocol/rest.ts';
import { publicRoute, type Route } from '../transport/http/route.ts';

const Params = z.strictObject({ roomId: z.string().regex(/^[\w-]{1,64}$/) });

const nodes = z.array(z.string()).meta({
  description: 'Public addresses of live nodes of the region, for the next question.',
});
const Location = z.discriminatedUnion('state', [
  z.strictObject({
    state: z.literal('running'),
    roomId: z.string(),
    processId: z.string(),
    publicAddress: z.string().nullable(),
    nodes,
  }),
  z.strictObject({
    state: z.literal('recovering'),
    roomId: z.string(),
    retryAfterMs: z.number().int(),
    nodes,
  }),
]) satisfies z.ZodType<RoomLocation>;

/** The client asks again after this; full jitter is its own business. */
const RETRY_AFTER_MS = 100;

/** `GET /v1/rooms/{roomId}`: where a room is now. */
export function roomLocationRoute(deps: {
  readonly directory: RoomDirectory;
  readonly registry: NodeRegistry;
}): Route {
  return publicRoute({
    method: 'get',
    path: '/v1/rooms/{roomId}',
    operationId: 'locateRoom',
    summary: 'Where a room is now, for clients whose connection to it broke.',
    status: 200,
    params: Params,
    reply: Location,
    errors: ['ROOM_UNKNOWN', 'ROOM_LOST', 'DIRECTORY_UNAVAILABLE'],
    handle: async ({ params: { roomId } }) => await locate(roomId, deps),
  });
}

async function locate(
  roomId: string,
  { directory, registry }: { readonly directory: RoomDirectory; readonly registry: NodeRegistry },
): Promise<RoomLocation> {
  const others = publicAddresses(registry.nodes);
  const recovering: RoomLocation = {
    state: 'recovering',
    roomId,
    retryAfterMs: RETRY_AFTER_MS,
    nodes: others,
  };
  const place = await directory.locate(roomId);
  switch (place.kind) {
    case 'owned': {
      const owner = registry.find(place.nodeId);
      // Its lease has run out, or is about to: nobody is told to go there.
      if (owner === undefined) return recovering;
      return {
        state: 'running',
        roomId,
        processId: place.nodeId,
        publicAddress: owner.publicAddress,
        nodes: others,
      };
    }
    case 'orphaned':
      return recovering;
    case 'lost':
      throw roomLost(roomId, place.reason);
    case 'unknown':
      throw new GameError('ROOM_UNKNOWN', { roomId });
  }
}
