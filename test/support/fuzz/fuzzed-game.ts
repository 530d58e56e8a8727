import fc from 'fast-check';
import { openMatchmakingElsewhere } from '../../../src/app/matchmaking-elsewhere.ts';
import type { ColyseusNode } from '../../../src/cluster/colyseus-adapter.ts';
import { MeridianConfig } from '../../../src/config/config.ts';
import { GameError } from '../../../src/errors/game-error.ts';
import { Closers } from '../../../src/shared/closers.ts';
import { NodeMetrics } from '../../../src/telemetry/metrics.ts';
import { MATCH_TEXTS } from './fuzzed-matchmaking.ts';
import type { FuzzedService } from './fuzzed-service.ts';

const ROOMS = ['duel', 'crowd'];

/** What a node with rooms answers matchmaking, but for the rooms: seats that were asked for are looked at. */
export async function openFuzzedGame(): Promise<FuzzedService> {
  const asked: string[] = [];
  const seatMatch: ColyseusNode['seatMatch'] = async (room, players) => {
    const roomName = 'roomName' in room ? room.roomName : 'duel';
    if (!ROOMS.includes(roomName)) throw new GameError('ROOM_UNKNOWN', { roomName });
    // As rooms get it.
    asked.push(JSON.stringify({ room, players }));
    const seat = { name: roomName, roomId: 'r1', sessionId: 's1', processId: 'n1' };
    return new Map(players.map(({ playerId }) => [playerId, seat]));
  };
  const closers = new Closers();
  // Nobody is asked there: only what the node answers is served.
  const config = MeridianConfig.parse({
    rpc: { matchmakingTarget: '127.0.0.1:1' },
    auth: { jwtSecret: 'x'.repeat(32) },
    redis: { uri: 'redis://127.0.0.1:1' },
  });
  const { offer } = openMatchmakingElsewhere(
    { config, node: { seatMatch } as ColyseusNode, metrics: new NodeMetrics() },
    closers,
  );
  return {
    serve: offer.serve,
    texts: { ...MATCH_TEXTS, roomName: fc.constantFrom(...ROOMS) },
    sometimes: ['newRoom', 'roomId', 'replaced'],
    prepare: async () => {},
    kept: async () => JSON.stringify(asked),
    [Symbol.asyncDispose]: () => closers.closeAll(),
  };
}
