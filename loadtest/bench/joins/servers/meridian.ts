// A whole Meridian node of a region, as `npm start` makes it. Players come without accounts, as they do to stock Colyseus.

import type { Client } from '@colyseus/core';
import { defineGame, Room } from 'meridian';
import { startNode } from '../../../../src/app/node.ts';
import { MeridianConfig } from '../../../../src/config/config.ts';
import { newPlayer, ROOM_NAME, SEATS, State } from '../game.ts';
import { type ServerSetup, say } from '../wire.ts';

class JoinsRoom extends Room<{ state: InstanceType<typeof State> }> {
  static override allowAnonymous = true;
  override maxClients = SEATS;
  override state = new State();
  override onJoin(client: Client): void {
    this.state.players.set(client.sessionId, newPlayer());
  }
  override onLeave(client: Client): void {
    this.state.players.delete(client.sessionId);
  }
}

const { redisPort, port, jwtSecret } = JSON.parse(process.argv[2] as string) as ServerSetup;
await startNode(
  MeridianConfig.parse({
    // All players come from one address: the limits per address are raised, by configuration.
    http: {
      port,
      bindAddress: '127.0.0.1',
      publicAddress: `127.0.0.1:${port}`,
      matchmakePerMinute: 1_000_000,
      socketsPerAddress: 100_000,
    },
    admin: { metricsPort: 0, adminPort: 0 },
    auth: { jwtSecret },
    cluster: { peerPort: 0 },
    profiles: { sqlitePath: ':memory:' },
    process: { logLevel: 'warn' },
    redis: { uri: `redis://127.0.0.1:${redisPort}` },
  }),
  defineGame({ rooms: { [ROOM_NAME]: JoinsRoom } }),
);
process.stdin.resume().once('data', () => process.exit(0));
say({ kind: 'ready' });
