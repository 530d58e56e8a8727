// Contender `colyseus`: @colyseus/core and @colyseus/ws-transport as they come from npm. One line is better than its defaults: the
// patch leaves at the end of the step, so that what is compared is the link and not two timers.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Client, Room, Server } from '@colyseus/core';
import { WebSocketTransport } from '@colyseus/ws-transport';
import {
  BadLinkGame,
  BadLinkState,
  type GameSetup,
  MoveInput,
  STEP_RATE_HZ,
} from '../badlink-game.ts';
import { ServerDiary } from './server-diary.ts';
import { stepBadLink } from './step-bad-link.ts';

const setup = JSON.parse(process.argv[2] as string) as GameSetup;
const diary = new ServerDiary();

class BadLinkRoom extends Room {
  override maxClients = 100;
  override state = new BadLinkState();
  override readonly inputs = this.defineInput(MoveInput);
  readonly #game = new BadLinkGame(this.state, setup);

  override onCreate(): void {
    this.setFixedTimestep(() => this.#step(), STEP_RATE_HZ);
    // Only now: a room without patches and steps starts a timer that takes the steps their time.
    this.patchRate = null;
  }

  override onJoin(client: Client): void {
    this.#game.join(client.sessionId);
  }

  override onDrop(client: Client, code?: number): void {
    diary.dropped(code ?? 0);
    this.allowReconnection(client, 30).catch(() => undefined);
  }

  override onLeave(client: Client): void {
    this.#game.leave(client.sessionId);
  }

  #step(): void {
    const startedAtMs = performance.now();
    stepBadLink(this, this.#game, diary);
    this.broadcastPatch();
    diary.ticked(performance.now() - startedAtMs);
  }
}

const http = createServer();
const transport = new WebSocketTransport({ server: http });
const server = new Server({ transport, greet: false, gracefullyShutdown: false });
server.define('game', BadLinkRoom);
await server.listen(0, '127.0.0.1');
diary.serve((http.address() as AddressInfo).port);
