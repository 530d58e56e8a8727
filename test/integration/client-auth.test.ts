// The client SDK's accounts against the real REST server.

import { MemoryStorage, MeridianClient, type MeridianError } from '@meridian/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RestServer, startRestServer } from './rest-server.ts';

const PASSWORD = 'four quiet otters';
let server: RestServer;
let emails = 0;

beforeAll(async () => {
  server = await startRestServer({
    http: { requestsPerMinute: 100_000 },
    auth: { signInsPerMinute: 100_000 },
  });
});
afterAll(() => server[Symbol.asyncDispose]());

const clientWith = (storage = new MemoryStorage()) => new MeridianClient(server.url, { storage });
const newEmail = () => `ada${++emails}@example.com`;
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => null,
    (error: unknown) => (error as MeridianError).code,
  );

test('[ACC-54] a device signs in as the same player, over restarts of the game', async () => {
  const storage = new MemoryStorage();
  const first = await clientWith(storage).auth.signInWithDevice({ displayName: 'Ada' });
  const again = clientWith(storage);
  await again.signOut();
  expect(await again.auth.signInWithDevice()).toEqual(first);
  expect((await again.profile.get()).displayName).toBe('Ada');
  expect((await clientWith().auth.signInWithDevice()).playerId).not.toBe(first.playerId);
});

test('[ACC-54] signs up and in with email, and tells what is wrong', async () => {
  const account = { email: newEmail(), password: PASSWORD };
  const client = clientWith();
  const player = await client.auth.signUp({ ...account, displayName: 'Ada' });
  expect(client.playerId).toBe(player.playerId);
  const other = clientWith();
  expect(await codeOf(other.auth.signUp(account))).toBe('IDENTITY_TAKEN');
  expect(await codeOf(other.auth.signIn({ ...account, password: 'wrong' }))).toBe(
    'CREDENTIALS_WRONG',
  );
  const weak = other.auth.signUp({ email: newEmail(), password: 'short' });
  await expect(weak).rejects.toMatchObject({
    code: 'PASSWORD_REFUSED',
    details: { reason: 'too-short' },
  });
  expect(other.playerId).toBeNull();
  expect(await other.auth.signIn(account)).toEqual(player);
});

test('[ACC-43, ACC-54] a guest who links keeps his player; the session of the guest goes on', async () => {
  const storage = new MemoryStorage();
  const client = clientWith(storage);
  const guest = await client.signInAsGuest({ displayName: 'Ada' });
  const account = { email: newEmail(), password: PASSWORD };
  await client.auth.linkDevice();
  const linked = await client.auth.linkEmail(account);
  expect(linked.map(({ provider }) => provider).toSorted()).toEqual(['device', 'email']);
  expect((await clientWith().auth.signIn(account)).playerId).toBe(guest.playerId);
  expect(await clientWith(storage).signInAsGuest()).toMatchObject({
    playerId: guest.playerId,
    isNew: false,
  });
  await client.auth.unlink('device');
  expect(await codeOf(client.auth.unlink('email'))).toBe('IDENTITY_LAST');
  expect((await client.auth.identities()).map(({ provider }) => provider)).toEqual(['email']);
});

test('[ACC-47, ACC-54] signing out ends the session on the server too', async () => {
  const client = clientWith();
  const storage = new MemoryStorage();
  const account = { email: newEmail(), password: PASSWORD };
  await client.auth.signUp(account);
  const here = clientWith(storage);
  await here.auth.signIn(account);
  const kept = JSON.parse(String(storage.getItem(`meridian.session ${server.url}`)));
  await here.signOut();
  expect(here.playerId).toBeNull();
  const body = { refreshToken: kept.refreshToken };
  expect((await server.request('POST', '/v1/auth/refresh', { body })).code).toBe('TOKEN_INVALID');
  // The other sign-in is another one.
  expect((await client.profile.get()).playerId).toBe(kept.playerId);
});

test('[ACC-48, ACC-54] signing out everywhere signs out the other client, which is told so', async () => {
  const account = { email: newEmail(), password: PASSWORD };
  const [here, there] = [clientWith(), clientWith()];
  await here.auth.signUp(account);
  await there.auth.signIn(account);
  server.advance(1);
  await here.auth.signOutEverywhere();
  expect(here.playerId).toBeNull();
  expect(await codeOf(there.profile.get())).toBe('TOKEN_INVALID');
  expect(there.playerId).toBeNull();
  expect((await here.auth.signIn(account)).playerId).toBeTypeOf('string');
});

test('[ACC-52, ACC-54] a banned player is told why, keeps his session, and is in again when it is over', async () => {
  const client = clientWith();
  const { playerId } = await client.signInAsGuest();
  await server.auth.ban(playerId, { reason: 'cool down', untilMs: null });
  await expect(client.profile.get()).rejects.toMatchObject({
    code: 'PLAYER_BANNED',
    details: { reason: 'cool down', untilMs: null },
  });
  expect(client.playerId).toBe(playerId);
  await server.auth.liftBan(playerId);
  expect((await client.profile.get()).playerId).toBe(playerId);
});

test('[ACC-54] a changed password keeps this client in, as a new sign-in', async () => {
  const account = { email: newEmail(), password: PASSWORD };
  const [here, there] = [clientWith(), clientWith()];
  const player = await here.auth.signUp(account);
  await there.auth.signIn(account);
  await here.auth.changePassword(PASSWORD, 'five loud otters');
  expect((await here.profile.get()).playerId).toBe(player.playerId);
  expect(await codeOf(there.profile.get())).toBe('TOKEN_INVALID');
});

test('[ACC-54] without a page there is no redirect, and that is said', async () => {
  const client = clientWith();
  expect(await client.auth.completeRedirect()).toBeNull();
  expect(await codeOf(client.auth.signInWith('google'))).toBe('CLOSED');
  expect(await codeOf(client.auth.signInWith('steam', { ticket: 'ab' }))).toBe('PROVIDER_UNKNOWN');
  expect(await client.auth.providers()).toEqual([]);
});
