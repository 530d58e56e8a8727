// Stock Colyseus with its own driver and presence on Redis, as its documentation sets them up.

import { type Client, Room, Server } from '@colyseus/core';
import { RedisDriver } from '@colyseus/redis-driver';
import { RedisPresence } from '@colyseus/redis-presence';
import { WebSocketTransport } from '@colyseus/ws-transport';
import { newPlayer, ROOM_NAME, SEATS, State } from '../game.ts';
import { type ServerSetup, say } from '../wire.ts';

class JoinsRoom extends Room<{ state: InstanceType<typeof State> }> {
  override maxClients = SEATS;
  override state = new State();
  override onJoin(client: Client): void {
    this.state.players.set(client.sessionId, newPlayer());
  }
  override onLeave(client: Client): void {
    this.state.players.delete(client.sessionId);
  }
}

const { redisPort, port } = JSON.parse(process.argv[2] as string) as ServerSetup;
const uri = `redis://127.0.0.1:${redisPort}`;
const server = new Server({
  transport: new WebSocketTransport({}),
  driver: new RedisDriver(uri),
  presence: new RedisPresence(uri),
  greet: false,
  gracefullyShutdown: false,
});
server.define(ROOM_NAME, JoinsRoom);
await server.listen(port, '127.0.0.1');
process.stdin.resume().once('data', () => process.exit(0));
say({ kind: 'ready' });
