import { ClientFrame } from '../../../bots/client-frame.ts';
import { BotSocket } from '../../../bots/web-socket.ts';
import {
  PACKED_INPUT_SEQ_OFFSET,
  PackedKind,
  packInput,
  readSnapshot,
} from '../packed-snapshot.ts';
import { FIRST_SEQ, type Join, STEERING } from './player.ts';

/** Speaks the hand-packed wire of the raw `ws` contender. */
export const joinPacked: Join = async (_index, setup, probe) => {
  const welcome = Promise.withResolvers<number>();
  let ownId = -1;
  let snapshots = 0;
  const socket = await BotSocket.open(
    { host: setup.host, port: setup.port, path: '/' },
    {
      onMessage(payload) {
        if (payload[0] === PackedKind.WELCOME) {
          ownId = payload[1] as number;
          welcome.resolve(ownId);
          return;
        }
        snapshots++;
        if (probe === null) return;
        const { entities, seq } = readSnapshot(payload, ownId);
        if (seq < 0) probe.faults++;
        else probe.seen(seq, entities);
      },
      onClosed: (code) => welcome.reject(new Error(`closed with ${code} before the welcome`)),
    },
  );
  await welcome.promise;

  const { moveX, moveY, turn } = STEERING;
  const input = new ClientFrame(packInput(moveX, moveY, turn, FIRST_SEQ));
  return {
    socket,
    input,
    setSeq: (seq) => input.setUint16(PACKED_INPUT_SEQ_OFFSET, seq, true),
    patches: () => snapshots,
    probe,
  };
};
