// Contender `socketio`: socket.io 4 over WebSocket only, one JSON snapshot per room and tick, as its manual does it.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import {
  type Body,
  createPilot,
  Dice,
  type Pilot,
  placeBody,
  type Steering,
  steer,
  stepBody,
  TICK_MS,
} from '../game.ts';
import { Measure } from '../measure.ts';
import type { ServerSetup } from '../wire.ts';

const setup = JSON.parse(process.argv[2] as string) as ServerSetup;
const measure = new Measure();
const dice = new Dice(1);
const http = createServer();
const io = new Server(http, { transports: ['websocket'], perMessageDeflate: false });

interface Player {
  readonly id: string;
  readonly body: Body;
  readonly pilot: Pilot;
}

class JsonRoom {
  readonly name: string;
  readonly players: Player[] = [];
  readonly #timer = setInterval(() => this.#tick(), TICK_MS);
  #seatsTaken = 0;

  constructor(index: number) {
    this.name = `room-${index}`;
  }

  get isFull(): boolean {
    return this.#seatsTaken >= setup.playersPerRoom;
  }

  add(id: string): Player {
    this.#seatsTaken++;
    const body: Body = { x: 0, y: 0, angle: 0, hp: 0, score: 0, seq: 0 };
    placeBody(body, dice);
    const player: Player = { id, body, pilot: createPilot(dice) };
    this.players.push(player);
    return player;
  }

  remove(player: Player): void {
    this.players.splice(this.players.indexOf(player), 1);
    if (this.players.length === 0) clearInterval(this.#timer);
  }

  #tick(): void {
    const startedAtMs = performance.now();
    for (const { body, pilot } of this.players) stepBody(body, pilot, TICK_MS / 1_000, dice);
    io.to(this.name).emit('s', { players: this.players.map(snapshotOf) });
    measure.tick(performance.now() - startedAtMs);
  }
}

let rooms = 0;
let openRoom = new JsonRoom(rooms++);
io.on('connection', (socket) => {
  if (openRoom.isFull) openRoom = new JsonRoom(rooms++);
  const room = openRoom;
  const player = room.add(socket.id);
  void socket.join(room.name);
  socket.on('i', (input: Steering) => {
    steer(player.pilot, input.moveX, input.moveY, input.turn, input.seq);
  });
  socket.on('disconnect', () => room.remove(player));
  socket.emit('w', socket.id);
});
http.listen(0, '127.0.0.1', () => measure.serve((http.address() as AddressInfo).port));

function snapshotOf({ id, body }: Player): Body & { id: string } {
  const { hp, score, seq } = body;
  return { id, x: cents(body.x), y: cents(body.y), angle: cents(body.angle), hp, score, seq };
}

/** Two decimals: without them JSON would be twice as long, which nobody would ship. */
function cents(value: number): number {
  return Math.round(value * 100) / 100;
}
