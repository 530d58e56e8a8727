// Contender `colyseus`: @colyseus/core and @colyseus/ws-transport as they come from npm, with a StateView for each client. Who sees
// what is found by our grid, which costs less than what a game would write for itself.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Client, Room, Server } from '@colyseus/core';
import { Encoder } from '@colyseus/schema';
import { WebSocketTransport } from '@colyseus/ws-transport';
import { defineInterest } from '../../../../src/rooms/interest/interest.ts';
import { RoomInterest } from '../../../../src/rooms/interest/room-interest.ts';
import { TICK_MS } from '../../rooms/game.ts';
import { Measure } from '../../rooms/measure.ts';
import { BigRoomGame, type BigRoomSetup, BigRoomState } from '../big-room-game.ts';
import { SIGHT_M } from '../crowd.ts';

const setup = JSON.parse(process.argv[2] as string) as BigRoomSetup;
const measure = new Measure();
// As its manual says: large enough for all views of one patch.
Encoder.BUFFER_SIZE = 32 * 1024 * 1024;

class BigRoom extends Room {
  override maxClients = 10_000;
  override state = new BigRoomState();
  readonly #game = new BigRoomGame(setup);
  readonly #interest = new Lazy(
    () =>
      new RoomInterest(defineInterest({ players: { radius: SIGHT_M } }), {
        encoder: () =>
          (this as unknown as { readonly _serializer: { readonly encoder: Encoder } })._serializer
            .encoder,
        fault: (error) => {
          throw error;
        },
      }),
  );

  override onCreate(): void {
    this.onMessage('i', (client, input: { readonly seq: number }) => {
      this.#game.steer(client.sessionId, input);
    });
    this.setTimestep(() => {
      const startedAtMs = performance.now();
      measure.tickBegins();
      this.#game.step();
      this.#interest.value.update(this.clients);
      this.broadcastPatch();
      this.#interest.value.flushed();
      measure.tick(performance.now() - startedAtMs);
    }, TICK_MS);
    this.patchRate = null;
  }

  override onJoin(client: Client): void {
    this.#game.join(client.sessionId, this.state);
    this.#interest.value.show(client);
  }

  override onLeave(client: Client): void {
    this.#interest.value.left(client);
    this.#game.leave(client.sessionId, this.state);
  }
}

/** Made when it is first asked for: the state is the room's only after its constructor. */
class Lazy<T> {
  readonly #make: () => T;
  #value: T | undefined;

  constructor(make: () => T) {
    this.#make = make;
  }

  get value(): T {
    this.#value ??= this.#make();
    return this.#value;
  }
}

const http = createServer();
const transport = new WebSocketTransport({ server: http });
const server = new Server({ transport, greet: false, gracefullyShutdown: false });
server.define('game', BigRoom);
await server.listen(0, '127.0.0.1');
measure.serve((http.address() as AddressInfo).port);
