import { InputEncoder } from '@colyseus/schema/input';
import { Protocol } from '@colyseus/shared-types';
import { pack } from 'msgpackr';
import { ClientFrame } from '../../../bots/client-frame.ts';
import { RoomClient } from '../../../bots/room-client.ts';
import type { RoomReplica } from '../../../bots/room-replica.ts';
import { reserveSeat } from '../../../bots/seat.ts';
import { MoveInput } from '../move-input.ts';
import type { LoadSetup } from '../wire.ts';
import { FIRST_SEQ, type Join, type Player, STEERING } from './player.ts';
import type { Probe } from './probe.ts';
import type { SeenPlayer } from './sight-ages.ts';

/** Inputs through `defineInput`: frames of the real `InputEncoder`. */
export const joinWithInputs: Join = async (index, setup, probe) => {
  const client = await joinRoom(index, setup, probe);
  const { opening, following } = encodeInputs();
  client.socket.send(opening);
  return playerOf(client, following, true, probe);
};

/** Inputs as messages of type `i`, as `room.send('i', …)` of the SDK encodes them. */
export const joinWithMessages: Join = async (index, setup, probe) => {
  const client = await joinRoom(index, setup, probe);
  const message = Buffer.concat([
    Uint8Array.of(Protocol.ROOM_DATA, 0xa1, 'i'.charCodeAt(0)),
    pack({ ...STEERING, seq: FIRST_SEQ }),
  ]);
  return playerOf(client, message, false, probe);
};

async function joinRoom(index: number, setup: LoadSetup, probe: Probe | null): Promise<RoomClient> {
  const endpoint = new URL(`http://${setup.host}:${setup.port}`);
  const group = `g${Math.floor(index / setup.playersPerRoom)}`;
  const seat = await reserveSeat({ endpoint, roomName: setup.roomName, options: { group } });
  return RoomClient.join(
    { endpoint, seat, decodes: probe !== null },
    probe === null ? {} : { onPatch: ({ sessionId, replica }) => look(replica, sessionId, probe) },
  );
}

/** The bench game's state as every Colyseus contender's reflection yields it. */
interface GameStateView {
  readonly players: Iterable<[string, SeenPlayer]> & {
    readonly size: number;
    get(sessionId: string): SeenPlayer | undefined;
  };
}

function look(replica: RoomReplica | null, sessionId: string, probe: Probe): void {
  const state = replica?.state as unknown as GameStateView | null;
  const own = state?.players.get(sessionId);
  if (!state || !own) {
    probe.faults++;
    return;
  }
  probe.seen(own.seq, state.players.size);
  probe.ages?.look(own, state.players);
}

/** The first input carries every field; the following ones what changes all the time: the turn and the number. */
function encodeInputs(): { opening: Uint8Array; following: Uint8Array } {
  const input = new MoveInput();
  const encoder = new InputEncoder(input);
  const encode = () =>
    Buffer.concat([Uint8Array.of(Protocol.ROOM_INPUT_RELIABLE), encoder.encode()]);
  input.moveX = STEERING.moveX;
  input.moveY = STEERING.moveY;
  input.turn = STEERING.turn / 2;
  input.seq = FIRST_SEQ - 1;
  const opening = encode();
  input.turn = STEERING.turn;
  input.seq = FIRST_SEQ;
  return { opening, following: encode() };
}

function playerOf(
  client: RoomClient,
  message: Uint8Array,
  isLittleEndian: boolean,
  probe: Probe | null,
): Player {
  const input = new ClientFrame(message);
  const seqOffset = message.length - 2;
  const view = new DataView(message.buffer, message.byteOffset + seqOffset, 2);
  // The number is the last field on both wires; a changed encoder must fail here, not skew the figures.
  if (view.getUint16(0, isLittleEndian) !== FIRST_SEQ) throw new Error('The input ends elsewhere.');
  return {
    socket: client.socket,
    sessionId: client.sessionId,
    input,
    setSeq: (seq) => input.setUint16(seqOffset, seq, isLittleEndian),
    patches: () => client.patches,
    probe,
  };
}
