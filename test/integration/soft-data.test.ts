// Soft data as a game writes it: in a node that has its profiles, and in one that has them from a service.

import { join } from 'node:path';
import { Client, type Room } from '@colyseus/sdk';
import { describe, expect, test } from 'vitest';
import type { ProfileRecord } from '../../src/profiles/profile-record.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { MeridianProcess } from '../support/start-meridian.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const GAME = 'test/support/field-game.ts';
const SECRET = 'a secret of at least thirty-two characters';

interface Opened extends AsyncDisposable {
  readonly node: MeridianProcess;
}

async function alone(): Promise<Opened> {
  const node = await MeridianProcess.start({ game: GAME });
  return { node, [Symbol.asyncDispose]: () => node[Symbol.asyncDispose]() };
}

async function withService(): Promise<Opened> {
  await using owned = new AsyncDisposableStack();
  const rpcPort = await freePort();
  owned.use(
    await MeridianProcess.start({
      game: GAME,
      env: {
        MERIDIAN_PROCESS_SERVICES: 'profile',
        MERIDIAN_RPC_PORT: String(rpcPort),
        JWT_SECRET: SECRET,
      },
    }),
  );
  const node = owned.use(
    await MeridianProcess.start({
      game: GAME,
      env: { MERIDIAN_RPC_PROFILE_TARGET: `127.0.0.1:${rpcPort}`, JWT_SECRET: SECRET },
    }),
  );
  const rest = owned.move();
  return { node, [Symbol.asyncDispose]: () => rest.disposeAsync() };
}

async function enter(node: MeridianProcess, token: string): Promise<Room> {
  const client = new Client(`ws://127.0.0.1:${node.port}`);
  client.auth.token = token;
  const room = await client.joinOrCreate('field');
  room.onMessage('*', () => undefined);
  room.reconnection.enabled = false;
  return room;
}

/** What the store has of a section. */
async function stored(node: MeridianProcess, token: string): Promise<unknown> {
  const headers = { Authorization: `Bearer ${token}` };
  const response = await fetch(`${node.url}/v1/profiles/me/export`, { headers });
  const { profile } = (await response.json()) as { readonly profile: ProfileRecord };
  return profile.sections['position']?.value ?? null;
}

describe.each([
  { where: 'in the node', open: alone },
  { where: 'of a service', open: withService },
])('profiles $where', { timeout: 60_000 }, ({ open }) => {
  test('[PR-71] [PR-72] a room reads what it wrote, and whoever leaves is saved', async () => {
    await using opened = await open();
    const { node } = opened;
    const { accessToken } = await node.signIn('Ann');
    const room = await enter(node, accessToken);
    for (let x = 1; x <= 20; x += 1) room.send('remember', { x });
    await eventually(
      async () => {
        expect(await room.request('recall')).toEqual({ x: 20 });
        return true;
      },
      { withinMs: 5_000 },
    );
    room.send('remember', { x: 21 });
    const leftMs = performance.now();
    await room.leave();
    await eventually(
      async () => {
        expect(await stored(node, accessToken)).toEqual({ x: 21 });
        return true;
      },
      { withinMs: 5_000 },
    );
    // Sooner than by itself.
    expect(performance.now() - leftMs).toBeLessThan(1_300);
    const again = await enter(node, accessToken);
    expect(await again.request('recall')).toEqual({ x: 21 });
    await again.leave();
  });
});

test('[PR-71] a node that ends writes what waits', { timeout: 60_000 }, async () => {
  await using folder = await temporaryFolder('soft-data');
  const env = {
    JWT_SECRET: SECRET,
    MERIDIAN_PROFILES_SQLITE_PATH: join(folder.path, 'store.sqlite'),
  };
  let token = '';
  {
    await using node = await MeridianProcess.start({ game: GAME, env });
    token = (await node.signIn('Ann')).accessToken;
    const room = await enter(node, token);
    room.send('remember', { x: 1 });
    await eventually(async () => (await room.request('recall')) !== null, { withinMs: 5_000 });
    expect(await node.stop()).toEqual({ exitCode: 0, signal: null });
  }
  await using node = await MeridianProcess.start({ game: GAME, env });
  expect(await stored(node, token)).toEqual({ x: 1 });
});
