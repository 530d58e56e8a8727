// One process of a small region: stock Colyseus, and by hand what a Meridian node adds for clients whose room goes on
// elsewhere: `GET /v1/rooms/:roomId`, the addresses of the other nodes in seat reservations, the resume section in the JOIN
// frame of those who come back, and a room that can be taken out of one process and put into another.
//
// Run as a child process with an IPC channel (region-process.ts). It sends { port } once it listens, and answers each
// { id, call, argument } with { id, result }.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Client, matchMaker, Room, Server } from '@colyseus/core';
import { schema, t } from '@colyseus/schema';
import { WebSocketTransport } from '@colyseus/ws-transport';
import {
  CloseCode,
  encodeResumeSection,
  type MovedTo,
  movedReason,
} from '../../src/protocol/index.ts';
import { MoveInput, STEP_HZ, stepWalker, Walker } from './field-simulation.ts';
import type { HttpAnswer, RoomImage, SessionImage } from './region-process.ts';

const SEAT_KEPT_S = 20;
const JOIN_ROOM = 10;
const MESSAGE_CODES = new Set([13, 17]);

const FieldState = schema(
  { ticks: t.uint32().default(0), walkers: t.map(Walker), words: t.array('string') },
  'RegionFieldState',
);

/** Walkers on a line, and a list of all that was said: both show what was applied, and how often. */
class FieldRoom extends Room {
  override state = new FieldState();
  readonly #inputs = this.defineInput(MoveInput);
  readonly #sessions = new Map<string, SessionImage>();

  override onCreate({ image }: { readonly image?: RoomImage }): void {
    this.patchRate = 1_000 / STEP_HZ;
    this.autoDispose = false;
    if (image !== undefined) this.#restore(image);
    this.setFixedTimestep((ctx) => {
      this.state.ticks += 1;
      for (const [sessionId, walker] of this.state.walkers) {
        const inputs = this.#inputs.get(sessionId);
        for (let input = inputs.next(); input !== undefined; input = inputs.next()) {
          stepWalker(ctx, walker, input);
          this.#session(sessionId).inputs += 1;
        }
      }
    }, STEP_HZ);
    this.onMessage('say', (_client, word: string) => void this.state.words.push(word));
    this.onMessage('add', (_client, terms: readonly number[]) => terms[0]);
    this.onMessageBytes('bytes', (_client, bytes) => {
      this.state.words.push(Buffer.from(bytes as Uint8Array).toString());
    });
    // As a Meridian room counts: whatever of these kinds reaches the room.
    const room = this as unknown as { _onMessage: (client: Client, frame: Buffer) => void };
    const onMessage = room._onMessage.bind(this);
    room._onMessage = (client, frame) => {
      if (MESSAGE_CODES.has(frame[0] ?? 0)) this.#session(client.sessionId).messages += 1;
      onMessage(client, frame);
    };
  }

  override onJoin(client: Client): void {
    this.state.walkers.set(client.sessionId, new Walker());
    this.#sessions.set(client.sessionId, { token: '', messages: 0, inputs: 0 });
  }

  override async onDrop(client: Client): Promise<void> {
    await this.allowReconnection(client, SEAT_KEPT_S);
  }

  override onReconnect(client: Client): void {
    const { messages, inputs } = this.#session(client.sessionId);
    const raw = client.raw.bind(client);
    client.raw = ((frame: Uint8Array, ...rest: never[]) => {
      const section = encodeResumeSection({ epoch: 1, messages, inputs });
      raw(frame[0] === JOIN_ROOM ? Buffer.concat([frame, section]) : frame, ...rest);
    }) as typeof client.raw;
  }

  override onLeave(client: Client): void {
    this.state.walkers.delete(client.sessionId);
  }

  image(): RoomImage {
    const sessions = [...this.#sessions].map(([sessionId, session]) => {
      const token = this.clients.get(sessionId)?.reconnectionToken ?? session.token;
      const x = this.state.walkers.get(sessionId)?.x ?? 0;
      return [sessionId, { ...session, token, x }] as const;
    });
    return { roomId: this.roomId, words: [...this.state.words], sessions };
  }

  /** Seats wait for the players of the image, under the tokens they hold. */
  async expectPlayers(image: RoomImage): Promise<void> {
    for (const [sessionId, { token }] of image.sessions) {
      const room = this as unknown as {
        _reserveSeat(
          sessionId: string,
          options: true,
          auth: undefined,
          seconds: number,
          allowReconnection: true,
          token: string,
        ): Promise<void>;
      };
      await room._reserveSeat(sessionId, true, undefined, SEAT_KEPT_S, true, token);
    }
  }

  #restore(image: RoomImage): void {
    this.state.words.push(...image.words);
    for (const [sessionId, session] of image.sessions) {
      this.state.walkers.set(sessionId, new Walker().assign({ x: session.x ?? 0 }));
      this.#sessions.set(sessionId, { ...session });
    }
  }

  #session(sessionId: string): SessionImage {
    const session = this.#sessions.get(sessionId);
    if (session === undefined) throw new Error(`no session ${sessionId}`);
    return session;
  }
}

const http = createServer();
const server = new Server({
  greet: false,
  gracefullyShutdown: false,
  transport: new WebSocketTransport({ server: http }),
});
server.define('field', FieldRoom);
await server.listen(0, '127.0.0.1');
const { port } = http.address() as AddressInfo;

const answers = new Map<string, HttpAnswer>();
let nodes: readonly string[] = [];
let joinAnswer: HttpAnswer | null = null;
let publicAddress = `127.0.0.1:${port}`;
const questions: string[] = [];

const calls: Readonly<Record<string, (argument: never) => unknown>> = {
  answer: ({ roomId, answer }: { roomId: string; answer: HttpAnswer }) => {
    answers.set(roomId, answer);
  },
  nodes: (addresses: readonly string[]) => {
    nodes = addresses;
  },
  'answer-joins': (answer: HttpAnswer | null) => {
    joinAnswer = answer;
  },
  publish: (address: string) => {
    publicAddress = address;
  },
  questions: () => questions,
  processId: () => matchMaker.processId,
  image: (roomId: string) => fieldRoom(roomId).image(),
  revive: async (image: RoomImage) => {
    await matchMaker.handleCreateRoom('field', { image }, undefined, image.roomId);
    await fieldRoom(image.roomId).expectPlayers(image);
  },
  'send-away': ({ roomId, to }: { readonly roomId: string; readonly to: MovedTo }) => {
    for (const client of fieldRoom(roomId).clients) {
      client.leave(CloseCode.MAY_TRY_RECONNECT, movedReason(to));
    }
  },
};

function fieldRoom(roomId: string): FieldRoom {
  return matchMaker.getLocalRoomById(roomId) as unknown as FieldRoom;
}

const colyseus = http.listeners('request') as ((
  request: IncomingMessage,
  response: ServerResponse,
) => void)[];
http.removeAllListeners('request');
http.on('request', (request, response) => {
  const [, roomId] = /^\/v1\/rooms\/(.+)$/.exec(request.url ?? '') ?? [];
  if (roomId !== undefined) {
    questions.push(request.url ?? '');
    const { status, body } = answers.get(roomId) ?? { status: 404, body: {} };
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  } else if (request.url?.startsWith('/matchmake/')) {
    questions.push(request.url);
    void giveSeat(request.url, response);
  } else {
    for (const listener of colyseus) listener(request, response);
  }
});

async function giveSeat(url: string, response: ServerResponse): Promise<void> {
  const [, , method, name = ''] = url.split('/');
  const seatOf = () =>
    method === 'joinById' ? matchMaker.joinById(name, {}) : matchMaker.joinOrCreate(name, {});
  const { status, body } = joinAnswer ?? {
    status: 200,
    body: { ...(await seatOf()), publicAddress, nodes },
  };
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

process.on('message', ({ id, call, argument }: { id: number; call: string; argument: never }) => {
  void Promise.resolve(calls[call]?.(argument)).then((result) => process.send?.({ id, result }));
});
// The test that started us is gone: so is our purpose.
process.on('disconnect', () => process.exit(0));
process.send?.({ port });
