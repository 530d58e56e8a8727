import { once } from 'node:events';
import { encode } from '@colyseus/schema';
import { PROTOCOL_CODE_MASK, Protocol } from '@colyseus/shared-types';
import WebSocket from 'ws';
import { parseHandshake } from '../../loadtest/bots/handshake.ts';
import { RoomReplica } from '../../loadtest/bots/room-replica.ts';

/** What matchmaking answered. */
export interface SeatAnswer {
  readonly status: number;
  readonly body: {
    readonly sessionId?: string;
    readonly roomId?: string;
    readonly processId?: string;
    readonly error?: unknown;
  };
}

export interface SeatRequest {
  readonly method?: string;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Asks `port` for a seat in a room called `target`. */
export async function requestSeat(
  port: number,
  target: string,
  { method = 'joinOrCreate', options = {}, headers = {} }: SeatRequest = {},
): Promise<SeatAnswer> {
  const response = await fetch(`http://127.0.0.1:${port}/matchmake/${method}/${target}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(options),
  });
  return { status: response.status, body: (await response.json()) as SeatAnswer['body'] };
}

export interface Closed {
  readonly code: number;
  readonly reason: string;
}

export interface Seat {
  readonly sessionId: string;
  readonly roomId: string;
  readonly processId: string;
}

/** A player with a bare WebSocket: it can send what no SDK would. */
export class GuardClient {
  readonly seat: Seat;
  readonly ws: WebSocket;
  readonly replica = new RoomReplica();
  /** What was wrong with patches and states. */
  decodeErrors = 0;
  patches = 0;
  /** Full states, the first one included. */
  states = 0;
  reconnectionToken = '';
  /** How the connection ended; null while it is open. */
  closed: Closed | null = null;
  readonly #joined = Promise.withResolvers<void>();

  private constructor(seat: Seat, ws: WebSocket) {
    this.seat = seat;
    this.ws = ws;
    ws.on('message', (frame: Buffer) => this.#read(frame));
    ws.on('close', (code, reason) => {
      this.closed = { code, reason: reason.toString() };
      this.#joined.reject(new Error(`closed with ${code} ${reason}`));
    });
    // The close that follows tells the rest.
    ws.on('error', () => {});
  }

  /** Takes a seat at `port`, and connects to it through `socketPort` (a relay's, say). */
  static async join(
    port: number,
    room: string,
    { socketPort = port, ...request }: SeatRequest & { readonly socketPort?: number } = {},
  ): Promise<GuardClient> {
    const { status, body } = await requestSeat(port, room, request);
    if (body.sessionId === undefined) {
      throw new Error(`no seat: ${status} ${JSON.stringify(body)}`);
    }
    return GuardClient.connect(socketPort, body as Seat);
  }

  /** Connects to a reserved seat, or to one that is kept for `reconnectionToken`; resolves with the first state. */
  static async connect(port: number, seat: Seat, reconnectionToken?: string): Promise<GuardClient> {
    const query = new URLSearchParams({ sessionId: seat.sessionId });
    if (reconnectionToken !== undefined) query.set('reconnectionToken', reconnectionToken);
    const url = `ws://127.0.0.1:${port}/${seat.processId}/${seat.roomId}?${query}`;
    const client = new GuardClient(seat, new WebSocket(url));
    await client.#joined.promise;
    return client;
  }

  /** The decoded state as JSON. */
  get state(): Record<string, unknown> {
    return (this.replica.state?.toJSON() ?? {}) as Record<string, unknown>;
  }

  /** Sends a message of the game without a body, as the SDK would. */
  send(type: string): void {
    const frame = Buffer.alloc(1 + type.length * 4 + 8);
    frame[0] = Protocol.ROOM_DATA;
    const it = { offset: 1 };
    encode.string(frame, type, it);
    this.ws.send(frame.subarray(0, it.offset));
  }

  sendBytes(...bytes: readonly number[]): void {
    this.ws.send(Uint8Array.from(bytes));
  }

  /** @returns how the connection ended, or null when it is still open after `withinMs` */
  async waitForClose(withinMs: number): Promise<Closed | null> {
    if (this.closed === null) {
      try {
        await once(this.ws, 'close', { signal: AbortSignal.timeout(withinMs) });
      } catch (error) {
        if ((error as Error).name !== 'AbortError') throw error;
      }
    }
    return this.closed;
  }

  [Symbol.dispose](): void {
    this.ws.terminate();
  }

  #read(frame: Buffer): void {
    const code = (frame[0] as number) & PROTOCOL_CODE_MASK;
    if (code === Protocol.JOIN_ROOM) {
      const handshake = parseHandshake(frame);
      this.reconnectionToken = handshake.reconnectionToken;
      this.replica.adopt(frame, handshake);
      this.sendBytes(Protocol.JOIN_ROOM);
      // A room without state sends nothing more.
      if (handshake.serializerId === 'none') this.#joined.resolve();
    } else if (code === Protocol.ROOM_STATE) {
      this.states++;
      this.#decode(() => this.replica.readState(frame));
      this.#joined.resolve();
    } else if (code === Protocol.ROOM_STATE_PATCH) {
      this.patches++;
      this.#decode(() => this.replica.readPatch(frame));
    }
  }

  /** The decoder of @colyseus/schema does not throw at patches that make no sense: it tells the console, and goes on. */
  #decode(read: () => void): void {
    const { warn, error } = console;
    const complain = () => {
      this.decodeErrors++;
    };
    Object.assign(console, { warn: complain, error: complain });
    try {
      read();
    } catch {
      this.decodeErrors++;
    } finally {
      Object.assign(console, { warn, error });
    }
  }
}
