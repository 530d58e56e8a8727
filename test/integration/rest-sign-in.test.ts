// Ways to sign in other than as a guest, linking them, and ending them, over real HTTP.

import { randomBytes } from 'node:crypto';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openAccounts } from '../../src/app/accounts.ts';
import { MeridianConfig } from '../../src/config/config.ts';
import type { IdentityList, ProfileBody, SessionTokens } from '../../src/protocol/rest.ts';
import { systemClock } from '../../src/shared/clock.ts';
import { Closers } from '../../src/shared/closers.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { eventually } from '../support/eventually.ts';
import { isSplit } from '../support/is-split.ts';
import { type RestServer, startRestServer } from './rest-server.ts';

const ME = '/v1/profiles/me';
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

const newDeviceKey = () => randomBytes(32).toString('base64url');
const newEmail = () => `ann${++emails}@example.com`;
const post = (path: string, body: unknown, token?: string) =>
  server.request('POST', path, { body, ...(token === undefined ? {} : { token }) });
const byDevice = (deviceKey: string, displayName?: string) =>
  post('/v1/auth/device', { deviceKey, ...(displayName === undefined ? {} : { displayName }) });
const signUp = (email: string, password = PASSWORD) =>
  post('/v1/auth/email/sign-up', { email, password });
const byEmail = (email: string, password = PASSWORD) =>
  post('/v1/auth/email/sign-in', { email, password });
const link = (token: string, body: unknown) => post('/v1/auth/identities', body, token);
const unlink = (token: string, provider: string) =>
  server.request('DELETE', `/v1/auth/identities/${provider}`, { token });
const identitiesOf = async (token: string) => {
  const reply = await server.request('GET', '/v1/auth/identities', { token });
  return reply.json<IdentityList>().identities.map(({ provider }) => provider);
};
const readOwn = (token: string) => server.request('GET', ME, { token });
const refresh = ({ refreshToken }: SessionTokens) => post('/v1/auth/refresh', { refreshToken });

describe('devices', () => {
  test('[ACC-40] a device is a player: the same one each time, another one for another device', async () => {
    const [phone, tablet] = [newDeviceKey(), newDeviceKey()];
    const first = (await byDevice(phone, 'Ann')).json<SessionTokens>();
    expect(first.displayName).toBe('Ann');
    const again = (await byDevice(phone, 'Another')).json<SessionTokens>();
    expect(again).toMatchObject({ playerId: first.playerId, displayName: 'Ann' });
    expect((await byDevice(tablet)).json<SessionTokens>().playerId).not.toBe(first.playerId);
    expect((await readOwn(again.accessToken)).json<ProfileBody>().playerId).toBe(first.playerId);
  });

  test('[ACC-40] ten first sign-ins of one device at once are one player', async () => {
    const deviceKey = newDeviceKey();
    const replies = await Promise.all(Array.from({ length: 10 }, () => byDevice(deviceKey)));
    const players = new Set(replies.map((reply) => reply.json<SessionTokens>().playerId));
    expect([...players]).toHaveLength(1);
  });

  test.each([
    ['too short to be a secret', { deviceKey: 'a'.repeat(31) }],
    ['too long', { deviceKey: 'a'.repeat(129) }],
    ['no text', { deviceKey: 17 }],
    ['missing', {}],
    ['with more beside it', { deviceKey: 'a'.repeat(32), playerId: 'p_1' }],
  ])('[ACC-40] a device key that is %s is refused', async (_, body) => {
    const reply = await post('/v1/auth/device', body);
    expect([reply.status, reply.code]).toEqual([400, 'BAD_REQUEST']);
  });

  test('[ACC-40] only a hash of the key is stored', async () => {
    const deviceKey = newDeviceKey();
    await byDevice(deviceKey);
    const stored = JSON.stringify(await server.db.read({ sql: 'SELECT * FROM identities' }));
    expect(stored).not.toContain(deviceKey);
    expect(stored).toContain('device');
  });
});

describe('email and password', () => {
  test('[ACC-41] who signs up signs in again, in whatever case he writes his address', async () => {
    const email = newEmail();
    const reply = await signUp(email);
    expect(reply.status).toBe(201);
    const { playerId } = reply.json<SessionTokens>();
    const again = await byEmail(` ${email.toUpperCase()} `);
    expect(again.json<SessionTokens>().playerId).toBe(playerId);
  });

  test('[ACC-41] an unknown address and a wrong password are told apart by nobody', async () => {
    const email = newEmail();
    await signUp(email);
    const replies = [await byEmail(email, 'wrong wrong wrong'), await byEmail(newEmail())];
    for (const reply of replies) {
      expect([reply.status, reply.code]).toEqual([401, 'CREDENTIALS_WRONG']);
    }
    expect(replies[0]?.json()).toEqual(replies[1]?.json());
  });

  test('[ACC-41] an address belongs to one player', async () => {
    const email = newEmail();
    await signUp(email);
    const reply = await signUp(email.toUpperCase(), 'another password');
    expect([reply.status, reply.code]).toEqual([409, 'IDENTITY_TAKEN']);
    expect((await byEmail(email)).status).toBe(200);
  });

  test.each([
    ['too-short', 'seven77'],
    ['too-common', 'password123'],
    ['too-long', 'long'.repeat(33)],
  ])('[ACC-41] a password is refused as %s', async (reason, password) => {
    const reply = await signUp(newEmail(), password);
    expect([reply.status, reply.code]).toEqual([422, 'PASSWORD_REFUSED']);
    expect(reply.json()).toMatchObject({ error: { details: { reason } } });
  });

  test.each([
    '',
    'ann',
    'ann@',
    '@example.com',
    'a b@example.com',
    `${'a'.repeat(250)}@b.de`,
    null,
  ])('[ACC-41] %j is no address', async (email) => {
    const reply = await post('/v1/auth/email/sign-up', { email, password: PASSWORD });
    expect([reply.status, reply.code]).toEqual([400, 'BAD_REQUEST']);
  });

  test('[ACC-41] only a hash of the password is stored, and none of what was sent is logged', async () => {
    const email = newEmail();
    await signUp(email, 'unlogged and unstored');
    await byEmail(email, 'also unlogged wrong');
    const stored = JSON.stringify(await server.db.read({ sql: 'SELECT * FROM identities' }));
    expect(stored).toContain(email);
    expect(stored).not.toContain('unstored');
    const logged = server.logLines.join('\n');
    for (const secret of ['unlogged', email]) expect(logged).not.toContain(secret);
  });

  test('[ACC-41] a changed password ends every sign-in but the one that changed it', async () => {
    const email = newEmail();
    const elsewhere = (await signUp(email)).json<SessionTokens>();
    const here = (await byEmail(email)).json<SessionTokens>();
    const change = (from: string, to: string, token: string) =>
      post('/v1/auth/email/password', { from, to }, token);
    const wrong = await change('wrong wrong wrong', 'new new password', here.accessToken);
    expect(wrong.code).toBe('CREDENTIALS_WRONG');
    expect((await change(PASSWORD, 'short', here.accessToken)).code).toBe('PASSWORD_REFUSED');
    const changed = await change(PASSWORD, 'new new password', here.accessToken);
    const renewed = changed.json<SessionTokens>();
    expect((await readOwn(renewed.accessToken)).status).toBe(200);
    for (const old of [elsewhere, here]) {
      expect((await readOwn(old.accessToken)).code).toBe('TOKEN_REVOKED');
      expect((await refresh(old)).code).toBe('TOKEN_INVALID');
    }
    expect((await byEmail(email)).code).toBe('CREDENTIALS_WRONG');
    expect((await byEmail(email, 'new new password')).status).toBe(200);
  });
});

describe('limits', () => {
  test('[ACC-46] an account waits after wrong passwords; others at the address do not', async () => {
    await using own = await startRestServer({
      auth: { wrongPasswords: 3, signInsPerMinute: 1_000 },
    });
    const request = (email: string, password: string) =>
      own.request('POST', '/v1/auth/email/sign-in', { body: { email, password } });
    for (const email of ['ann@example.com', 'bob@example.com']) {
      await own.request('POST', '/v1/auth/email/sign-up', { body: { email, password: PASSWORD } });
    }
    // All at once: none may slip in between counting and checking.
    const tries = await Promise.all([1, 2, 3, 4, 5].map(() => request('ann@example.com', 'wrong')));
    const codes = tries.map(({ code }) => code).toSorted();
    expect(codes).toEqual([...Array(3).fill('CREDENTIALS_WRONG'), 'RATE_LIMITED', 'RATE_LIMITED']);
    const right = await request('ann@example.com', PASSWORD);
    expect([right.status, right.code]).toEqual([429, 'RATE_LIMITED']);
    expect(Number(right.headers.get('retry-after'))).toBeGreaterThan(60);
    expect((await request('bob@example.com', PASSWORD)).status).toBe(200);
  });

  test('[ACC-46] the right password in time counts for nothing', async () => {
    await using own = await startRestServer({
      auth: { wrongPasswords: 3, signInsPerMinute: 1_000 },
    });
    const email = 'ann@example.com';
    const request = (password: string) =>
      own.request('POST', '/v1/auth/email/sign-in', { body: { email, password } });
    await own.request('POST', '/v1/auth/email/sign-up', { body: { email, password: PASSWORD } });
    for (let round = 0; round < 3; round += 1) {
      expect((await request('wrong')).code).toBe('CREDENTIALS_WRONG');
      expect((await request('wrong')).code).toBe('CREDENTIALS_WRONG');
      expect((await request(PASSWORD)).status).toBe(200);
    }
  });

  test('[ACC-46] an address that tries too many accounts waits', async () => {
    await using own = await startRestServer({ auth: { signInsPerMinute: 4 } });
    const codes: (string | null)[] = [];
    for (let n = 0; n < 6; n += 1) {
      const body = { email: `nobody${n}@example.com`, password: PASSWORD };
      codes.push((await own.request('POST', '/v1/auth/email/sign-in', { body })).code);
    }
    expect(codes).toEqual([...Array(4).fill('CREDENTIALS_WRONG'), 'RATE_LIMITED', 'RATE_LIMITED']);
    // Guests are made by the hundred behind one address; they are not guesses.
    expect((await own.request('POST', '/v1/auth/guest')).status).toBe(201);
  });
});

describe('linking', () => {
  test('[ACC-43] a guest links and stays the player he is, with all that is his', async () => {
    const guest = await server.signIn('Ann');
    const token = guest.accessToken;
    await server.request('PATCH', ME, { token, body: { ifRevision: 1, data: { skin: 'red' } } });
    expect(await identitiesOf(token)).toEqual([]);

    const [email, deviceKey] = [newEmail(), newDeviceKey()];
    const linked = await link(token, { email: { email, password: PASSWORD } });
    expect(linked.json<IdentityList>().identities.map(({ provider }) => provider)).toEqual([
      'email',
    ]);
    await link(token, { device: { deviceKey } });
    expect((await identitiesOf(token)).toSorted()).toEqual(['device', 'email']);

    for (const reply of [await byEmail(email), await byDevice(deviceKey)]) {
      const session = reply.json<SessionTokens>();
      expect(session.playerId).toBe(guest.playerId);
      const profile = (await readOwn(session.accessToken)).json<ProfileBody>();
      expect(profile).toMatchObject({ displayName: 'Ann', data: { skin: 'red' } });
    }
  });

  test('[ACC-44] what leads to another player is taken, and changes nothing', async () => {
    const [email, deviceKey] = [newEmail(), newDeviceKey()];
    const owner = (await signUp(email)).json<SessionTokens>();
    await link(owner.accessToken, { device: { deviceKey } });
    const guest = await server.signIn();
    for (const request of [{ email: { email, password: PASSWORD } }, { device: { deviceKey } }]) {
      const reply = await link(guest.accessToken, request);
      expect([reply.status, reply.code]).toEqual([409, 'IDENTITY_TAKEN']);
      // Not whose it is.
      expect(reply.text).not.toContain(owner.playerId);
    }
    expect(await identitiesOf(guest.accessToken)).toEqual([]);
    expect((await byEmail(email)).json<SessionTokens>().playerId).toBe(owner.playerId);
  });

  test('[ACC-44] of a kind a player has one; the one he has is linked already', async () => {
    const { accessToken } = await server.signIn();
    const deviceKey = newDeviceKey();
    expect((await link(accessToken, { device: { deviceKey } })).status).toBe(200);
    expect((await link(accessToken, { device: { deviceKey } })).status).toBe(200);
    const other = await link(accessToken, { device: { deviceKey: newDeviceKey() } });
    expect([other.status, other.code]).toEqual([409, 'IDENTITY_EXISTS']);
  });

  test('[ACC-45] a way in goes, but not the last one', async () => {
    const { accessToken } = await server.signIn();
    const [email, deviceKey] = [newEmail(), newDeviceKey()];
    await link(accessToken, { email: { email, password: PASSWORD } });
    await link(accessToken, { device: { deviceKey } });
    expect((await unlink(accessToken, 'google')).code).toBe('IDENTITY_UNKNOWN');
    expect((await unlink(accessToken, 'email')).status).toBe(204);
    expect((await byEmail(email)).code).toBe('CREDENTIALS_WRONG');
    const last = await unlink(accessToken, 'device');
    expect([last.status, last.code]).toEqual([409, 'IDENTITY_LAST']);
    expect((await byDevice(deviceKey)).status).toBe(200);
  });

  test.each([
    ['nothing', {}],
    [
      'two at once',
      { device: { deviceKey: 'a'.repeat(32) }, email: { email: 'a@b.de', password: PASSWORD } },
    ],
    ['another player', { device: { deviceKey: 'a'.repeat(32) }, playerId: 'p_1' }],
    ['a list', []],
  ])('[ACC-30] a link of %s is refused', async (_, body) => {
    const { accessToken } = await server.signIn();
    expect((await link(accessToken, body)).code).toBe('BAD_REQUEST');
    expect(await identitiesOf(accessToken)).toEqual([]);
  });

  test('[ACC-43] nobody links to a stranger’s account: it takes the account’s own token', async () => {
    const reply = await post('/v1/auth/identities', { device: { deviceKey: newDeviceKey() } });
    expect(reply.code).toBe('TOKEN_MISSING');
  });
});

describe('ending sign-ins', () => {
  test('[ACC-23] a stolen refresh token ends the sign-in: refresh tokens at once, access tokens with them', async () => {
    const { refreshToken, playerId, accessToken } = await server.signIn();
    const owner = (await post('/v1/auth/refresh', { refreshToken })).json<SessionTokens>();
    const thief = await post('/v1/auth/refresh', { refreshToken });
    expect(thief.code).toBe('TOKEN_INVALID');
    for (const token of [accessToken, owner.accessToken]) {
      const reply = await readOwn(token);
      expect([reply.status, reply.code]).toEqual([401, 'TOKEN_REVOKED']);
    }
    expect((await refresh(owner)).code).toBe('TOKEN_INVALID');
    await eventually(
      () => server.logLines.some((line) => line.includes('used again') && line.includes(playerId)),
      { withinMs: 2_000 },
    );
  });

  test('[ACC-47] signing out ends this sign-in’s access tokens, and no other sign-in', async () => {
    const deviceKey = newDeviceKey();
    const [here, there] = [await byDevice(deviceKey), await byDevice(deviceKey)].map((reply) =>
      reply.json<SessionTokens>(),
    ) as [SessionTokens, SessionTokens];
    await post('/v1/auth/sign-out', { refreshToken: here.refreshToken });
    expect((await readOwn(here.accessToken)).code).toBe('TOKEN_REVOKED');
    expect((await readOwn(there.accessToken)).status).toBe(200);
    expect((await refresh(there)).status).toBe(200);
  });

  test('[ACC-48] signing out everywhere ends all sign-ins, and who signs in after it is in', async () => {
    const deviceKey = newDeviceKey();
    const sessions: SessionTokens[] = [];
    for (let n = 0; n < 3; n += 1) sessions.push((await byDevice(deviceKey)).json());
    const stranger = await server.signIn();
    server.advance(1);
    const [first] = sessions;
    const reply = await post('/v1/auth/sign-out-everywhere', undefined, first?.accessToken);
    expect(reply.status).toBe(204);
    const after = (await byDevice(deviceKey)).json<SessionTokens>();
    for (const session of sessions) {
      expect((await readOwn(session.accessToken)).code).toBe('TOKEN_REVOKED');
      expect((await refresh(session)).code).toBe('TOKEN_INVALID');
    }
    for (const session of [after, stranger]) {
      expect((await readOwn(session.accessToken)).status).toBe(200);
      expect((await refresh(session)).status).toBe(200);
    }
  });
});

test.skipIf(isSplit)(
  '[ACC-50] a node without Redis knows after a restart what it has revoked',
  async () => {
    const jwtSecret = 'a secret that outlives the process';
    await using own = await startRestServer({ auth: { jwtSecret } });
    const [ended, banned, good] = [await own.signIn(), await own.signIn(), await own.signIn()];
    const body = { refreshToken: ended.refreshToken };
    await own.request('POST', '/v1/auth/sign-out', { body });
    await own.auth.ban(banned.playerId, { reason: 'aimbot', untilMs: null });
    const { auth: restarted } = await openAccounts(
      {
        config: MeridianConfig.parse({ auth: { jwtSecret } }),
        ...{ database: own.db, mongo: null, profiles: own.profiles, clock: systemClock },
        log: createLogger({ level: 'silent' }),
      },
      new Closers(),
    );
    await expect(restarted.verify(ended.accessToken)).rejects.toMatchObject({
      code: 'TOKEN_REVOKED',
    });
    await expect(restarted.verify(banned.accessToken)).rejects.toMatchObject({
      code: 'PLAYER_BANNED',
    });
    expect(await restarted.verify(good.accessToken)).toMatchObject({ playerId: good.playerId });
  },
);

describe('bans', () => {
  test('[ACC-52] a banned player is told so at sign-in, at refresh and with his old token', async () => {
    const deviceKey = newDeviceKey();
    const session = (await byDevice(deviceKey)).json<SessionTokens>();
    const untilMs = Date.now() + 3_600_000;
    await server.auth.ban(session.playerId, { reason: 'aimbot', untilMs });
    const replies = [
      await byDevice(deviceKey),
      await refresh(session),
      await readOwn(session.accessToken),
    ];
    for (const reply of replies) {
      expect([reply.status, reply.code]).toEqual([403, 'PLAYER_BANNED']);
      expect(reply.json()).toMatchObject({
        error: { retryable: false, details: { reason: 'aimbot', untilMs } },
      });
    }
    expect((await readOwn((await server.signIn()).accessToken)).status).toBe(200);
  });

  test.each([
    { reason: '', untilMs: null },
    { reason: 'x'.repeat(501), untilMs: null },
    { reason: 'aimbot', untilMs: Number.NaN },
    { reason: 'aimbot', untilMs: -1 },
  ])('[ACC-52] a ban that no region would understand is none: %j', async (ban) => {
    const session = await server.signIn();
    await expect(server.auth.ban(session.playerId, ban)).rejects.toMatchObject({
      code: 'BAD_REQUEST',
    });
    expect((await readOwn(session.accessToken)).status).toBe(200);
  });

  test('[ACC-52] a ban that is lifted leaves everything as it was', async () => {
    const session = await server.signIn();
    await server.auth.ban(session.playerId, { reason: 'by mistake', untilMs: null });
    await server.auth.liftBan(session.playerId);
    expect((await readOwn(session.accessToken)).status).toBe(200);
    expect((await refresh(session)).status).toBe(200);
  });

  test('[ACC-52] a ban ends by itself, and the player is in again without signing in', async () => {
    await using own = await startRestServer();
    const session = await own.signIn();
    await own.auth.ban(session.playerId, { reason: 'cool down', untilMs: Date.now() + 60_000 });
    const { refreshToken } = session;
    const tryIt = () => own.request('POST', '/v1/auth/refresh', { body: { refreshToken } });
    expect((await tryIt()).code).toBe('PLAYER_BANNED');
    own.advance(61_000);
    expect((await tryIt()).status).toBe(200);
  });
});

test('[ACC-55] a player that is forgotten has no way in, and his tokens end', async () => {
  const [email, deviceKey] = [newEmail(), newDeviceKey()];
  const session = (await signUp(email)).json<SessionTokens>();
  await link(session.accessToken, { device: { deviceKey } });
  server.advance(1);
  await server.auth.forgetPlayer(session.playerId);
  expect((await readOwn(session.accessToken)).code).toBe('TOKEN_REVOKED');
  expect((await refresh(session)).code).toBe('TOKEN_INVALID');
  expect((await byEmail(email)).code).toBe('CREDENTIALS_WRONG');
  expect((await byDevice(deviceKey)).json<SessionTokens>().playerId).not.toBe(session.playerId);
});

describe('keys', () => {
  test('[ACC-49] the public keys are where everybody looks for them; a shared secret is not', async () => {
    const reply = await server.request('GET', '/.well-known/jwks.json');
    expect(reply.json()).toEqual({ keys: [] });
    expect(reply.headers.get('cache-control')).toBe('public, max-age=300');
  });

  test('[ACC-49] no key of a token’s own choosing is fetched or believed', async () => {
    const { playerId } = await server.signIn();
    const forged = await new SignJWT({ name: 'Ann', sub: playerId })
      .setProtectedHeader({ alg: 'HS256', kid: '../../etc/passwd', jku: `${server.url}/jwks.json` })
      .setIssuer('meridian')
      .setAudience('meridian:players')
      .setIssuedAt()
      .setExpirationTime('1h')
      .setJti('j')
      .sign(Buffer.from('x'.repeat(32)));
    expect((await readOwn(forged)).code).toBe('TOKEN_INVALID');
    expect(
      server.logLines.some((line) => line.includes('jwks.json') && line.includes('passwd')),
    ).toBe(false);
  });
});
