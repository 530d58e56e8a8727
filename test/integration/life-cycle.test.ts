// How a node starts, tells how it is, and ends.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Client, type Room } from '@colyseus/sdk';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ProfileBody } from '../../src/protocol/rest.ts';
import { eventually } from '../support/eventually.ts';
import { matchmake } from '../support/raw-client.ts';
import { MeridianProcess, startMeridian } from '../support/start-meridian.ts';
import { TcpRelay } from '../support/tcp-relay.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const GAME = 'test/support/field-game.ts';
const PATIENCE = { withinMs: 10_000 };

interface Left {
  readonly code: number;
  readonly reason: string | undefined;
}

interface Guest {
  readonly room: Room;
  readonly token: string;
  readonly left: Promise<Left>;
}

async function seated(node: MeridianProcess, name: string, port = node.port): Promise<Guest> {
  const { accessToken: token } = await node.signIn();
  const client = new Client(`ws://127.0.0.1:${port}`);
  client.auth.token = token;
  const room = await client.joinOrCreate(name);
  room.onMessage('*', () => undefined);
  // A drop is an end here: nobody comes back to a node that is gone.
  room.reconnection.enabled = false;
  const left = new Promise<Left>((resolve) =>
    room.onLeave((code, reason) => resolve({ code, reason })),
  );
  return { room, token, left };
}

async function get(node: MeridianProcess, path: string) {
  const response = await fetch(`${node.url}${path}`);
  const text = await response.text();
  return { status: response.status, text };
}

describe('a node that runs', () => {
  let node: MeridianProcess;
  beforeAll(async () => {
    node = await startMeridian(GAME);
  });
  afterAll(() => node[Symbol.asyncDispose]());

  test('[ND-20] says that it lives and is ready', async () => {
    expect(await get(node, '/live')).toEqual({ status: 200, text: 'OK' });
    expect(await get(node, '/__healthcheck')).toEqual({ status: 200, text: 'OK' });
    const ready = await get(node, '/ready');
    expect(ready.status).toBe(200);
    expect(JSON.parse(ready.text)).toEqual({ ready: true, failed: [] });
  });

  test('[ND-21] without its store it is alive, not ready, plays on, and gets ready again', async () => {
    const { room } = await seated(node, 'field');
    room.send('end-store');
    const failed = { status: 503, text: '{"ready":false,"failed":["profile store"]}' };
    await eventually(async () => expect(await get(node, '/ready')).toEqual(failed) ?? true, {
      ...PATIENCE,
      everyMs: 5,
    });
    expect((await get(node, '/live')).status).toBe(200);
    await expect(node.signIn()).rejects.toThrow('STORE_UNAVAILABLE');
    expect(await room.request('add', [1, 2])).toBe(3);
    await eventually(async () => (await get(node, '/ready')).status === 200, PATIENCE);
    await room.leave();
  });

  test('[ND-22] a handler that throws, a promise nobody awaits: the room and the node go on', async () => {
    const { room } = await seated(node, 'field');
    room.send('throw');
    room.send('reject');
    await eventually(
      async () => (await node.metric('meridian_unhandled_rejections_total')) === 1,
      PATIENCE,
    );
    const fault = 'meridian_room_faults_total{room="field",hook="onMessage"}';
    expect(await node.metric(fault)).toBe(1);
    const text = JSON.stringify(node.log);
    expect(text).toContain('thrown by a handler');
    expect(text).toContain('rejected, and nobody waits');
    expect(await room.request('add', [1, 2])).toBe(3);
    await room.leave();
  });
});

test('[ND-23] SIGTERM: rooms end and save, players are told, the process ends with 0', async () => {
  await using folder = await temporaryFolder('shutdown');
  const env = {
    MERIDIAN_PROFILES_SQLITE_PATH: join(folder.path, 'store.sqlite'),
    JWT_SECRET: 'a secret that outlives the node, really',
    // Nobody is found dead by pings: the goodbye itself must not wait for an answer.
    MERIDIAN_ROOMS_PING_INTERVAL_MS: '60000',
  };
  let players: Guest[];
  {
    await using node = await startMeridian(GAME, env);
    await using relay = await TcpRelay.open(node.port);
    players = [await seated(node, 'diary'), await seated(node, 'diary')];
    const clumsy = await seated(node, 'clumsy');
    await seated(node, 'field', relay.port);
    // He will never answer the goodbye.
    relay.freeze();
    const closing = players.map(
      ({ room }) => new Promise((resolve) => room.onMessage('closing', resolve)),
    );
    const end = node.stop();
    expect(await Promise.all(closing)).toEqual(Array(2).fill('the node shuts down'));
    for (const { left } of [...players, clumsy]) {
      expect(await left).toEqual({ code: 4001, reason: 'The server is shutting down.' });
    }
    expect(await end).toEqual({ exitCode: 0, signal: null });
    expect(node.log.at(-1)).toMatchObject({ event: 'stopped', unfinishedRooms: 0 });
    expect(JSON.stringify(node.log)).toContain('fell over the doorstep');
  }
  await using again = await startMeridian(GAME, env);
  for (const { token } of players) {
    const headers = { Authorization: `Bearer ${token}` };
    const response = await fetch(`${again.url}/v1/profiles/me`, { headers });
    const { statistics } = (await response.json()) as ProfileBody;
    expect(statistics).toEqual({ 'diary.shutdowns': 1 });
  }
});

test('[ND-24] a room that never ends delays the end until the deadline, and no longer', async () => {
  const deadlineMs = 3_000;
  await using node = await startMeridian(GAME, {
    MERIDIAN_PROCESS_SHUTDOWN_DEADLINE_MS: String(deadlineMs),
  });
  const { left, token } = await seated(node, 'stubborn');
  const clingy = await seated(node, 'clingy');
  const startedMs = performance.now();
  const end = node.stop();
  expect(await left).toMatchObject({ code: 4001 });

  const notReady = { status: 503, text: '{"ready":false,"failed":["draining"]}' };
  expect(await get(node, '/ready')).toEqual(notReady);
  expect((await get(node, '/live')).status).toBe(200);
  const refused = await matchmake(node, { target: 'field', token });
  expect(refused.status).toBe(503);
  expect(refused.headers.get('retry-after')).toBe('1');
  expect(refused.body).toMatchObject({ code: 523, error: { code: 'SHUTTING_DOWN' } });
  // Impatience changes nothing.
  node.child.kill('SIGTERM');
  node.child.kill('SIGINT');

  expect(await clingy.left).toEqual({ code: 4001, reason: 'The server is shutting down.' });
  expect(await end).toEqual({ exitCode: 0, signal: null });
  expect(performance.now() - startedMs).toBeLessThan(deadlineMs + 1_000);
  expect(node.log.filter(({ event }) => event === 'draining')).toHaveLength(1);
  expect(node.log.at(-1)).toMatchObject({ event: 'stopped', unfinishedRooms: 2 });
});

test('[ND-25] an exception outside of any room: players are told, the process ends with 1', async () => {
  await using node = await startMeridian(GAME);
  const { room, left } = await seated(node, 'field');
  room.send('throw-outside');
  expect(await left).toEqual({ code: 4001, reason: 'The server is shutting down.' });
  expect(await node.ended).toEqual({ exitCode: 1, signal: null });
  expect(node.log.find(({ level }) => level === 60)).toMatchObject({
    err: { message: 'thrown outside of any room' },
  });
});

describe('[ND-26] a start that fails says what to do', () => {
  test('a port that is taken', async () => {
    const squatter = createServer().listen(0, '127.0.0.1');
    await once(squatter, 'listening');
    const { port } = squatter.address() as AddressInfo;
    await using node = await MeridianProcess.spawn({ game: GAME, env: { PORT: String(port) } });
    expect(await node.ended).toEqual({ exitCode: 1, signal: null });
    expect(node.output).toBe(
      `Cannot listen on 127.0.0.1:${port} (MERIDIAN_HTTP_PORT or PORT): another process has this port.\n`,
    );
    squatter.close();
  });

  test('a configuration that is wrong in several places', async () => {
    const env = {
      PORT: 'the usual one',
      MERIDIAN_ADMIN_PASSWORD: 'short',
      MERIDIAN_ROOMS_PING_INTERVAL: '5',
    };
    await using node = await MeridianProcess.spawn({ game: GAME, env });
    expect(await node.ended).toEqual({ exitCode: 1, signal: null });
    expect(node.output).toMatch(/^The configuration has 3 problem\(s\):/);
    expect(node.output).toContain('http.port (PORT)');
    expect(node.output).toContain('admin.password (MERIDIAN_ADMIN_PASSWORD)');
    expect(node.output).toContain('did you mean MERIDIAN_ROOMS_PING_INTERVAL_MS?');
    expect(node.output).not.toContain('short');
  });

  test('a store that cannot be opened', async () => {
    const env = { MERIDIAN_PROFILES_SQLITE_PATH: 'package.json/store.sqlite' };
    await using node = await MeridianProcess.spawn({ game: GAME, env });
    expect(await node.ended).toEqual({ exitCode: 1, signal: null });
    expect(node.output).toContain('package.json');
  });

  test.each([
    ['is not there', 'no-such-game.ts', 'no-such-game.ts', 1],
    ['exports none', 'test/support/free-port.ts', 'does not export `game`', 2],
  ])('a game that %s', async (_, game, text, exitCode) => {
    await using node = await MeridianProcess.spawn({ game });
    expect(await node.ended).toEqual({ exitCode, signal: null });
    expect(node.output).toContain(text);
  });
});
