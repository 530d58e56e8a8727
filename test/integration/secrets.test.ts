// What a node writes at its most talkative, while everything with a secret in it is used once: no secret is in it.

import { Client } from '@colyseus/sdk';
import { expect, test } from 'vitest';
import type { SessionTokens } from '../../src/protocol/rest.ts';
import { RawClient } from '../support/raw-client.ts';
import { startMeridian } from '../support/start-meridian.ts';

const PASSWORD = 'correct horse battery';
const JWT_SECRET = 'the key that must not be seen, ever';

test('[ND-38] no token, key or password is ever logged', async () => {
  await using node = await startMeridian('test/support/field-game.ts', {
    JWT_SECRET,
    MERIDIAN_ADMIN_PASSWORD: PASSWORD,
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

  const client = new Client(node.url);
  client.auth.token = first.accessToken;
  const room = await client.joinOrCreate('field');
  room.onMessage('*', () => undefined);
  room.send('throw');
  room.send('reject');
  expect(await room.request('add', [1, 1])).toBe(2);
  const { reconnectionToken } = room;
  using bad = await RawClient.join(node, { target: 'field', token: first.accessToken });
  bad.send([31]);
  await bad.closed;
  const query = `sessionId=x&_authToken=${first.accessToken}&reconnectionToken=${reconnectionToken}`;
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
    secondAccessToken: second.accessToken,
    refreshToken: first.refreshToken,
    secondRefreshToken: second.refreshToken,
    forged,
    reconnectionToken: reconnectionToken.split(':')[1],
    password: PASSWORD,
    authorization: authorization.slice('Basic '.length),
    key: JWT_SECRET,
  };
  const seen = Object.entries(secrets).filter(([, secret = '']) => node.output.includes(secret));
  expect(seen.map(([name]) => name)).toEqual([]);
});
