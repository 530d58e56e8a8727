import { type Client, type Room as ColyseusRoom, matchMaker } from '@colyseus/core';
import { z } from 'zod';
import type { PlayerIdentity } from '../auth/contract.ts';
import type { ColyseusNode } from '../cluster/colyseus-adapter.ts';
import type { NodeCalls } from '../cluster/node-calls.ts';
import { GameError } from '../errors/game-error.ts';
import {
  MOST_ROWS,
  type RoomClientView,
  type RoomInspection,
  type SeatView,
} from '../protocol/operator-questions.ts';
import { describeState } from '../rooms/describe-state.ts';
import { Room } from '../rooms/room.ts';
import { roomRow } from './room-row.ts';
import type { SurvivalRuntime } from './room-survival-runtime.ts';
import type { SurveyedClient } from './survey-links.ts';

/** How nodes of a region call each other for operators. */
export const DESK_CALLS = {
  inspect: 'operator-inspect-room',
  kick: 'operator-kick-client',
  move: 'operator-move-room',
  close: 'operator-close-room',
  seats: 'operator-find-seats',
  kickPlayer: 'operator-kick-player',
} as const;

const RoomCall = z.strictObject({ roomId: z.string() });
const KickCall = z.strictObject({ roomId: z.string(), sessionId: z.string(), reason: z.string() });
const MoveCall = z.strictObject({ roomId: z.string(), nodeId: z.string().nullable() });
const CloseCall = z.strictObject({ roomId: z.string(), reason: z.string() });
const KickPlayerCall = z.strictObject({ playerId: z.string(), reason: z.string() });
/** Words that id or name contain, or exactly that player. */
const SeatsCall = z.union([
  z.strictObject({ search: z.string() }),
  z.strictObject({ playerId: z.string() }),
]);
export type SeatsCall = z.infer<typeof SeatsCall>;

/** A player in a room of a node. */
export interface FoundSeat {
  readonly playerId: string;
  readonly displayName: string;
  readonly seat: Omit<SeatView, 'regionId'>;
}

interface NodeDeskDeps {
  readonly node: ColyseusNode;
  readonly survival: SurvivalRuntime;
  readonly calls: NodeCalls;
}

/** What this node tells and does for operators, whichever node of the region they are at. */
export function openNodeDesk({ node, survival, calls }: NodeDeskDeps): void {
  calls.handle(DESK_CALLS.inspect, (payload) => {
    const { roomId } = RoomCall.parse(payload);
    return inspect(roomOf(node, roomId), node.processId);
  });
  calls.handle(DESK_CALLS.kick, (payload) => {
    const { roomId, sessionId, reason } = KickCall.parse(payload);
    const room = roomOf(node, roomId);
    if (!(room instanceof Room) || !Room.removeClient(room, sessionId, reason)) {
      throw new GameError('NOT_FOUND', { reason: 'nobody is connected by this session' });
    }
    return {};
  });
  calls.handle(DESK_CALLS.move, async (payload) => {
    const { roomId, nodeId } = MoveCall.parse(payload);
    return await survival.moveRoom(roomId, nodeId);
  });
  calls.handle(DESK_CALLS.close, async (payload) => {
    const { roomId, reason } = CloseCall.parse(payload);
    const room = roomOf(node, roomId);
    const players = room.clients.length;
    if (room instanceof Room) await Room.closeFor(room, reason);
    else await room.disconnect();
    return { players };
  });
  calls.handle(DESK_CALLS.seats, (payload) => findSeats(node, SeatsCall.parse(payload)));
  calls.handle(DESK_CALLS.kickPlayer, (payload) => {
    const { playerId, reason } = KickPlayerCall.parse(payload);
    const seats = seatsIn(node).filter(({ identity }) => identity?.playerId === playerId);
    const removed = seats.filter(
      ({ room, client }) =>
        room instanceof Room && Room.removeClient(room, client.sessionId, reason),
    );
    return { seats: removed.length };
  });
}

/** @throws {GameError} `ROOM_UNKNOWN` */
function roomOf(node: ColyseusNode, roomId: string): ColyseusRoom {
  const room = node.findRoom(roomId);
  if (room === undefined) throw new GameError('ROOM_UNKNOWN', { roomId });
  return room;
}

async function inspect(room: ColyseusRoom, nodeId: string): Promise<RoomInspection> {
  const survival = room instanceof Room ? Room.survivalOf(room) : null;
  const [listing] = await matchMaker.query({ roomId: room.roomId });
  return {
    ...roomRow(
      listing ?? {
        ...{ roomId: room.roomId, name: room.roomName, processId: nodeId },
        ...{ clients: room.clients.length, maxClients: room.maxClients, createdAt: new Date(0) },
      },
    ),
    nodeId,
    clientList: [...room.clients].slice(0, MOST_ROWS).map(clientView),
    state: room.state === undefined ? null : describeState(room.state),
    phase: survival?.isFrozen === true ? 'frozen' : 'live',
    isDurable: survival?.isDurable === true,
    isMovable: survival?.isMovable === true,
    matchId: room instanceof Room ? (room.match?.matchId ?? null) : null,
  };
}

function clientView(client: Client): RoomClientView {
  const identity = identityOf(client);
  const rttP50Ms = (client as unknown as SurveyedClient).rtt?.p50Ms;
  return {
    sessionId: client.sessionId,
    playerId: identity?.playerId ?? null,
    displayName: identity?.displayName ?? null,
    rttP50Ms: rttP50Ms === undefined ? null : Math.round(rttP50Ms * 10) / 10,
  };
}

function findSeats(node: ColyseusNode, wanted: SeatsCall): readonly FoundSeat[] {
  const words = 'search' in wanted ? wanted.search.toLowerCase() : '';
  const isWanted = ({ playerId, displayName }: PlayerIdentity) =>
    'playerId' in wanted
      ? playerId === wanted.playerId
      : `${playerId}\n${displayName}`.toLowerCase().includes(words);
  return seatsIn(node)
    .flatMap(({ room, client, identity }) => {
      if (identity === null || !isWanted(identity)) return [];
      const { playerId, displayName } = identity;
      const { roomId, roomName } = room;
      const { sessionId } = client;
      const seat = { nodeId: node.processId, roomId, roomName, sessionId };
      return [{ playerId, displayName, seat }];
    })
    .slice(0, MOST_ROWS);
}

function seatsIn(node: ColyseusNode) {
  return [...node.rooms].flatMap((room) =>
    [...room.clients].map((client) => ({ room, client, identity: identityOf(client) })),
  );
}

/** A game may admit otherwise than by a player's token. */
function identityOf({ auth }: Client): PlayerIdentity | null {
  const identity = auth as Partial<PlayerIdentity> | null | undefined;
  const { playerId, displayName = '' } = identity ?? {};
  return typeof playerId === 'string' ? { playerId, displayName } : null;
}
