// Bad input of every kind against one running node, while somebody innocent plays in the same room: the sender gets an
// answer that says what was wrong, and nobody else notices.
//
// The node believes X-Forwarded-For (loopback is its proxy), so that every test comes from an address of its own.

import { connect } from 'node:net';
import fc from 'fast-check';
import { SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { ErrorBody } from '../../src/protocol/rest.ts';
import { eventually } from '../support/eventually.ts';
import { SPEED, STEP_HZ } from '../support/field-simulation.ts';
import { InnocentPlayer } from '../support/innocent-player.ts';
import {
  type Closed,
  Code,
  type Matchmaking,
  matchmake,
  RawClient,
} from '../support/raw-client.ts';
import { type MeridianProcess, startMeridian } from '../support/start-meridian.ts';
import { TcpRelay } from '../support/tcp-relay.ts';

const SECRET = 'a secret of the tests, long enough';
const PING_INTERVAL_MS = 700;
const SOCKETS_PER_ADDRESS = 12;
const MATCHMAKE_PER_MINUTE = 80;
const MESSAGES_PER_SECOND = 400;
const ECHO = Buffer.from('echo');
const PATIENCE = { withinMs: 10_000 };
/** As test/support/field-game.ts keeps them for dropped players. */
const SEAT_KEPT_MS = 20_000;

let node: MeridianProcess;
let innocent: InnocentPlayer;
/** An attacker's own, valid token. */
let token: string;

beforeAll(async () => {
  node = await startMeridian('test/support/field-game.ts', {
    JWT_SECRET: SECRET,
    MERIDIAN_HTTP_TRUSTED_PROXIES: 'loopback',
    MERIDIAN_HTTP_SOCKETS_PER_ADDRESS: String(SOCKETS_PER_ADDRESS),
    MERIDIAN_HTTP_MATCHMAKE_PER_MINUTE: String(MATCHMAKE_PER_MINUTE),
    MERIDIAN_ROOMS_MESSAGES_PER_SECOND: String(MESSAGES_PER_SECOND),
    MERIDIAN_ROOMS_PING_INTERVAL_MS: String(PING_INTERVAL_MS),
  });
  innocent = await InnocentPlayer.join(node);
  token = (await node.signIn('Mallory')).accessToken;
});

afterEach(() => innocent.expectUndisturbed());

afterAll(async () => {
  await innocent[Symbol.asyncDispose]();
  const accidents = node.log.filter(({ level }) => Number(level) >= 50);
  await node[Symbol.asyncDispose]();
  // The room that cannot be made, and handlers that threw over nonsense; nothing else went wrong.
  const unexpected = accidents.filter(({ hook }) => hook === undefined);
  expect(unexpected).toEqual([expect.objectContaining({ msg: 'request failed' })]);
});

let lastAddress = 0;
/** An address nobody has used yet (RFC 2544's range for such purposes). */
function freshAddress(): string {
  lastAddress++;
  return `198.18.${lastAddress >> 8}.${lastAddress & 255}`;
}

/** Somebody with a seat beside the innocent player. */
function intruder(options: { readonly port?: number } = {}): Promise<RawClient> {
  const { roomId } = innocent;
  const request = { method: 'joinById', target: roomId, token, address: freshAddress() };
  return RawClient.join(node, request, options.port);
}

function ask(request: Partial<Matchmaking>): ReturnType<typeof matchmake> {
  return matchmake(node, { target: 'field', token, address: freshAddress(), ...request });
}

describe('[ND-10] frames a room cannot have sent for end their connection, with a reason', () => {
  test.each<[string, readonly number[], number, RegExp]>([
    ['an empty frame', [], 4400, /empty/],
    ['an unknown code', [29], 4400, /unknown code 29/],
    ['a server-only code', [1], 4400, /unknown code 1/],
    ['a datagram input (F2)', [20, 0x01, 0xff], 4400, /datagram/],
    ['a message without a type', [Code.ROOM_DATA], 4400, /without a type/],
    ['a type longer than the frame', [Code.ROOM_DATA, 0xd9, 200, 65], 4002, /not registered/],
    ['a type nobody handles', [Code.ROOM_DATA, 0xa1, 65], 4002, /not registered/],
    [
      'a body cut short',
      [Code.ROOM_DATA, 0xa4, ...ECHO, 0xda, 0xff, 0xff, 1],
      4002,
      /could not accept/,
    ],
    ['a request without an id', [21, 0xc1], 4400, /request without an id/],
    ['an input that does not fit', [Code.INPUT, 0x3f, 1, 2, 3], 4400, /input/],
    ['a bundle of inputs cut short', [31, 3, 0x80], 4400, /input/],
  ])('%s', async (_, bytes, code, reason) => {
    using client = await intruder();
    client.send(bytes);
    expect(await client.closed).toEqual({ code, reason: expect.stringMatching(reason) });
  });

  test('a frame over the limit', async () => {
    using client = await intruder();
    client.send(new Uint8Array(4 * 1024 + 1).fill(Code.ROOM_DATA));
    expect(await client.closed).toMatchObject({ code: 1009 });
  });

  test.each([
    ['an unmasked frame', [0x82, 0x01, 10], 1002],
    ['a reserved opcode', [0x83, 0x80, 0, 0, 0, 0], 1002],
    ['a close frame with a forbidden code', [0x88, 0x82, 0, 0, 0, 0, 0x03, 0xed], 1002],
    ['text that is no UTF-8', [0x81, 0x82, 0, 0, 0, 0, 0xc3, 0x28], 1007],
    ['a length of 2^62', [0x82, 0xff, 0x40, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 1009],
  ])('broken framing: %s', async (_, bytes, code) => {
    using client = await intruder();
    client.sendRaw(Uint8Array.from(bytes));
    expect(await client.closed).toMatchObject({ code });
  });

  /** How the server ended the connection over what was sent; null when it did not mind. */
  async function verdict(client: RawClient): Promise<Closed | null> {
    // The pong comes after the verdict on what was sent before the ping.
    const pong = new Promise<null>((resolve) => client.ws.once('pong', () => resolve(null)));
    if (client.ws.readyState === WebSocket.OPEN) client.ws.ping();
    await Promise.race([pong, client.closed]);
    return client.ws.readyState === WebSocket.OPEN ? null : await client.closed;
  }

  test('nesting as deep as a frame can hold is just a value', async () => {
    using client = await intruder();
    const deep = new Uint8Array(4_000).fill(0x91);
    deep[deep.length - 1] = 0xc0;
    client.sendMessage('add', deep);
    expect(await verdict(client)).toBeNull();
  });

  test('every code with every modifier, alone and with rubbish behind it', async () => {
    const reasons = new Map<number, string>();
    let client = await intruder();
    for (let first = 0; first < 256; first++) {
      for (const rubbish of [[], [0xff, 0xff, 0xff, 0xff], [0x00, 0x01, 0x80, 0xc1, 0xff]]) {
        client.send([first, ...rubbish]);
      }
      const end = await verdict(client);
      if (end === null) continue;
      reasons.set(end.code, end.reason);
      client = await intruder();
    }
    client[Symbol.dispose]();
    // 4000 answers LEAVE_ROOM: he said goodbye.
    expect([...reasons.keys()].sort()).toEqual([4000, 4400]);
    reasons.delete(4000);
    expect([...reasons.values()]).not.toContain('');
  });

  test('random bytes', async () => {
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 60 });
    const frames = fc.array(bytes, { minLength: 1, maxLength: 8 });
    const play = async (sent: readonly Uint8Array[]) => {
      using client = await intruder();
      for (const frame of sent) client.send(frame);
      const end = await verdict(client);
      if (end !== null) expect([4000, 4002, 4400]).toContain(end.code);
    };
    await fc.assert(fc.asyncProperty(frames, play), { numRuns: 40 });
  });
});

describe('[ND-11] upgrades that make no sense', () => {
  /** The status line and the body of what the server answers to these bytes. */
  async function answerTo(head: string): Promise<string> {
    const socket = connect(node.port, '127.0.0.1');
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
    });
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write(head);
    await closed;
    return answer;
  }
  const upgrade = (target: string, headers = '') =>
    `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nX-Forwarded-For: ${freshAddress()}\r\n${headers}\r\n`;

  test.each(['*:99999', 'a://x', '*'])('to the target %s are refused', async (target) => {
    const answer = await answerTo(upgrade(target));
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request/);
    expect(answer).toContain('"code":"BAD_REQUEST"');
  });

  test('bytes that are no HTTP', async () => {
    expect(await answerTo('\x16\x03\x01\x02\x00\x01\r\n\r\n')).toMatch(/^HTTP\/1\.1 400/);
  });

  test('without a key', async () => {
    const head = upgrade('/').replace(/Sec-WebSocket-Key.*\r\n/, '');
    expect(await answerTo(head)).toMatch(/^HTTP\/1\.1 400/);
  });

  test('with headers without end', async () => {
    expect(await answerTo(upgrade('/', `X-Long: ${'x'.repeat(20_000)}\r\n`))).toMatch(
      /^HTTP\/1\.1 431/,
    );
  });

  test.each([
    ['no room', '/p/nosuchroom?sessionId=s'],
    ['no path', '/?sessionId=s'],
    ['no session', '/p/nosuchroom'],
    ['broken escapes', '/p/%zz?sessionId=%zz'],
  ])('with %s get an error frame and 4002', async (_, path) => {
    using client = new RawClient(`ws://127.0.0.1:${node.port}${path}`, freshAddress());
    expect(await client.closed).toEqual({ code: 4002, reason: 'seat reservation expired.' });
    expect(client.errorFrame?.toString('latin1')).toContain('seat reservation expired.');
  });
});

describe('[ND-12] tokens that do not hold', () => {
  const now = () => Math.floor(Date.now() / 1_000);
  const claims = { name: 'Eve' };
  const signed = (secret: string, expiresAtS: number, audience = 'meridian:players') =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setIssuer('meridian')
      .setAudience(audience)
      .setSubject('p_eve')
      .setJti('1')
      .setIssuedAt(now() - 3_600)
      .setExpirationTime(expiresAtS)
      .sign(Buffer.from(secret));
  const unsigned = () =>
    new UnsecuredJWT(claims)
      .setIssuer('meridian')
      .setAudience('meridian:players')
      .setSubject('p_eve')
      .setIssuedAt()
      .setExpirationTime('1h')
      .encode();

  test('a good one is let in, so the others are refused for what they are', async () => {
    const reply = await ask({ token: await signed(SECRET, now() + 60) });
    expect(reply.status).toBe(200);
  });

  test.each<[string, () => Promise<string> | string | undefined, string]>([
    ['none', () => undefined, 'TOKEN_MISSING'],
    ['rubbish', () => 'rubbish', 'TOKEN_INVALID'],
    ['far too long', () => 'x'.repeat(5_000), 'TOKEN_INVALID'],
    ['of another key', () => signed('x'.repeat(32), now() + 60), 'TOKEN_INVALID'],
    ['for somebody else', () => signed(SECRET, now() + 60, 'shop'), 'TOKEN_INVALID'],
    ['past its time', () => signed(SECRET, now() - 60), 'TOKEN_EXPIRED'],
    ['not signed (alg none)', unsigned, 'TOKEN_INVALID'],
  ])('%s', async (_, make, code) => {
    const { status, body } = await ask({ token: await make() });
    expect({ status, code: body.error.code }).toEqual({ status: 401, code });
    // What Colyseus' SDKs look for: AUTH_FAILED and a sentence.
    expect(body).toMatchObject({ code: 525, message: body.error.message });
  });
});

describe('[ND-13] matchmaking requests that make no sense', () => {
  test.each<[string, Partial<Matchmaking>, number, string, number]>([
    ['an unknown room', { target: 'nowhere' }, 404, 'ROOM_UNKNOWN', 520],
    ['an unknown id', { method: 'joinById', target: 'nosuchid' }, 404, 'ROOM_UNKNOWN', 522],
    ['create', { method: 'create' }, 403, 'METHOD_FORBIDDEN', 523],
    ['an unknown method', { method: 'destroy' }, 403, 'METHOD_FORBIDDEN', 523],
    ['a method of Object', { method: 'constructor' }, 403, 'METHOD_FORBIDDEN', 523],
    ['a method of strange letters', { method: 'jo%00in' }, 400, 'BAD_REQUEST', 4217],
    ['a broken escape', { target: '%E0%A4%A' }, 400, 'BAD_REQUEST', 4217],
    ['a name of strange letters', { target: '..%2f..' }, 400, 'BAD_REQUEST', 4217],
    ['a path too long', { target: 'field/field' }, 404, 'NOT_FOUND', 523],
    ['malformed JSON', { body: '{"a":' }, 400, 'BAD_REQUEST', 4217],
    ['a list of options', { body: '[1]' }, 400, 'BAD_REQUEST', 4217],
    ['options with __proto__', { body: '{"__proto__":{"x":1}}' }, 400, 'BAD_REQUEST', 4217],
    ['a body too large', { body: { x: 'y'.repeat(40_000) } }, 413, 'PAYLOAD_TOO_LARGE', 4217],
    ['a compressed body', { headers: { 'Content-Encoding': 'gzip' } }, 400, 'BAD_REQUEST', 4217],
    [
      'a foreign page',
      { headers: { Origin: 'https://evil.example' } },
      403,
      'ORIGIN_FORBIDDEN',
      523,
    ],
    [
      'a seat nobody keeps',
      { method: 'reconnect', target: 'nosuchroom', body: { reconnectionToken: 'x' } },
      404,
      'ROOM_UNKNOWN',
      522,
    ],
  ])('%s', async (_, request, status, code, colyseusCode) => {
    const reply = await ask(request);
    expect({ status: reply.status, code: reply.body.error.code }).toEqual({ status, code });
    expect(reply.body).toMatchObject({ code: colyseusCode, message: reply.body.error.message });
    expect(JSON.stringify(reply.body)).not.toContain('    at ');
  });

  test('a foreign page gets no preflight either', async () => {
    const response = await fetch(`${node.url}/matchmake/joinOrCreate/field`, {
      method: 'OPTIONS',
      headers: { Origin: 'https://evil.example', 'Access-Control-Request-Method': 'POST' },
    });
    expect(response.status).toBe(403);
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
  });

  test('a room that cannot be made is our fault, and says no more', async () => {
    const { status, body } = await ask({ target: 'broken' });
    expect({ status, code: body.error.code }).toEqual({ status: 500, code: 'INTERNAL' });
    expect(JSON.stringify(body)).not.toContain('roof');
  });
});

describe('[ND-14] seats', () => {
  test('one seat seats one', async () => {
    const address = freshAddress();
    const { body: seat } = await ask({ address });
    using first = RawClient.sit(seat, node.port, address);
    await first.welcomed();
    using second = RawClient.sit(seat, node.port, address);
    expect(await second.closed).toMatchObject({ code: 4002, reason: expect.stringMatching(/./) });
    expect(first.end).toBeNull();
  });

  test('a seat that was not taken in time is gone', async () => {
    using sitter = await RawClient.join(node, { target: 'pair', token, address: freshAddress() });
    const pair = { method: 'joinById', target: sitter.roomId };
    const { body: seat } = await ask(pair);
    // The second of two seats is reserved; it is to be had again as soon as the reservation has expired.
    const full = await ask(pair);
    expect({ status: full.status, code: full.body.error.code }).toEqual({
      status: 409,
      code: 'ROOM_FULL',
    });
    await eventually(async () => (await ask(pair)).status === 200, { ...PATIENCE, everyMs: 100 });
    using late = RawClient.sit(seat, node.port, freshAddress());
    expect(await late.closed).toEqual({ code: 4002, reason: 'seat reservation expired.' });
  });

  test("somebody else's seat cannot be taken over with a guessed token", async () => {
    const { roomId, room } = innocent;
    const url = `ws://127.0.0.1:${node.port}/p/${roomId}?sessionId=${room.sessionId}`;
    for (const query of ['', '&reconnectionToken=guessed', '&reconnectionToken=']) {
      using thief = new RawClient(`${url}${query}`, freshAddress());
      expect(await thief.closed).toMatchObject({ reason: 'seat reservation expired.' });
    }
  });
});

describe('[RM-24] whoever is shown the door loses the seat, though the game keeps seats for dropped players', () => {
  test.each<[string, readonly number[] | Uint8Array]>([
    ['after a bad frame', [20, 0x01, 0xff]],
    ['after a frame over the limit', new Uint8Array(4 * 1024 + 1).fill(Code.ROOM_DATA)],
  ])('%s', async (_, bytes) => {
    using client = await intruder();
    const { sessionId } = client;
    await eventually(() => innocent.xOf(sessionId) === 0, PATIENCE);
    client.send(bytes);
    await client.closed;
    // Well before the game would give up a kept seat.
    await eventually(() => Number.isNaN(innocent.xOf(sessionId)), { withinMs: SEAT_KEPT_MS / 2 });
  });
});

describe('[ND-15] floods', () => {
  test('of messages: 4429', async () => {
    using client = await intruder();
    for (let i = 0; i <= 3 * MESSAGES_PER_SECOND; i++) client.send([Code.INPUT]);
    expect(await client.closed).toEqual({
      code: 4429,
      reason: `More than ${MESSAGES_PER_SECOND} messages a second.`,
    });
  });

  test('of one type of message: 4429', async () => {
    using client = await intruder();
    for (let i = 0; i < 4; i++) client.sendMessage('shout', [0xa2, 0x68, 0x69]);
    expect(await client.closed).toEqual({
      code: 4429,
      reason: 'More than 3 messages a second of one type.',
    });
  });

  test('of inputs, ten for each step: nobody moves faster', async () => {
    using client = await intruder();
    const { sessionId } = client;
    await eventually(() => innocent.xOf(sessionId) === 0, PATIENCE);
    const [startX, startTick] = [innocent.x, innocent.tick];
    const input = [Code.INPUT, ...direction(1)];
    const sending = setInterval(() => {
      for (let i = 0; i < 10; i++) client.send(input);
    }, 1_000 / STEP_HZ);
    await eventually(() => innocent.tick - startTick >= 2 * STEP_HZ, PATIENCE);
    clearInterval(sending);
    const stepsOfTime = innocent.tick - startTick;
    const way = SPEED / STEP_HZ;
    // His timer is a busy machine's, so he may be a little late himself.
    expect(innocent.x - startX).toBeGreaterThan(0.5 * stepsOfTime * way);
    // Half a second's worth may come at once, for links that stalled; over time it buys nothing.
    expect(innocent.xOf(sessionId)).toBeGreaterThan(0.9 * stepsOfTime * way);
    expect(innocent.xOf(sessionId)).toBeLessThan((1.05 * stepsOfTime + STEP_HZ / 2 + 8) * way);
    expect(await node.metric('meridian_inputs_over_budget_total')).toBeGreaterThan(200);
  });

  test('of sockets: HTTP 429 with a typed body', async () => {
    const address = freshAddress();
    const sockets = Array.from(
      { length: SOCKETS_PER_ADDRESS },
      () => new RawClient(`ws://127.0.0.1:${node.port}/`, address),
    );
    await Promise.all(sockets.map(({ ws }) => new Promise((resolve) => ws.once('open', resolve))));
    const refused = new WebSocket(`ws://127.0.0.1:${node.port}/`, {
      headers: { 'X-Forwarded-For': address },
    });
    const { status, body } = await new Promise<{ status: number | undefined; body: ErrorBody }>(
      (resolve) => {
        refused.on('unexpected-response', async (_request, response) => {
          let text = '';
          for await (const chunk of response) text += String(chunk);
          resolve({ status: response.statusCode, body: JSON.parse(text) });
        });
      },
    );
    expect(status).toBe(429);
    expect(body.error).toMatchObject({ code: 'RATE_LIMITED', retryable: true });
    for (const socket of sockets) socket[Symbol.dispose]();
    // The quota counts what is open, so it is free again.
    await eventually(async () => {
      using again = new RawClient(`ws://127.0.0.1:${node.port}/`, address);
      return await new Promise<boolean>((resolve) => {
        again.ws.once('open', () => resolve(true));
        again.ws.once('close', () => resolve(false));
      });
    }, PATIENCE);
  });

  test('of matchmaking: 429, with the time to wait; a forged address does not help', async () => {
    const address = freshAddress();
    // What the client writes stands to the left of what the proxy adds.
    const request = (i: number) =>
      ask({ address: `203.0.113.${i}, ${address}`, target: 'nowhere', method: 'join' });
    for (let i = 0; i < MATCHMAKE_PER_MINUTE; i++) expect((await request(i)).status).toBe(404);
    const { status, headers, body } = await request(200);
    expect({ status, code: body.error.code }).toEqual({ status: 429, code: 'RATE_LIMITED' });
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    expect(body.error.retryAfterMs).toBeGreaterThan(0);
  });
});

describe('[ND-16] links that are no use any more', () => {
  test('a half-open one is ended after three pings without an answer', async () => {
    await using relay = await TcpRelay.open(node.port);
    using _client = await intruder({ port: relay.port });
    const [lostBefore, openBefore] = [
      await node.metric('meridian_peers_lost_total'),
      await node.metric('meridian_sockets'),
    ];
    relay.freeze();
    const frozenAtMs = performance.now();
    await eventually(
      async () =>
        (await node.metric('meridian_peers_lost_total')) === lostBefore + 1 &&
        (await node.metric('meridian_sockets')) === openBefore - 1,
      PATIENCE,
    );
    // Three pings unanswered, the fourth finds them so; the first may be due a whole interval from now.
    expect(performance.now() - frozenAtMs).toBeGreaterThan(2 * PING_INTERVAL_MS);
  });

  test('one that is not read is ended with 4408', async () => {
    // Pings end what is not read as well, so they come late here.
    await using slowNode = await startMeridian('test/support/field-game.ts', {
      MERIDIAN_ROOMS_SEND_GATE_MAX_MS: '2000',
      MERIDIAN_ROOMS_PING_INTERVAL_MS: '60000',
    });
    await using neighbour = await InnocentPlayer.join(slowNode);
    const { accessToken } = await slowNode.signIn();
    const seat = { method: 'joinById', target: neighbour.roomId, token: accessToken };
    using client = await RawClient.join(slowNode, seat);
    await eventually(() => client.messages.length > 3, PATIENCE);
    client.ws.pause();
    client.sendMessage('fill', uint32(300_000));
    // The ping behind so many bytes has no answer.
    const tooSlow = 'meridian_evictions_total{room="field",reason="too-slow"}';
    await eventually(async () => (await slowNode.metric(tooSlow)) === 1, { withinMs: 20_000 });
    client.ws.resume();
    expect(await client.closed).toMatchObject({ code: 4408, reason: expect.stringMatching(/./) });
    neighbour.room.send('fill', 0);
    await neighbour.expectUndisturbed();
  });
});

/** The one field of `MoveInput`, as Colyseus' encoder writes it: `[ADD | index 0][int8]`. */
function direction(sign: number): readonly number[] {
  return [0x80, sign & 0xff];
}

/** msgpack's uint32. */
function uint32(value: number): Uint8Array {
  const bytes = Buffer.alloc(5);
  bytes[0] = 0xce;
  bytes.writeUInt32BE(value, 1);
  return bytes;
}
