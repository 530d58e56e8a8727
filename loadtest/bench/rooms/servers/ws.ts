// Contender `ws`: the ws package, one hand-packed buffer per room and tick, sent to each of its sockets.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import {
  type Body,
  createPilot,
  Dice,
  type Pilot,
  placeBody,
  steer,
  stepBody,
  TICK_MS,
} from '../game.ts';
import { Measure } from '../measure.ts';
import { PACKED_INPUT_BYTES, PackedKind, packSnapshot } from '../packed-snapshot.ts';
import type { ServerSetup } from '../wire.ts';

interface Player {
  readonly id: number;
  readonly body: Body;
  readonly pilot: Pilot;
  readonly socket: WebSocket;
}

const setup = JSON.parse(process.argv[2] as string) as ServerSetup;
const measure = new Measure();
const dice = new Dice(1);

class PackedRoom {
  readonly #players: Player[] = [];
  readonly #timer = setInterval(() => this.#tick(), TICK_MS);
  #nextId = 1;

  get isFull(): boolean {
    return this.#nextId > setup.playersPerRoom;
  }

  join(socket: WebSocket): void {
    const body: Body = { x: 0, y: 0, angle: 0, hp: 0, score: 0, seq: 0 };
    placeBody(body, dice);
    const player: Player = { id: this.#nextId++, body, pilot: createPilot(dice), socket };
    this.#players.push(player);
    socket.on('message', (data: Buffer) => {
      if (data.length !== PACKED_INPUT_BYTES || data[0] !== PackedKind.INPUT) return;
      steer(
        player.pilot,
        data.readInt8(1),
        data.readInt8(2),
        data.readFloatLE(3),
        data.readUInt16LE(7),
      );
    });
    socket.on('close', () => this.#leave(player));
    socket.send(Uint8Array.of(PackedKind.WELCOME, player.id));
  }

  #leave(player: Player): void {
    this.#players.splice(this.#players.indexOf(player), 1);
    if (this.#players.length === 0) clearInterval(this.#timer);
  }

  #tick(): void {
    const startedAtMs = performance.now();
    for (const { body, pilot } of this.#players) stepBody(body, pilot, TICK_MS / 1_000, dice);
    const snapshot = packSnapshot(this.#players);
    for (const { socket } of this.#players) socket.send(snapshot);
    measure.tick(performance.now() - startedAtMs);
  }
}

const http = createServer();
const sockets = new WebSocketServer({ server: http, perMessageDeflate: false, maxPayload: 4_096 });
let openRoom = new PackedRoom();
sockets.on('connection', (socket) => {
  if (openRoom.isFull) openRoom = new PackedRoom();
  openRoom.join(socket);
});
http.listen(0, '127.0.0.1', () => measure.serve((http.address() as AddressInfo).port));
