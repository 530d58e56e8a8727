// A bot's seat in a Colyseus room, from the seat reservation to the last frame:
//
//   POST /matchmake/joinOrCreate ─▶ seat ─▶ WebSocket /{processId}/{roomId}?sessionId=… ─▶ JOIN_ROOM
//   ─▶ (ack) ─▶ ROOM_STATE: joined ─▶ patches and messages until the close
//
// A bot that comes back to its seat dials with its reconnection token and goes on with the state it had.

import { decode } from '@colyseus/schema';
import { PROTOCOL_CODE_MASK, Protocol, ProtocolModifier } from '@colyseus/shared-types';
import { decodeBundleSection } from '../../src/protocol/input-bundle.ts';
import { decodeResumeSection, type ResumePoint } from '../../src/protocol/resume.ts';
import { type Handshake, parseHandshake } from './handshake.ts';
import { RoomReplica } from './room-replica.ts';
import type { Seat } from './seat.ts';
import { BotSocket } from './web-socket.ts';

export interface RoomClientEvents {
  /** After each patch, decoded when the client decodes. */
  onPatch?(client: RoomClient): void;
  /** A frame that is neither handshake nor state, e.g. ROOM_DATA. */
  onFrame?(code: number, frame: Uint8Array): void;
  /** The room let us in; from now on its new token is the one that counts, also when this try comes to nothing. */
  onHandshake?(handshake: Handshake): void;
  /** The answer to `socket.send(payload, Opcode.PING)`. */
  onPong?(payload: Uint8Array): void;
  onClosed?(code: number, reason: string): void;
}

export interface RoomClientOptions {
  readonly endpoint: URL;
  readonly seat: Seat;
  /** Access token the room checks again at the socket; absent for rooms that admit anybody. */
  readonly accessToken?: string;
  /** Whether to decode the state; counting bots need not. */
  readonly decodes: boolean;
  /** The connection before this one: the seat is kept, and the state goes on. */
  readonly previous?: { readonly client: RoomClient; readonly reconnectionToken: string };
  /** Patience for the first state, ms; a server that hangs accepts connections all the same. */
  readonly timeoutMs?: number;
}

/** The answer to the handshake: "ready for the state". */
const JOIN_ACK = Uint8Array.of(Protocol.JOIN_ROOM);

export class RoomClient {
  readonly sessionId: string;
  readonly roomId: string;
  patches = 0;
  /** Inputs of ours that the newest state contains; only rooms with inputs tell. */
  ackedInputs = 0;
  /** The room's clock in the newest state, ms since the room began; only rooms with inputs tell. */
  roomClockMs = 0;
  handshake: Handshake | null = null;
  /** What the room knows of what we ever sent; null before the handshake, and from servers that do not tell. */
  resumePoint: ResumePoint | null = null;
  /** Inputs that the room takes in one frame; 1 before the handshake, and of servers that do not tell. */
  mostInputs = 1;
  /** Null for a client that only counts. */
  readonly replica: RoomReplica | null;

  readonly #events: RoomClientEvents;
  #socket: BotSocket | null = null;
  #hasAcknowledged = false;
  #joined: { resolve(): void; reject(error: Error): void } | null = null;

  private constructor(options: RoomClientOptions, events: RoomClientEvents) {
    this.sessionId = options.seat.sessionId;
    this.roomId = options.seat.roomId;
    this.replica = options.previous?.client.replica ?? (options.decodes ? new RoomReplica() : null);
    this.#events = events;
  }

  /** Takes a reserved seat; resolves with the first state. */
  static async join(
    options: RoomClientOptions,
    events: RoomClientEvents = {},
  ): Promise<RoomClient> {
    const client = new RoomClient(options, events);
    const { timeoutMs } = options;
    const timer =
      timeoutMs === undefined ? undefined : setTimeout(() => client.#giveUp(timeoutMs), timeoutMs);
    try {
      await client.#takeSeat(options);
      return client;
    } catch (error) {
      // Also one that opened when we had given up.
      client.#socket?.destroy();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  get socket(): BotSocket {
    if (this.#socket === null) throw new Error('The client has no socket yet.');
    return this.#socket;
  }

  async #takeSeat(options: RoomClientOptions): Promise<void> {
    const joined = new Promise<void>((resolve, reject) => {
      this.#joined = { resolve, reject };
    });
    // A refusal may come while the socket still opens, before anybody awaits `joined`.
    joined.catch(() => undefined);
    this.#socket = await BotSocket.open(
      {
        host: options.endpoint.hostname,
        port: portOf(options.endpoint),
        path: socketPath(options),
        timeoutMs: options.timeoutMs,
      },
      {
        onMessage: (payload) => this.#onMessage(payload),
        onPong: (payload) => this.#events.onPong?.(payload),
        onClosed: (code, reason) => this.#onClosed(code, reason),
      },
    );
    // The handshake may have come in the same chunk as the upgrade, before the socket was ours.
    this.#acknowledge();
    await joined;
  }

  #onMessage(frame: Uint8Array): void {
    const code = (frame[0] as number) & PROTOCOL_CODE_MASK;
    if (((frame[0] as number) & ProtocolModifier.TIMED) !== 0) this.#readClock(frame);
    switch (code) {
      case Protocol.ROOM_STATE_PATCH:
        this.patches++;
        this.replica?.readPatch(frame);
        this.#events.onPatch?.(this);
        return;
      case Protocol.ROOM_STATE:
        this.replica?.readState(frame);
        this.#joined?.resolve();
        return;
      case Protocol.JOIN_ROOM:
        this.handshake = parseHandshake(frame);
        this.resumePoint = decodeResumeSection(frame);
        this.mostInputs = decodeBundleSection(frame);
        this.replica?.adopt(frame, this.handshake);
        this.#events.onHandshake?.(this.handshake);
        this.#acknowledge();
        return;
      case Protocol.ERROR:
        this.#joined?.reject(new Error(`refused by the room: ${readError(frame)}`));
        return;
      default:
        this.#events.onFrame?.(code, frame);
    }
  }

  /** TIMED frames begin with `[code][room clock u32][input ack u32]`. */
  #readClock(frame: Uint8Array): void {
    this.roomClockMs = readUint32(frame, 1);
    this.ackedInputs = readUint32(frame, 5);
  }

  #acknowledge(): void {
    if (this.#hasAcknowledged || this.#socket === null || this.handshake === null) return;
    this.#hasAcknowledged = true;
    this.#socket.send(JOIN_ACK);
  }

  #giveUp(timeoutMs: number): void {
    this.#joined?.reject(new Error(`no state within ${timeoutMs} ms`));
    this.#socket?.destroy();
  }

  #onClosed(code: number, reason: string): void {
    this.#joined?.reject(new Error(`closed with ${code} ${reason}`.trim()));
    this.#events.onClosed?.(code, reason);
  }
}

function socketPath({ seat, accessToken, previous }: RoomClientOptions): string {
  const query = new URLSearchParams({ sessionId: seat.sessionId });
  if (previous !== undefined) {
    query.set('reconnectionToken', previous.reconnectionToken);
    query.set('skipHandshake', '1');
  }
  if (accessToken !== undefined) query.set('_authToken', accessToken);
  return `/${seat.processId}/${seat.roomId}?${query}`;
}

function portOf(endpoint: URL): number {
  return endpoint.port === '' ? 80 : Number(endpoint.port);
}

function readError(frame: Uint8Array): string {
  const iterator = { offset: 1 };
  const code = decode.number(frame, iterator);
  return `${code} ${decode.string(frame, iterator)}`;
}

function readUint32(bytes: Uint8Array, offset: number): number {
  return (
    ((bytes[offset] as number) |
      ((bytes[offset + 1] as number) << 8) |
      ((bytes[offset + 2] as number) << 16) |
      ((bytes[offset + 3] as number) << 24)) >>>
    0
  );
}
