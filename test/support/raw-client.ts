import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { ErrorBody } from '../../src/protocol/rest.ts';
import type { MeridianProcess } from './start-meridian.ts';

/** Bytes of Colyseus' protocol that these tests speak without its SDK. */
export const Code = {
  JOIN_ROOM: 10,
  ERROR: 11,
  ROOM_DATA: 13,
  INPUT: 19,
} as const;

export interface Seat {
  readonly roomId: string;
  readonly sessionId: string;
  readonly processId: string;
}

export interface MatchmakeReply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Seat & ErrorBody & { readonly code?: number; readonly message?: string };
}

export interface Matchmaking {
  readonly method?: string;
  readonly target: string;
  readonly token?: string | undefined;
  /** A string is sent as it stands. */
  readonly body?: unknown;
  /** Whom the request says it comes from; believed where loopback is a trusted proxy. */
  readonly address?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One matchmaking request, as Colyseus' SDK sends it. */
export async function matchmake(
  node: MeridianProcess,
  request: Matchmaking,
): Promise<MatchmakeReply> {
  const { method = 'joinOrCreate', target, token, body = {}, address, headers } = request;
  const response = await fetch(`${node.url}/matchmake/${method}/${target}`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      ...(address === undefined ? {} : { 'X-Forwarded-For': address }),
      ...headers,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const reply = (await response.json()) as MatchmakeReply['body'];
  return { status: response.status, headers: response.headers, body: reply };
}

export interface Closed {
  readonly code: number;
  readonly reason: string;
}

/** A connection whose owner decides every byte. */
export class RawClient implements Disposable {
  readonly ws: WebSocket;
  readonly messages: Buffer[] = [];
  readonly closed: Promise<Closed>;
  /** How it ended; null while it is open. */
  end: Closed | null = null;

  constructor(url: string, address = '127.0.0.1') {
    this.ws = new WebSocket(url, { headers: { 'X-Forwarded-For': address } });
    this.ws.on('message', (data) => this.messages.push(data as Buffer));
    // The close that follows says it all.
    this.ws.on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      this.ws.once('close', (code, reason) => {
        this.end = { code, reason: reason.toString() };
        resolve(this.end);
      });
    });
  }

  /** A connection with a seat of its own, ready to misbehave. */
  static async join(
    node: MeridianProcess,
    request: Matchmaking,
    port = node.port,
  ): Promise<RawClient> {
    const reply = await matchmake(node, request);
    if (reply.status !== 200) throw new Error(`matchmaking: ${JSON.stringify(reply.body)}`);
    const client = RawClient.sit(reply.body, port, request.address);
    await client.welcomed();
    return client;
  }

  /** Takes a seat that was reserved, or tries to. */
  static sit(seat: Seat, port: number, address?: string): RawClient {
    const { processId, roomId, sessionId } = seat;
    return new RawClient(
      `ws://127.0.0.1:${port}/${processId}/${roomId}?sessionId=${sessionId}`,
      address,
    );
  }

  /** Waits for the room's welcome and acknowledges it. */
  async welcomed(): Promise<void> {
    if (this.messages.length === 0) {
      const welcome = once(this.ws, 'message');
      const closed = this.closed.then(({ code, reason }) => {
        throw new Error(`closed instead of welcomed: ${code} ${reason}`);
      });
      await Promise.race([welcome, closed]);
    }
    this.send([Code.JOIN_ROOM]);
  }

  get roomId(): string {
    return new URL(this.ws.url).pathname.split('/')[2] ?? '';
  }

  get sessionId(): string {
    return new URL(this.ws.url).searchParams.get('sessionId') ?? '';
  }

  send(bytes: Uint8Array | readonly number[]): void {
    if (this.ws.readyState === WebSocket.OPEN) this.ws.send(Uint8Array.from(bytes));
  }

  /** Bytes past WebSocket's framing. */
  sendRaw(bytes: Uint8Array): void {
    (this.ws as unknown as { _socket: { write(bytes: Uint8Array): void } })._socket.write(bytes);
  }

  /** `[13][type as msgpack string][body]` */
  sendMessage(type: string, body: Uint8Array | readonly number[] = []): void {
    const name = Buffer.from(type);
    this.send([Code.ROOM_DATA, 0xa0 | name.length, ...name, ...body]);
  }

  /** The error frame the server sent, if any: `[11][code: number][text: string]`, both of Colyseus' codec. */
  get errorFrame(): Buffer | undefined {
    return this.messages.find((message) => message[0] === Code.ERROR);
  }

  /** Leaves on purpose, so that the room keeps no seat. */
  [Symbol.dispose](): void {
    this.ws.resume();
    if (this.ws.readyState === WebSocket.OPEN) this.ws.close(4000);
    else this.ws.terminate();
  }
}
