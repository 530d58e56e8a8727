// Accounts as a node uses them: of its own process, and of a service behind gRPC. What a caller sees is the same.

import { randomBytes } from 'node:crypto';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AUTH_RPC } from '../../src/auth/auth-rpc.ts';
import { authCalls, authClient } from '../../src/auth/client.ts';
import type { PlayerAccounts } from '../../src/auth/contract.ts';
import { systemClock as clock } from '../../src/shared/clock.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { RpcMetrics } from '../../src/telemetry/rpc-metrics.ts';
import { callKey } from '../../src/transport/rpc/peer-call.ts';
import { RpcChannel } from '../../src/transport/rpc/rpc-channel.ts';
import { RpcServer } from '../../src/transport/rpc/rpc-server.ts';
import { FakeSteam } from '../support/fake-steam.ts';
import { openLocalAccounts } from '../support/local-accounts.ts';

const ADDRESS = '198.51.100.7';
const PASSWORD = 'four quiet otters';
const NOBODY = 'p_00000000000000000000';
const log = createLogger({ level: 'silent' });

let steam: FakeSteam;
beforeAll(async () => {
  steam = await FakeSteam.start();
});
afterAll(() => steam[Symbol.asyncDispose]());

interface Opened extends AsyncDisposable {
  readonly accounts: PlayerAccounts;
}

const local = (auth: object = {}): Promise<Opened> => openLocalAccounts({ steam, auth, log });

/** The same service, behind a port. @param change - how it differs */
async function remote(auth: object = {}, change: Partial<PlayerAccounts> = {}): Promise<Opened> {
  const here = await local(auth);
  const deps = {
    clock,
    metrics: new RpcMetrics(new Registry()),
    key: callKey('a secret of at least thirty-two characters'),
    tls: null,
  };
  const server = new RpcServer({ ...deps, log });
  server.add(AUTH_RPC, authCalls({ ...here.accounts, ...change }));
  const port = await server.listen({ port: 0, address: '127.0.0.1' });
  const channel = new RpcChannel(AUTH_RPC, `127.0.0.1:${port}`, deps);
  return {
    accounts: authClient(channel.calls),
    [Symbol.asyncDispose]: async () => {
      channel.close();
      await server.close(0);
      await here[Symbol.asyncDispose]();
    },
  };
}

const newDeviceKey = () => randomBytes(32).toString('base64url');

describe.each([
  { binding: 'in this process', open: local },
  { binding: 'over gRPC', open: remote },
])('[SE-1] accounts $binding', ({ open }) => {
  test('sign in by every way, and the same way is the same player', async () => {
    await using opened = await open();
    const { accounts } = opened;
    const guest = await accounts.signInGuest({});
    expect(guest).toEqual({
      playerId: expect.stringMatching(/^p_/),
      displayName: expect.any(String),
      accessToken: expect.any(String),
      accessTokenExpiresAtMs: expect.any(Number),
      refreshToken: expect.stringMatching(/^r_/),
      refreshTokenExpiresAtMs: expect.any(Number),
    });
    const deviceKey = newDeviceKey();
    const device = await accounts.signInDevice({ deviceKey, displayName: 'Ann' });
    expect(await accounts.signInDevice({ deviceKey })).toMatchObject({
      ...{ playerId: device.playerId, displayName: 'Ann' },
    });
    const account = { email: 'Ann@Example.com', password: PASSWORD };
    const signedUp = await accounts.signUp({ ...account, displayName: 'Ann' }, ADDRESS);
    const signedIn = await accounts.signInEmail({ ...account, email: 'ann@example.com' }, ADDRESS);
    expect(signedIn.playerId).toBe(signedUp.playerId);
    const ticket = steam.issueTicket('76561197960287930');
    const byTicket = await accounts.signInProvider('steam', { ticket }, ADDRESS);
    const again = { ticket: steam.issueTicket('76561197960287930'), displayName: 'Bo' };
    expect((await accounts.signInProvider('steam', again, ADDRESS)).playerId).toBe(
      byTicket.playerId,
    );
    expect(await accounts.providers()).toEqual([{ id: 'steam', flow: 'ticket' }]);
    expect(await accounts.jwks()).toEqual({ keys: [] });
  });

  test('refresh, sign out, and end sign-ins', async () => {
    await using opened = await open();
    const { accounts } = opened;
    const deviceKey = newDeviceKey();
    const first = await accounts.signInDevice({ deviceKey });
    const second = await accounts.refresh(first.refreshToken);
    expect(second.playerId).toBe(first.playerId);
    const refused = { code: 'TOKEN_INVALID' };
    await expect(accounts.refresh(first.refreshToken)).rejects.toMatchObject(refused);
    await expect(accounts.refresh(second.refreshToken)).rejects.toMatchObject(refused);
    const third = await accounts.signInDevice({ deviceKey });
    expect(await accounts.signOut(third.refreshToken)).toBeUndefined();
    await accounts.signOut(third.refreshToken);
    await expect(accounts.refresh(third.refreshToken)).rejects.toMatchObject(refused);
    const fourth = await accounts.signInDevice({ deviceKey });
    await accounts.signOutEverywhere(fourth.playerId, Math.trunc(clock.wallMs()));
    await accounts.signOutEverywhere(fourth.playerId);
    await expect(accounts.refresh(fourth.refreshToken)).rejects.toMatchObject(refused);
  });

  test('[SE-9] [ACC-48] a sign-out of a time that is yet to come is refused, and ends nothing', async () => {
    await using opened = await open();
    const { accounts } = opened;
    const { playerId, refreshToken } = await accounts.signInGuest({});
    const refused = { code: 'BAD_REQUEST' };
    for (const knownAtMs of [Date.now() + 10 * 60_000, Number.MAX_SAFE_INTEGER]) {
      await expect(accounts.signOutEverywhere(playerId, knownAtMs)).rejects.toMatchObject(refused);
    }
    expect((await accounts.refresh(refreshToken)).playerId).toBe(playerId);
    // Another node's clock may be ahead.
    await accounts.signOutEverywhere(playerId, Date.now() + 60_000);
  });

  test('link, list and unlink', async () => {
    await using opened = await open();
    const { accounts } = opened;
    const { playerId } = await accounts.signInGuest({ displayName: 'Ann' });
    const deviceKey = newDeviceKey();
    const email = { email: 'ann@example.com', password: PASSWORD };
    const provider = { id: 'steam', ticket: steam.issueTicket('76561197960287931') };
    expect(await accounts.identities(playerId)).toEqual({ identities: [] });
    await accounts.link(playerId, { device: { deviceKey } }, ADDRESS);
    await accounts.link(playerId, { email }, ADDRESS);
    const { identities } = await accounts.link(playerId, { provider }, ADDRESS);
    expect(identities.map((identity) => identity.provider)).toEqual(['device', 'email', 'steam']);
    expect(await accounts.identities(playerId)).toEqual({ identities });
    expect((await accounts.signInEmail(email, ADDRESS)).playerId).toBe(playerId);

    const player = { playerId, displayName: 'Ann' };
    const change = { from: PASSWORD, to: 'five quiet otters' };
    const changed = await accounts.changePassword(player, change, ADDRESS);
    expect(changed).toMatchObject(player);
    await accounts.unlink(playerId, 'device');
    await accounts.unlink(playerId, 'steam');
    await expect(accounts.unlink(playerId, 'device')).rejects.toMatchObject({
      code: 'IDENTITY_UNKNOWN',
    });
    await expect(accounts.unlink(playerId, 'email')).rejects.toMatchObject({
      ...{ code: 'IDENTITY_LAST', details: { provider: 'email' } },
    });
    await accounts.forgetPlayer(playerId);
    expect(await accounts.identities(playerId)).toEqual({ identities: [] });
  });

  test('ban until a time, for good, and not any more', async () => {
    await using opened = await open();
    const { accounts } = opened;
    const deviceKey = newDeviceKey();
    const { playerId } = await accounts.signInDevice({ deviceKey });
    const untilMs = Math.trunc(clock.wallMs()) + 60_000;
    const decision = await accounts.ban(playerId, { reason: 'aimbot', untilMs });
    expect(decision).toEqual({
      ...{ playerId, reason: 'aimbot', untilMs, decidedAtMs: expect.any(Number) },
    });
    await expect(accounts.signInDevice({ deviceKey })).rejects.toMatchObject({
      ...{ code: 'PLAYER_BANNED', details: { reason: 'aimbot', untilMs } },
    });
    expect(await accounts.ban(playerId, { reason: 'aimbot', untilMs: null })).toMatchObject({
      untilMs: null,
    });
    expect(await accounts.liftBan(playerId)).toMatchObject({ reason: null, untilMs: null });
    expect((await accounts.signInDevice({ deviceKey })).playerId).toBe(playerId);
  });

  test('say what is wrong', async () => {
    await using opened = await open({ wrongPasswords: 1 });
    const { accounts } = opened;
    const account = { email: 'ann@example.com', password: PASSWORD };
    await accounts.signUp(account, ADDRESS);
    const wrong = { ...account, password: 'nothing like it' };
    const ticket = 'no hex';
    const redirect = { attempt: 'x', callbackUrl: 'http://127.0.0.1/back?code=1' };
    const errors: readonly (readonly [string, () => Promise<unknown>])[] = [
      ['BAD_REQUEST', () => accounts.signInGuest({ displayName: '\u202e' })],
      ['BAD_REQUEST', () => accounts.ban(NOBODY, { reason: '', untilMs: null })],
      ['BAD_REQUEST', () => accounts.ban(NOBODY, { reason: 'x', untilMs: Number.NaN })],
      ['IDENTITY_TAKEN', () => accounts.signUp(account, ADDRESS)],
      [
        'PASSWORD_REFUSED',
        () => accounts.signUp({ email: 'b@example.com', password: 'short' }, ADDRESS),
      ],
      ['CREDENTIALS_WRONG', () => accounts.signInEmail(wrong, ADDRESS)],
      ['RATE_LIMITED', () => accounts.signInEmail(wrong, ADDRESS)],
      ['PROVIDER_UNKNOWN', () => accounts.startProvider('myspace', 'http://127.0.0.1/', ADDRESS)],
      ['PROVIDER_UNKNOWN', () => accounts.signInProvider('myspace', { ticket }, ADDRESS)],
      ['PROVIDER_REFUSED', () => accounts.signInProvider('steam', redirect, ADDRESS)],
      ['TOKEN_INVALID', () => accounts.refresh(`r_${'A'.repeat(43)}`)],
    ];
    for (const [code, ask] of errors) await expect(ask(), code).rejects.toMatchObject({ code });
    // At this address only: it is the player's that came along.
    const elsewhere = accounts.signInEmail(account, '203.0.113.1');
    expect((await elsewhere).displayName).toBeTypeOf('string');
    const limited = await accounts.signInEmail(wrong, ADDRESS).catch((error: unknown) => error);
    expect(limited).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) });
  });
});

test('[SE-9] what is longer than REST takes is refused here as well', async () => {
  await using opened = await remote();
  const { accounts } = opened;
  const long = 'x'.repeat(2_049);
  const player = { playerId: NOBODY, displayName: long };
  const change = { from: PASSWORD, to: PASSWORD };
  const errors: readonly (() => Promise<unknown>)[] = [
    () => accounts.startProvider('steam', long, ADDRESS),
    () => accounts.startProvider(long, 'http://127.0.0.1/', ADDRESS),
    () => accounts.signInProvider(long, { ticket: 'ab' }, ADDRESS),
    () => accounts.unlink(NOBODY, long),
    () => accounts.changePassword(player, change, ADDRESS),
  ];
  for (const ask of errors) await expect(ask()).rejects.toMatchObject({ code: 'BAD_REQUEST' });
});

test.each<[string, (accounts: PlayerAccounts) => Promise<unknown>]>([
  ['a provider to go to', (it) => it.startProvider('Steam!', 'http://127.0.0.1/', ADDRESS)],
  ['a way back', (it) => it.startProvider('steam', '', ADDRESS)],
  ['a way back too long', (it) => it.startProvider('steam', 'x'.repeat(2_049), ADDRESS)],
  ['a provider to sign in by', (it) => it.signInProvider('x'.repeat(33), { ticket: '0' }, ADDRESS)],
  ['a way in to give up', (it) => it.unlink(NOBODY, 'Steam!')],
])('[SE-2] the service refuses as REST does: %s', async (_, ask) => {
  await using opened = await remote();
  await expect(ask(opened.accounts)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
});

test('[SE-16] a key of a kind that nobody knows is no reason to do without the others', async () => {
  const known = [
    { ...{ kty: 'EC', crv: 'P-256', kid: 'k1', alg: 'ES256', use: 'sig' }, x: 'eA', y: 'eQ' },
    { ...{ kty: 'OKP', crv: 'Ed25519', kid: 'k2', alg: 'EdDSA', use: 'sig' }, x: 'eA' },
  ];
  const unknown = { kty: 'AKP', alg: 'ML-DSA-44', kid: 'k3', use: 'sig', pub: 'eA' };
  const jwks = async () => ({ keys: [unknown, ...known] });
  await using opened = await remote({}, { jwks });
  expect((await opened.accounts.jwks()).keys).toEqual(expect.arrayContaining(known));
});
