import { EventEmitter } from 'node:events';
import { type Client, ClientState, Protocol, SchemaSerializer } from '@colyseus/core';
import { Decoder, type Encoder, schema, t } from '@colyseus/schema';
import { WebSocketClient } from '@colyseus/ws-transport';
import type { WebSocket } from 'ws';
import { EncodeScratch } from '../../../src/rooms/flow/encode-scratch.ts';
import { defineInterest } from '../../../src/rooms/interest/interest.ts';
import { RoomInterest } from '../../../src/rooms/interest/room-interest.ts';
import { SegmentSerializer } from '../../../src/rooms/interest/segment-serializer.ts';
import { MeridianClient } from '../../../src/transport/ws/meridian-client.ts';
import { Dice } from '../rooms/game.ts';
import { AgeCount, AgeMeter, CrowdPast } from './ages.ts';
import { Crowd, SIGHT_M } from './crowd.ts';
import type { BigRoomScenario } from './scenarios.ts';

// Two rooms without sockets: the same state, the same crowd, the same sights; only who encodes the patches differs. Sights are
// kept by our grid for both, so that the comparison is of encoding alone.

const POSITIONS = { min: 0, max: 4_096, bits: 16 } as const;
const Player = schema(
  {
    x: t.quantized(POSITIONS),
    y: t.quantized(POSITIONS),
    angle: t.quantized({ min: 0, max: 6.2832, bits: 8, mode: 'wrap' }),
  },
  'BigRoomPlayer',
);
const BigRoomState = schema({ players: t.map(Player).view() }, 'BigRoomState');

const INTEREST = defineInterest({ players: { radius: SIGHT_M } });
/** Clients that decode what they get. */
const READERS = 8;
/** After so many flushes in which nothing moves, everybody has everything as it is. */
const REST_TICKS = 64;
const SEED = 7;

export const ENCODERS = ['meridian', 'colyseus'] as const;
export type EncoderName = (typeof ENCODERS)[number];

/** What one flush does, in two parts. */
interface Encoding {
  client(sessionId: string, socket: WebSocket): Client;
  readonly interest: () => RoomInterest;
  fullState(client: Client): Uint8Array;
  /** Brings the sights up to date. */
  look(clients: Client[]): void;
  /** Encodes and hands over. */
  flush(clients: Client[]): void;
}

/** A client that decodes what it gets. */
interface Reader {
  readonly client: Client;
  readonly body: InstanceType<typeof Player>;
  readonly decoder: Decoder<InstanceType<typeof BigRoomState>>;
  readonly meter: AgeMeter;
}

/** Clients of a room that are a number of bytes each, and a few that read them. */
export class EncodeRoom {
  readonly #state = new BigRoomState();
  readonly #crowd: Crowd;
  readonly #bodies: InstanceType<typeof Player>[] = [];
  readonly #clients: Client[] = [];
  readonly #readers: Reader[] = [];
  readonly #past = new CrowdPast();
  readonly #ages = new AgeCount();
  #tick = 0;
  readonly #encoding: Encoding;
  readonly #sockets: CountingSocket[] = [];
  readonly #unread: (() => void)[] = [];

  constructor(name: EncoderName, scenario: BigRoomScenario, players: number) {
    this.#encoding = name === 'meridian' ? segments(this.#state) : stock(this.#state);
    this.#crowd = new Crowd(scenario.spread, scenario.worldM, new Dice(SEED));
    for (let i = 0; i < players; i++) this.#add(`p${i}`, i % Math.ceil(players / READERS) === 0);
    for (const client of this.#clients) client.raw(this.#encoding.fullState(client));
    this.#encoding.look(this.#clients);
    this.#encoding.flush(this.#clients);
    this.#past.keep(this.#state.players as never);
  }

  /** Ages of what is seen, since they were forgotten last. */
  get ages(): AgeCount {
    return this.#ages;
  }

  /** Bytes of state handed over so far, all clients together. */
  get bytes(): number {
    return this.#sockets.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Entities that a client sees, on average, he himself among them. */
  get visible(): number {
    const { viewers, sights, items } = this.#encoding.interest();
    let seen = 0;
    for (const { id } of viewers.values()) {
      for (let item = 0; item < items.limit; item++) if (sights.seen.has(item, id)) seen++;
    }
    return seen / this.#clients.length;
  }

  step(): void {
    this.#tick++;
    for (const [i, body] of this.#bodies.entries()) this.#crowd.step(i, body);
    this.#past.keep(this.#state.players as never);
  }

  look(): void {
    this.#encoding.look(this.#clients);
  }

  flush(): void {
    this.#encoding.flush(this.#clients);
  }

  /** Entities that a reading client has and should not have, has not and should, or has as they never were of late. */
  countErrors(): number {
    return this.#count((key, has) => this.#past.knows(key, has));
  }

  /** Lets everything rest for a while. @returns entities that a reading client has otherwise than they are */
  countErrorsAtRest(): number {
    for (let i = 0; i < REST_TICKS; i++) {
      this.look();
      this.flush();
      for (const read of this.#unread.splice(0)) read();
    }
    return this.#count((key, has) => {
      const body = this.#state.players.get(key);
      return body?.x === has.x && body.y === has.y && body.angle === has.angle;
    });
  }

  #count(isRight: (key: string, has: InstanceType<typeof Player>) => boolean): number {
    let errors = 0;
    for (const { client, decoder } of this.#readers) {
      const seen = decoder.state.players;
      for (const [key, body] of this.#state.players) {
        const must = client.view?.has(body as never) === true;
        const has = seen?.get(key);
        if (must !== (has !== undefined) || (has && !isRight(key, has))) errors++;
      }
    }
    return errors;
  }

  /** Lets the clients that read read what they got: not while others encode, or it would be charged to them. */
  read(): void {
    for (const read of this.#unread.splice(0)) read();
    const bodies = this.#state.players as never as Map<string, InstanceType<typeof Player>>;
    for (const { body, decoder, meter } of this.#readers) {
      const seen = decoder.state.players as never;
      meter.observe(this.#tick, { eye: body, bodies, seen }, this.#ages);
    }
  }

  #add(sessionId: string, isReader: boolean): void {
    const body = new Player();
    this.#crowd.add(body);
    this.#state.players.set(sessionId, body);
    this.#bodies.push(body);
    const socket = new CountingSocket();
    const client = this.#encoding.client(sessionId, socket as unknown as WebSocket);
    Object.assign(client, { state: ClientState.JOINED });
    this.#sockets.push(socket);
    this.#clients.push(client);
    if (!isReader) return;
    const decoder = new Decoder(new BigRoomState());
    this.#readers.push({ client, body, decoder, meter: new AgeMeter() });
    socket.onPayload = (payload) => {
      const bytes = payload.slice();
      this.#unread.push(() => void decoder.decode(bytes, { offset: 1 }));
    };
  }
}

/** Takes frames as a socket does that is never full: our clients write them as they are, stock ones hand `ws` the payload. */
class CountingSocket extends EventEmitter {
  readonly OPEN = 1;
  readonly readyState = 1;
  readonly bufferedAmount = 0;
  bytes = 0;
  onPayload: ((payload: Uint8Array) => void) | null = null;
  readonly _socket = { write: (frame: Uint8Array) => this.#take(frame, frameHeaderBytes(frame)) };
  /** Without it, it would be taken for Bun's. */
  readonly _receiver = {};

  send(payload: Uint8Array): void {
    this.#take(payload, 0);
  }

  #take(frame: Uint8Array, payloadOffset: number): void {
    this.bytes += frame.length - payloadOffset;
    this.onPayload?.(frame.subarray(payloadOffset));
  }
}

/** Of a frame as servers send it. */
function frameHeaderBytes(frame: Uint8Array): number {
  const length = frame[1] as number;
  if (length < 126) return 2;
  return length === 126 ? 4 : 10;
}

function segments(state: InstanceType<typeof BigRoomState>): Encoding {
  const serializer = new SegmentSerializer({
    scratch: new EncodeScratch(4 * 1024 * 1024),
    listener: {
      patchSent: () => {},
      sendGateSkipped: () => {},
      resynced: () => {},
      tooSlow: () => {},
    },
    interest: INTEREST,
    usesSegments: true,
    fault: (error) => {
      throw error;
    },
  });
  serializer.reset(state as never);
  const interest = serializer.interest as RoomInterest;
  // A flush looks first; here that is measured apart, as it is for the other contender.
  const look = interest.update.bind(interest);
  interest.update = () => {};
  return {
    client: (sessionId, socket) => new MeridianClient(sessionId, socket),
    interest: () => interest,
    fullState: (client) => serializer.getFullState(client),
    look,
    flush: (clients) => void serializer.applyPatches(clients),
  };
}

/** Opens what Colyseus keeps to itself. */
class StockSerializer extends SchemaSerializer<InstanceType<typeof BigRoomState>> {
  get ownEncoder(): Encoder {
    return this.encoder;
  }
}

function stock(state: InstanceType<typeof BigRoomState>): Encoding {
  const serializer = new StockSerializer();
  serializer.reset(state as never);
  const interest = new RoomInterest(INTEREST, {
    encoder: () => serializer.ownEncoder,
    fault: (error) => {
      throw error;
    },
  });
  return {
    client: (sessionId, socket) => new WebSocketClient(sessionId, socket),
    interest: () => interest,
    fullState: (client) => {
      interest.show(client);
      const full = Uint8Array.from(serializer.getFullState(client) as Uint8Array);
      full[0] = Protocol.ROOM_STATE;
      client.view?.changes.clear();
      return full;
    },
    look: (clients) => interest.update(clients),
    flush: (clients) => void serializer.applyPatches(clients),
  };
}
