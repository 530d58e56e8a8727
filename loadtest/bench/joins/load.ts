// Players that join in a closed loop and stay: POST matchmake/joinOrCreate ─▶ WebSocket ─▶ handshake ─▶ first state.

import { RoomClient } from '../../bots/room-client.ts';
import { RefusedError, reserveSeat } from '../../bots/seat.ts';
import { summarise } from '../../statistics/summary.ts';
import { ROOM_NAME } from './game.ts';
import { type LoadSetup, say } from './wire.ts';

const setup = JSON.parse(process.argv[2] as string) as LoadSetup;
const players: RoomClient[] = [];
let asked = 0;

await joinMany(setup.warmUpJoins);
say({ kind: 'warm' });
process.stdin.setEncoding('utf8');
for await (const line of process.stdin) {
  if (String(line).includes('quit')) process.exit(0);
  say({ kind: 'joins', ...(await joinMany(setup.joins)) });
}

async function joinMany(count: number) {
  const seatMs: number[] = [];
  const joinMs: number[] = [];
  const failures: Record<string, number> = {};
  let left = count;
  const startedMs = performance.now();
  const joinOneByOne = async () => {
    while (left-- > 0) {
      try {
        const times = await joinOne();
        seatMs.push(times.seatMs);
        joinMs.push(times.joinMs);
      } catch (error) {
        const reason = error instanceof RefusedError ? error.code : (error as Error).message;
        failures[reason] = (failures[reason] ?? 0) + 1;
      }
    }
  };
  await Promise.all(Array.from({ length: setup.concurrency }, joinOneByOne));
  const seconds = (performance.now() - startedMs) / 1_000;
  return {
    joined: joinMs.length,
    failures,
    joinsPerSecond: joinMs.length / seconds,
    joinMs: summarise(joinMs),
    seatMs: summarise(seatMs),
  };
}

async function joinOne(): Promise<{ readonly seatMs: number; readonly joinMs: number }> {
  const port = setup.ports[asked++ % setup.ports.length];
  const node = new URL(`http://127.0.0.1:${port}`);
  const startedMs = performance.now();
  const seat = await reserveSeat({ endpoint: node, roomName: ROOM_NAME, options: {} });
  const seatMs = performance.now() - startedMs;
  const endpoint = seat.publicAddress ? new URL(`http://${seat.publicAddress}`) : node;
  players.push(await RoomClient.join({ endpoint, seat, decodes: false }));
  return { seatMs, joinMs: performance.now() - startedMs };
}
