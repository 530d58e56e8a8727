// What a node writes at its most talkative, while everything with a secret in it is used: no secret is in it.

import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { Client } from '@colyseus/sdk';
import { expect, test } from 'vitest';
import type { SessionTokens } from '../../src/protocol/rest.ts';
import { RawClient } from '../support/raw-client.ts';
import { startMeridian } from '../support/start-meridian.ts';

const PASSWORD = 'correct horse battery';
const JWT_SECRET = 'the key that must not be seen, ever';
const DEVICE_KEY = randomBytes(24).toString('base64url');
/** Nobody listens there: what fails is what is logged. */
const NOWHERE = 'http://127.0.0.1:9';
const PROVIDERS = [
  {
    kind: 'oidc',
    id: 'away',
    issuer: NOWHERE,
    clientId: 'me',
    clientSecret: 'unlogged client secret',
  },
  { kind: 'steam', url: NOWHERE, appId: 480, webApiKey: 'UNLOGGED-WEB-API-KEY' },
] as const;
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const SIGNING_KEY = { ...privateKey.export({ format: 'jwk' }), kid: 'k1' };

test('[ND-38] no token, key or password is ever logged', async () => {
  await using node = await startMeridian('test/support/field-game.ts', {
    JWT_SECRET,
    MERIDIAN_ADMIN_PASSWORD: PASSWORD,
    MERIDIAN_AUTH_REDIRECT_URIS: 'http://127.0.0.1/back',
    MERIDIAN_AUTH_PROVIDERS: JSON.stringify(PROVIDERS),
    MERIDIAN_AUTH_SIGNING_KEYS: JSON.stringify([SIGNING_KEY]),
    MERIDIAN_PROCESS_LOG_LEVEL: 'trace',
  });
  const post = async (path: string, body: unknown, token?: string) =>
    await fetch(`${node.url}${path}`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(body),
    });
  const first = await node.signIn('Tell-tale');
  const refresh = { refreshToken: first.refreshToken };
  const second = (await (await post('/v1/auth/refresh', refresh)).json()) as SessionTokens;
  // A spent one again, a forged one, one in the wrong place.
  const forged = `${first.accessToken.slice(0, -6)}forged`;
  await post('/v1/auth/refresh', refresh);
  await post('/matchmake/joinOrCreate/field', {}, forged);
  await post(`/matchmake/joinOrCreate/${first.accessToken.slice(0, 20)}`, {}, first.accessToken);
  await post('/v1/auth/sign-out', { refreshToken: [second.refreshToken] });

  // The first one's sign-in has ended with its spent token.
  const player = await node.signIn();
  // Every way to sign in, once right and once wrong, and the operator's.
  await post('/v1/auth/device', { deviceKey: DEVICE_KEY });
  await post('/v1/auth/device', { deviceKey: `${DEVICE_KEY}!` });
  const account = { email: 'tell.tale@example.com', password: 'four unlogged otters' };
  await post('/v1/auth/email/sign-up', account);
  const wrong = { ...account, password: 'five unlogged otters' };
  await post('/v1/auth/email/sign-in', wrong);
  await post(
    '/v1/auth/email/password',
    { from: account.password, to: wrong.password },
    player.accessToken,
  );
  await post('/v1/auth/identities', { email: wrong }, player.accessToken);
  const start = await post('/v1/auth/providers/away/start', {
    redirectUri: 'http://127.0.0.1/back',
  });
  expect(start.status).toBe(503);
  const callbackUrl = 'http://127.0.0.1/back?code=unlogged-code&state=unlogged-state';
  await post('/v1/auth/providers/away/sign-in', { attempt: 'unlogged-attempt', callbackUrl });
  const ticket = 'abcdef0123456789'.repeat(20);
  expect((await post('/v1/auth/providers/steam/sign-in', { ticket })).status).toBe(503);

  const client = new Client(node.url);
  client.auth.token = player.accessToken;
  const room = await client.joinOrCreate('field');
  room.onMessage('*', () => undefined);
  room.send('throw');
  room.send('reject');
  expect(await room.request('add', [1, 1])).toBe(2);
  const { reconnectionToken } = room;
  using bad = await RawClient.join(node, { target: 'field', token: player.accessToken });
  bad.send([29]);
  await bad.closed;
  const query = `sessionId=x&_authToken=${player.accessToken}&reconnectionToken=${reconnectionToken}`;
  using lost = new RawClient(`ws://127.0.0.1:${node.port}/p/nosuchroom?${query}`);
  await lost.closed;
  await client.joinOrCreate('closed').catch(() => undefined);
  await client.joinOrCreate('broken').catch(() => undefined);

  const authorization = `Basic ${btoa(`operator:${PASSWORD}`)}`;
  for (const headers of [{ authorization }, { authorization: `${authorization}x` }]) {
    await fetch(`http://127.0.0.1:${node.adminPort}/monitor/api`, { headers });
  }
  await room.leave();
  await node.stop();

  // It was talkative, so there was something to look through.
  expect(node.log.length).toBeGreaterThan(15);
  expect(node.output).toContain('thrown by a handler');
  const secrets = {
    accessToken: first.accessToken,
    signature: first.accessToken.split('.')[2],
    playersAccessToken: player.accessToken,
    playersRefreshToken: player.refreshToken,
    secondAccessToken: second.accessToken,
    refreshToken: first.refreshToken,
    secondRefreshToken: second.refreshToken,
    forged,
    reconnectionToken: reconnectionToken.split(':')[1],
    password: PASSWORD,
    authorization: authorization.slice('Basic '.length),
    key: JWT_SECRET,
    signingKey: SIGNING_KEY.d,
    deviceKey: DEVICE_KEY,
    email: account.email,
    emailPassword: account.password,
    wrongPassword: wrong.password,
    ...{ code: 'unlogged-code', state: 'unlogged-state', attempt: 'unlogged-attempt', ticket },
    clientSecret: PROVIDERS[0].clientSecret,
    webApiKey: PROVIDERS[1].webApiKey,
  };
  const seen = Object.entries(secrets).filter(([, secret = '']) => node.output.includes(secret));
  expect(seen.map(([name]) => name)).toEqual([]);
});
