import { z } from 'zod';
import { WireId } from '../../shared/wire-id.ts';
import { defineRpc } from '../../transport/rpc/rpc-contract.ts';
import { MatchField } from '../match-rpc.ts';
import type { PlacedSeat } from '../tickets/ticket-record.ts';

// The messages of proto/game/v1/game.proto.

/** Seats by playerId. */
export type Seats = ReadonlyMap<string, PlacedSeat['reservation']>;

const Seat = z.object({
  playerId: WireId,
  name: z.string(),
  roomId: z.string(),
  sessionId: z.string(),
  processId: z.string(),
  publicAddress: z.string().optional(),
  nodes: z.array(z.string()),
  refuge: z.string().optional(),
});

const SeatsReply = z.codec(z.object({ seats: z.array(Seat) }), z.custom<Seats>(), {
  decode: ({ seats }): Seats =>
    new Map(
      seats.map(({ playerId, publicAddress, nodes, refuge, ...seat }) => [
        playerId,
        {
          ...seat,
          ...(publicAddress === undefined ? {} : { publicAddress }),
          ...(nodes.length === 0 ? {} : { nodes }),
          ...(refuge === undefined ? {} : { refuge }),
        },
      ]),
    ),
  encode: (seats) => ({
    seats: [...seats].map(([playerId, { nodes = [], ...seat }]) => ({
      playerId,
      ...seat,
      nodes: [...nodes],
    })),
  }),
});

const SeatMatchRequest = z
  .object({
    match: MatchField,
    newRoom: z.object({ roomName: WireId, roomId: WireId }).optional(),
    roomId: WireId.optional(),
  })
  .refine(({ newRoom, roomId }) => (newRoom === undefined) !== (roomId === undefined), {
    path: ['newRoom'],
    message: 'one of newRoom and roomId is needed',
  });

/** Longer than making a room may take on a node that has much to do; two nodes can be asked before a match has waited too long, ms. */
const SEAT_WITHIN_MS = 1_800;

/** What matchmaking asks of a node that has rooms. */
export const GAME_RPC = defineRpc({
  name: 'meridian.game.v1.GameService',
  proto: 'game/v1/game.proto',
  methods: {
    seatMatch: {
      request: SeatMatchRequest,
      reply: SeatsReply,
      // The node remembers what it has given to a match.
      isIdempotent: true,
      deadlineMs: SEAT_WITHIN_MS,
    },
  },
});
