// The client SDK against a stock Colyseus server in its own process: what it promises must not need a Meridian server.

import {
  type ConnectionState,
  MemoryStorage,
  MeridianClient,
  type MeridianClientOptions,
  type MeridianRoom,
  type RoomStats,
  type SessionTokens,
} from '@meridian/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { StockRoomProcess } from '../support/stock-room-process.ts';
import { TcpRelay } from '../support/tcp-relay.ts';

interface FieldState {
  readonly ticks: number;
  readonly players: { get(sessionId: string): { readonly x: number } | undefined };
}

/** As the server's rooms are: names that are not here do not compile. */
type Rooms = {
  readonly field: { readonly state: FieldState };
  readonly members: { readonly state: unknown };
};

let server: StockRoomProcess;
beforeAll(async () => {
  server = await StockRoomProcess.start();
});
afterAll(() => server.kill());

function clientOf(port: number, options: MeridianClientOptions = {}): MeridianClient<Rooms> {
  return new MeridianClient<Rooms>(`http://127.0.0.1:${port}`, {
    storage: new MemoryStorage(),
    ...options,
  });
}

/** Every state the connection goes through from now on. */
function statesOf<State>(room: MeridianRoom<State>): ConnectionState[] {
  const states: ConnectionState[] = [];
  room.onConnection((state) => states.push(state));
  return states;
}

const has = (states: readonly ConnectionState[], kind: ConnectionState['kind']) =>
  states.find((state) => state.kind === kind);

/** A stored session, as if this client had signed in before. */
async function signedInWith(accessToken: string, port: number): Promise<MemoryStorage> {
  const storage = new MemoryStorage();
  const tokens: SessionTokens = {
    playerId: 'p1',
    displayName: 'Ada',
    accessToken,
    accessTokenExpiresAtMs: Date.now() + 3_600_000,
    refreshToken: 'unused',
    refreshTokenExpiresAtMs: Date.now() + 3_600_000,
  };
  storage.setItem(`meridian.session http://127.0.0.1:${port}`, JSON.stringify(tokens));
  return storage;
}

test('joins, sees the state, sends input and messages, and leaves', async () => {
  const room = await clientOf(server.port).joinOrCreate('field');
  const echoes: string[] = [];
  room.onMessage<string>('echo', (word) => echoes.push(word));
  const input = room.input<{ dx: number }>();
  await eventually(() => room.state.players.get(room.sessionId), { withinMs: 3_000 });

  input.data.dx = 3;
  for (let i = 0; i < 4; i++) input.send();
  await eventually(() => room.state.players.get(room.sessionId)?.x === 12, { withinMs: 3_000 });
  room.send('shout', 'hello');
  await eventually(() => echoes.includes('hello'), { withinMs: 3_000 });
  expect(await room.request<number>('add', [1, 2, 3])).toBe(6);

  const states = statesOf(room);
  await room.leave();
  expect(states.at(-1)).toEqual({ kind: 'closed', code: 4000, reason: 'You left the room.' });
});

test('a connection lost 300 ms after the join comes back into the same room object', async () => {
  await using relay = await TcpRelay.open(server.port);
  const room = await clientOf(relay.port).joinOrCreate('field');
  const states = statesOf(room);
  const { sessionId } = room;
  const player = await eventually(() => room.state.players.get(sessionId), { withinMs: 3_000 });
  const joinedAtMs = performance.now();
  await eventually(() => performance.now() - joinedAtMs >= 300, { withinMs: 1_000 });

  relay.cut();
  await eventually(() => has(states, 'resumed'), { withinMs: 5_000 });

  const ticks = room.state.ticks;
  await eventually(() => room.state.ticks > ticks, { withinMs: 3_000 });
  expect(room.sessionId).toBe(sessionId);
  expect(room.state.players.get(sessionId), 'the player is still the same object').toBe(player);
  expect(has(states, 'reconnecting')).toMatchObject({ attempt: 1 });
  const input = room.input<{ dx: number }>();
  input.data.dx = 7;
  input.send();
  await eventually(() => room.state.players.get(sessionId)?.x === 7, { withinMs: 3_000 });
  await room.leave();
});

test('tries again until the server can be reached, and messages sent meanwhile arrive', async () => {
  await using relay = await TcpRelay.open(server.port);
  const room = await clientOf(relay.port, {
    reconnection: { baseDelayMs: 20, maxDelayMs: 100 },
  }).joinOrCreate('field');
  const states = statesOf(room);
  const echoes: string[] = [];
  room.onMessage<string>('echo', (word) => echoes.push(word));
  const stats: RoomStats[] = [];
  room.onStats((second) => stats.push(second));
  // A stock server keeps the seat only once it has seen the client acknowledge the join.
  await eventually(() => room.state.ticks > 0, { withinMs: 3_000 });

  relay.refuse(true);
  relay.cut();
  await eventually(
    () => states.some((state) => state.kind === 'reconnecting' && state.attempt >= 3),
    { withinMs: 5_000 },
  );
  room.send('shout', 'from the tunnel');
  await expect(room.request('add', [1])).rejects.toMatchObject({ code: 'CLOSED' });
  relay.refuse(false);

  await eventually(() => has(states, 'resumed'), { withinMs: 5_000 });
  await eventually(() => echoes.includes('from the tunnel'), { withinMs: 3_000 });
  await eventually(() => stats.at(-1)?.reconnects === 1, { withinMs: 3_000 });
  await room.leave();
});

test('gives up after the time allowed and says so', async () => {
  await using relay = await TcpRelay.open(server.port);
  const room = await clientOf(relay.port, {
    reconnection: { baseDelayMs: 20, maxDelayMs: 50, giveUpAfterMs: 300 },
  }).joinOrCreate('field');
  const states = statesOf(room);
  const left: number[] = [];
  room.onLeave((code) => left.push(code));

  relay.refuse(true);
  relay.cut();

  await eventually(() => has(states, 'closed'), { withinMs: 5_000 });
  expect(states.at(-1)).toMatchObject({ kind: 'closed', code: 4003 });
  expect(left).toEqual([4003]);
});

test('leaving during an outage ends the tries', async () => {
  await using relay = await TcpRelay.open(server.port);
  const room = await clientOf(relay.port).joinOrCreate('field');
  const states = statesOf(room);
  relay.refuse(true);
  relay.cut();
  await eventually(() => has(states, 'reconnecting'), { withinMs: 3_000 });

  await room.leave();

  expect(states.at(-1)).toMatchObject({ kind: 'closed', code: 4000 });
});

test('a link that went silent is found dead within its deadline and replaced', async () => {
  await using relay = await TcpRelay.open(server.port);
  const room = await clientOf(relay.port, {
    link: { pingAfterSilenceMs: 300, deadAfterMs: 1_500 },
  }).joinOrCreate('field');
  const states = statesOf(room);
  await eventually(() => room.state.ticks > 0, { withinMs: 3_000 });

  const frozenAtMs = performance.now();
  relay.freeze();
  await eventually(() => has(states, 'reconnecting'), { withinMs: 5_000 });
  // The deadline, one heartbeat of a second, and what a busy machine adds.
  expect(performance.now() - frozenAtMs).toBeLessThan(4_000);
  expect(has(states, 'reconnecting')).toMatchObject({ reason: 'Nothing was heard for 1500 ms.' });

  // The server learns of it by its own pings (3 s, two of them) and only then lets the new connection in.
  await eventually(() => has(states, 'resumed'), { withinMs: 15_000 });
  const ticks = room.state.ticks;
  await eventually(() => room.state.ticks > ticks, { withinMs: 3_000 });
  await room.leave();
});

test('a server that halts is left, and found again when it goes on', async () => {
  await using halting = await StockRoomProcess.start();
  const room = await clientOf(halting.port, {
    link: { pingAfterSilenceMs: 300, deadAfterMs: 1_500 },
  }).joinOrCreate('field');
  const states = statesOf(room);
  await eventually(() => room.state.ticks > 0, { withinMs: 3_000 });

  const haltedAtMs = performance.now();
  halting.halt();
  await eventually(() => has(states, 'reconnecting'), { withinMs: 5_000 });
  expect(performance.now() - haltedAtMs).toBeLessThan(4_000);
  expect(has(states, 'resumed')).toBeUndefined();

  halting.goOn();
  await eventually(() => has(states, 'resumed'), { withinMs: 10_000 });
  const ticks = room.state.ticks;
  await eventually(() => room.state.ticks > ticks, { withinMs: 3_000 });
  await room.leave();
});

test('after a sleep a dead connection is replaced at once, a living one is kept', async () => {
  await using relay = await TcpRelay.open(server.port);
  const room = await clientOf(relay.port, { link: { wakeDeadlineMs: 400 } }).joinOrCreate('field');
  const states = statesOf(room);
  await eventually(() => room.state.ticks > 0, { withinMs: 3_000 });

  const wokenAtMs = performance.now();
  room.checkConnection();
  await eventually(() => performance.now() - wokenAtMs > 600, { withinMs: 2_000 });
  expect(states).toEqual([{ kind: 'connected' }]);

  relay.freeze();
  // What was on its way when the link froze is a sign of life, and may come late on a busy machine.
  let ticks = room.state.ticks;
  let quietSinceMs = performance.now();
  const isQuiet = () => {
    if (room.state.ticks !== ticks) quietSinceMs = performance.now();
    ticks = room.state.ticks;
    return performance.now() - quietSinceMs > 200;
  };
  await eventually(isQuiet, { withinMs: 3_000 });
  room.checkConnection();
  await eventually(() => has(states, 'reconnecting'), { withinMs: 1_500 });
  expect(has(states, 'reconnecting')).toMatchObject({ attempt: 1, nextTryInMs: 0 });
  await room.leave();
});

test('streams figures of the connection once a second', async () => {
  const room = await clientOf(server.port).joinOrCreate('field');
  const seconds: RoomStats[] = [];
  const stop = room.onStats((stats) => seconds.push(stats));
  room.stats.recordCorrection(0);
  room.stats.recordCorrection(0.5);

  await eventually(() => seconds.length >= 2, { withinMs: 5_000 });
  stop();
  await room.leave();

  const [first, second] = seconds as [RoomStats, RoomStats];
  expect(first).toMatchObject({
    corrections: 1,
    largestCorrection: 0.5,
    predictionLossRatio: 0.5,
    reconnects: 0,
  });
  expect(second).toMatchObject({ corrections: 0, predictionLossRatio: 0 });
  expect(second.rttMs).toBeGreaterThan(0);
  expect(second.rttMs).toBeLessThan(1_000);
  expect(second.rttP95Ms).toBeGreaterThan(0);
  // This test draws nothing.
  expect(second).toMatchObject({ interpolationDelayMs: null, stalledMs: 0, level: 0 });
  expect(second.jitterMs).toBeGreaterThan(0);
  expect(second.patchesPerSecond).toBeGreaterThan(10);
  expect(second.patchesPerSecond).toBeLessThan(30);
  expect(second.bytesInPerSecond).toBeGreaterThan(second.patchesPerSecond * 5);
  expect(second.bytesOutPerSecond).toBeGreaterThan(0);
});

test.each([
  { name: 'nowhere', code: 'ROOM_UNKNOWN', what: 'a room nobody defined' },
  { name: 'closed', code: 'FORBIDDEN', what: 'a room that says no' },
  { name: 'members', code: 'TOKEN_INVALID', what: 'a room that wants a token' },
])('$what: $code', async ({ name, code }) => {
  const client = new MeridianClient(`http://127.0.0.1:${server.port}`);
  await expect(client.joinOrCreate(name)).rejects.toMatchObject({
    name: 'MeridianError',
    code,
    retryable: false,
  });
});

test('a server that is not there: NETWORK', async () => {
  await using relay = await TcpRelay.open(server.port);
  relay.refuse(true);
  await expect(clientOf(relay.port).joinOrCreate('field')).rejects.toMatchObject({
    code: 'NETWORK',
    retryable: true,
  });
});

test('the token reaches matchmaking as a header and never stands in a URL', async () => {
  const storage = await signedInWith('good-token', server.port);
  const client = clientOf(server.port, { storage });
  // As @colyseus/auth leaves it in a browser's storage: Colyseus would put it into the WebSocket URL.
  client.colyseus.auth.token = 'good-token';
  const room = await client.joinOrCreate('members');
  const welcomed: unknown[] = [];
  room.onMessage('welcome', (identity) => welcomed.push(identity));
  await eventually(() => welcomed.length === 1, { withinMs: 3_000 });
  expect(welcomed).toEqual([{ playerId: 'member' }]);
  await room.leave();

  const urls = await server.upgradeUrls();
  expect(urls.length).toBeGreaterThan(0);
  expect(urls.filter((url) => url.includes('oken=good') || url.includes('_authToken'))).toEqual([]);
});

test('a wrong token is refused with a typed error', async () => {
  const storage = await signedInWith('stolen', server.port);
  await expect(clientOf(server.port, { storage }).joinOrCreate('members')).rejects.toMatchObject({
    code: 'TOKEN_INVALID',
    message: 'not a member',
  });
});

test('a kept seat can be taken again by its token, by a new client', async () => {
  await using relay = await TcpRelay.open(server.port);
  const first = await clientOf(relay.port, { reconnection: false }).joinOrCreate('field');
  const token = first.reconnectionToken;
  const states = statesOf(first);
  await eventually(() => first.state.ticks > 0, { withinMs: 3_000 });
  relay.cut();
  await eventually(() => has(states, 'closed'), { withinMs: 3_000 });

  const again = await eventually(() => clientOf(server.port).reconnect<FieldState>(token), {
    withinMs: 3_000,
  });
  expect(again.sessionId).toBe(first.sessionId);
  await again.leave();
  await expect(clientOf(server.port).reconnect(token)).rejects.toMatchObject({
    code: expect.stringMatching(/SEAT_EXPIRED|ROOM_UNKNOWN/),
  });
});

test('being removed by the server is final, with its code and reason', async () => {
  const room = await clientOf(server.port).joinOrCreate('field');
  const states = statesOf(room);
  room.send('kick', 4429);
  await eventually(() => has(states, 'closed'), { withinMs: 3_000 });
  expect(states.at(-1)).toMatchObject({ kind: 'closed', code: 4429 });
});
