// A stock Colyseus server with small rooms, run as a child process: what the client SDK must get along with.
//
// Started with an IPC channel it sends { port } once it listens, and answers the message 'upgrade-urls' with the URLs of all
// WebSocket upgrades it has seen. Options come as JSON in argv[2]: { port? }.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Client, ErrorCode, Room, Server, ServerError } from '@colyseus/core';
import { schema, t } from '@colyseus/schema';
import { WebSocketTransport } from '@colyseus/ws-transport';

const GOOD_TOKEN = 'good-token';
const SEAT_KEPT_S = 20;

const MoveInput = schema({ dx: t.int8().default(0) }, 'MoveInput');
const Player = schema({ x: t.int32().default(0) }, 'Player');
const FieldState = schema({ ticks: t.uint32().default(0), players: t.map(Player) }, 'FieldState');

/** Moves each player by the `dx` of his inputs, 20 times a second. */
class FieldRoom extends Room {
  override state = new FieldState();
  override readonly inputs = this.defineInput(MoveInput);

  override onCreate(): void {
    this.patchRate = 50;
    this.setFixedTimestep(() => {
      this.state.ticks += 1;
      for (const [sessionId, player] of this.state.players) {
        const input = this.inputs.get(sessionId).next();
        if (input !== undefined) player.x += input.dx;
      }
    }, 20);
    this.onMessage('add', (_client, terms: readonly number[]) =>
      terms.reduce((sum, term) => sum + term, 0),
    );
    this.onMessage('shout', (client, word: string) => client.send('echo', word));
    this.onMessage('kick', (client, code: number) => client.leave(code, 'as asked'));
  }

  override onJoin(client: Client): void {
    this.state.players.set(client.sessionId, new Player());
  }

  override async onDrop(client: Client): Promise<void> {
    await this.allowReconnection(client, SEAT_KEPT_S);
  }

  override onLeave(client: Client): void {
    this.state.players.delete(client.sessionId);
  }
}

/** Admits one token, at matchmaking. */
class MembersRoom extends Room {
  static override onAuth(token: string): Promise<{ readonly playerId: string }> {
    if (token !== GOOD_TOKEN) throw new ServerError(ErrorCode.AUTH_FAILED, 'not a member');
    return Promise.resolve({ playerId: 'member' });
  }

  override onJoin(client: Client): void {
    client.send('welcome', client.auth);
  }
}

/** Never lets anybody in. */
class ClosedRoom extends Room {
  override onJoin(): void {
    throw new Error('The club is closed.');
  }
}

const upgradeUrls: string[] = [];
const http = createServer();
const server = new Server({
  greet: false,
  gracefullyShutdown: false,
  transport: new WebSocketTransport({
    server: http,
    beforeUpgrade: (request) => {
      upgradeUrls.push(request.url);
    },
  }),
});
server.define('field', FieldRoom);
server.define('members', MembersRoom);
server.define('closed', ClosedRoom);

const { port = 0 } = JSON.parse(process.argv[2] ?? '{}') as { readonly port?: number };
await server.listen(port, '127.0.0.1');
process.on('message', (message) => {
  if (message === 'upgrade-urls') process.send?.({ upgradeUrls });
});
// The test that started us is gone: so is our purpose.
process.on('disconnect', () => process.exit(0));
process.send?.({ port: (http.address() as AddressInfo).port });
