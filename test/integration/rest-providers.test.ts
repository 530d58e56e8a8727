// Signing in by providers: a real OpenID provider on loopback, and fakes of Discord and Steam that say so.

import { generateKeyPairSync } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { appleSecret } from '../../src/auth/providers/apple-secret.ts';
import type { IdentityList, ProviderStart, SessionTokens } from '../../src/protocol/rest.ts';
import { eventually } from '../support/eventually.ts';
import { FakeDiscord } from '../support/fake-discord.ts';
import { FakeSteam } from '../support/fake-steam.ts';
import { LocalOidcProvider, visitProvider } from '../support/local-oidc-provider.ts';
import { type RestServer, startRestServer } from './rest-server.ts';

const REDIRECT_URI = 'http://127.0.0.1/signed-in';
let oidc: LocalOidcProvider;
let discord: FakeDiscord;
let steam: FakeSteam;
let server: RestServer;
const opened = new AsyncDisposableStack();

beforeAll(async () => {
  oidc = opened.use(await LocalOidcProvider.start([REDIRECT_URI]));
  discord = opened.use(await FakeDiscord.start());
  steam = opened.use(await FakeSteam.start());
  server = opened.use(await startProviderServer());
});
afterAll(() => opened.disposeAsync());

function startProviderServer(): Promise<RestServer> {
  const { issuer, clientId, clientSecret } = oidc;
  return startRestServer({
    http: { requestsPerMinute: 100_000 },
    auth: {
      jwtSecret: 'the secret that two nodes have in common',
      signInsPerMinute: 100_000,
      redirectUris: [REDIRECT_URI],
      providers: [
        { kind: 'google', issuer, clientId, clientSecret },
        { kind: 'oidc', id: 'away', issuer: 'http://127.0.0.1:9', clientId, clientSecret },
        { kind: 'oidc', id: 'misled', issuer, clientId, clientSecret: 'not our secret' },
        {
          kind: 'discord',
          url: discord.url,
          clientId: discord.clientId,
          clientSecret: discord.clientSecret,
        },
        { kind: 'steam', url: steam.url, appId: steam.appId, webApiKey: steam.webApiKey },
      ],
    },
  });
}

const post = (path: string, body: unknown, token?: string) =>
  server.request('POST', path, { body, ...(token === undefined ? {} : { token }) });
const start = async (provider: string) => {
  const body = { redirectUri: REDIRECT_URI };
  return (await post(`/v1/auth/providers/${provider}/start`, body)).json<ProviderStart>();
};
const signIn = (provider: string, body: unknown) =>
  post(`/v1/auth/providers/${provider}/sign-in`, body);
/** From the button to the way back. */
const visit = async (provider: string, login: string) => {
  const { attempt, authorizationUrl } = await start(provider);
  return { attempt, callbackUrl: await visitProvider(authorizationUrl, login) };
};
const changed = (callbackUrl: string, change: Readonly<Record<string, string>>) => {
  const url = new URL(callbackUrl);
  for (const [name, value] of Object.entries(change)) url.searchParams.set(name, value);
  return url.href;
};

test('[ACC-42] the providers are listed, with how one signs in by them', async () => {
  const reply = await server.request('GET', '/v1/auth/providers');
  expect(reply.json()).toEqual({
    providers: [
      { id: 'google', flow: 'redirect' },
      { id: 'away', flow: 'redirect' },
      { id: 'misled', flow: 'redirect' },
      { id: 'discord', flow: 'redirect' },
      { id: 'steam', flow: 'ticket' },
    ],
  });
});

describe('OpenID Connect', () => {
  test('[ACC-42] the way there asks for a code, with PKCE, state and nonce, and for no more than who it is', async () => {
    const { authorizationUrl, attempt, expiresAtMs } = await start('google');
    const { origin, searchParams } = new URL(authorizationUrl);
    expect(origin).toBe(oidc.issuer);
    expect(Object.fromEntries(searchParams)).toEqual({
      response_type: 'code',
      client_id: oidc.clientId,
      redirect_uri: REDIRECT_URI,
      scope: 'openid',
      code_challenge_method: 'S256',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
    });
    expect(expiresAtMs).toBeGreaterThan(Date.now());
    // Sealed: the client keeps what it cannot read.
    expect(decodeProtectedHeader(attempt)).toEqual({ alg: 'dir', enc: 'A256GCM' });
  });

  test('[ACC-42] who comes back is the provider’s player, the same one each time', async () => {
    const first = await signIn('google', { ...(await visit('google', 'ann')), displayName: 'Ann' });
    expect(first.status).toBe(200);
    const session = first.json<SessionTokens>();
    expect(session.displayName).toBe('Ann');
    const again = (await signIn('google', await visit('google', 'ann'))).json<SessionTokens>();
    expect(again.playerId).toBe(session.playerId);
    const other = (await signIn('google', await visit('google', 'bob'))).json<SessionTokens>();
    expect(other.playerId).not.toBe(session.playerId);
    expect(await server.auth.verify(again.accessToken)).toMatchObject({ displayName: 'Ann' });
  });

  test('[ACC-42] another node finishes what one began', async () => {
    const answer = await visit('google', 'carl');
    await using other = await startProviderServer();
    const reply = await other.request('POST', '/v1/auth/providers/google/sign-in', {
      body: answer,
    });
    expect(reply.status).toBe(200);
  });

  test('[ACC-42] a player who refuses is told what the provider said', async () => {
    const reply = await signIn('google', await visit('google', ''));
    expect([reply.status, reply.code]).toEqual([401, 'PROVIDER_REFUSED']);
    expect(reply.json()).toMatchObject({
      error: { details: { provider: 'google', reason: 'access_denied' } },
    });
  });

  test('[ACC-42] a code works once, with its own attempt, its own state and its own provider', async () => {
    const [mine, others] = [await visit('google', 'dora'), await visit('google', 'eve')];
    const refusals = [
      // A code that was stolen from an address, and put into an attempt of the thief's.
      { ...mine, attempt: others.attempt },
      { ...mine, callbackUrl: changed(mine.callbackUrl, { state: 'x'.repeat(43) }) },
      { ...mine, callbackUrl: changed(mine.callbackUrl, { code: 'x'.repeat(43) }) },
      { ...mine, callbackUrl: changed(mine.callbackUrl, { iss: 'https://evil.example' }) },
      { ...mine, callbackUrl: REDIRECT_URI },
      { ...mine, attempt: `${mine.attempt.slice(0, -4)}AAAA` },
      { ...mine, attempt: 'x' },
    ];
    for (const body of refusals) {
      const reply = await signIn('google', body);
      expect([reply.status, reply.code]).toEqual([401, 'PROVIDER_REFUSED']);
    }
    expect((await signIn('discord', mine)).code).toBe('PROVIDER_REFUSED');
    expect((await signIn('google', others)).status).toBe(200);
    expect((await signIn('google', others)).code).toBe('PROVIDER_REFUSED');
  });

  test('[ACC-42] a code of another verifier is refused by the provider: PKCE is really used', async () => {
    const [mine, others] = [await start('google'), await start('google')];
    // The victim's way with the thief's challenge: the thief has seen the address and sends his own.
    const url = new URL(mine.authorizationUrl);
    const challenge = new URL(others.authorizationUrl).searchParams.get('code_challenge') ?? '';
    url.searchParams.set('code_challenge', challenge);
    const callbackUrl = await visitProvider(url.href, 'frida');
    const reply = await signIn('google', { attempt: mine.attempt, callbackUrl });
    expect(reply.json()).toMatchObject({
      error: { code: 'PROVIDER_REFUSED', details: { reason: 'invalid_grant' } },
    });
  });

  test('[ACC-42] an ID token with another nonce is refused', async () => {
    const mine = await start('google');
    const url = new URL(mine.authorizationUrl);
    url.searchParams.set('nonce', 'another');
    const callbackUrl = await visitProvider(url.href, 'gina');
    const reply = await signIn('google', { attempt: mine.attempt, callbackUrl });
    expect(reply.json()).toMatchObject({
      error: { code: 'PROVIDER_REFUSED', details: { reason: 'not_confirmed' } },
    });
  });

  test('[ACC-42] an attempt ends after a quarter of an hour', async () => {
    await using own = await startProviderServer();
    const body = { redirectUri: REDIRECT_URI };
    const begun = await own.request('POST', '/v1/auth/providers/google/start', { body });
    const { attempt, authorizationUrl } = begun.json<ProviderStart>();
    const callbackUrl = await visitProvider(authorizationUrl, 'hans');
    own.advance(16 * 60_000);
    const late = await own.request('POST', '/v1/auth/providers/google/sign-in', {
      body: { attempt, callbackUrl },
    });
    expect(late.code).toBe('PROVIDER_REFUSED');
  });

  test.each(['https://evil.example/', 'http://127.0.0.1/elsewhere', 'javascript:alert(1)', 'x'])(
    '[ACC-42] nobody is sent to %s',
    async (redirectUri) => {
      const reply = await post('/v1/auth/providers/google/start', { redirectUri });
      expect([reply.status, reply.code]).toEqual([403, 'REDIRECT_FORBIDDEN']);
    },
  );

  test('[ACC-42] a provider nobody knows, one that is away, and one that does not know us', async () => {
    const unknown = await post('/v1/auth/providers/myspace/start', { redirectUri: REDIRECT_URI });
    expect([unknown.status, unknown.code]).toEqual([404, 'PROVIDER_UNKNOWN']);
    const away = await post('/v1/auth/providers/away/start', { redirectUri: REDIRECT_URI });
    expect([away.status, away.code]).toEqual([503, 'PROVIDER_UNAVAILABLE']);
    expect(away.headers.get('retry-after')).toBe('1');
    const misled = await signIn('misled', await visit('misled', 'ann'));
    expect([misled.status, misled.code]).toEqual([503, 'PROVIDER_UNAVAILABLE']);
    await eventually(() => server.logLines.some((line) => line.includes('invalid_client')), {
      withinMs: 2_000,
    });
  });

  test('[ACC-43] a guest links a provider and keeps his player; taken by another it is refused', async () => {
    const guest = await server.signIn('Ida');
    const proof = { id: 'google', ...(await visit('google', 'ida')) };
    const linked = await post('/v1/auth/identities', { provider: proof }, guest.accessToken);
    expect(linked.json<IdentityList>().identities.map(({ provider }) => provider)).toEqual([
      'google',
    ]);
    const back = (await signIn('google', await visit('google', 'ida'))).json<SessionTokens>();
    expect(back).toMatchObject({ playerId: guest.playerId, displayName: 'Ida' });

    const stranger = await server.signIn();
    const again = { id: 'google', ...(await visit('google', 'ida')) };
    const taken = await post('/v1/auth/identities', { provider: again }, stranger.accessToken);
    expect([taken.status, taken.code]).toEqual([409, 'IDENTITY_TAKEN']);
  });

  test('[ACC-33] nothing of it is logged: no code, attempt, state or secret', async () => {
    const answer = await visit('google', 'jane');
    await signIn('google', answer);
    await signIn('google', answer);
    const { searchParams } = new URL(answer.callbackUrl);
    const secrets = [
      answer.attempt,
      ...['code', 'state'].map((name) => searchParams.get(name) ?? name),
      oidc.clientSecret,
      discord.clientSecret,
      steam.webApiKey,
    ];
    const logged = server.logLines.join('\n');
    expect(logged).toContain('/v1/auth/providers/google/sign-in');
    expect(secrets.filter((secret) => logged.includes(secret))).toEqual([]);
  });
});

describe('Discord (a fake of it)', () => {
  test('[ACC-42] who comes back is asked for at its API; he is called as he is there', async () => {
    const { attempt, authorizationUrl } = await start('discord');
    expect(new URL(authorizationUrl).searchParams.get('scope')).toBe('identify');
    const callbackUrl = await visitRedirect(authorizationUrl);
    const session = (await signIn('discord', { attempt, callbackUrl })).json<SessionTokens>();
    expect(session.displayName).toBe('Nelly');
    const again = await start('discord');
    const back = {
      attempt: again.attempt,
      callbackUrl: await visitRedirect(again.authorizationUrl),
    };
    expect((await signIn('discord', back)).json<SessionTokens>().playerId).toBe(session.playerId);
  });

  test('[ACC-42] a name that may not be one here is not his fault', async () => {
    discord.user = { id: '99', username: '\u202e', global_name: null };
    const { attempt, authorizationUrl } = await start('discord');
    const body = { attempt, callbackUrl: await visitRedirect(authorizationUrl) };
    const reply = await signIn('discord', body);
    expect(reply.json<SessionTokens>().displayName).toMatch(/^[A-Z][a-z]+ [A-Z][a-z]+ \d{1,2}$/);
  });

  test.each([
    ['a user without an id', { username: 'x' }, 'PROVIDER_REFUSED'],
    ['an id that is none', { id: "1' OR '1'='1", username: 'x' }, 'PROVIDER_REFUSED'],
  ])('[ACC-42] %s is nobody', async (_, user, code) => {
    discord.user = user;
    const { attempt, authorizationUrl } = await start('discord');
    const body = { attempt, callbackUrl: await visitRedirect(authorizationUrl) };
    expect((await signIn('discord', body)).code).toBe(code);
  });

  test('[ACC-42] an outage is an outage, and no refusal', async () => {
    const { attempt, authorizationUrl } = await start('discord');
    const callbackUrl = await visitRedirect(authorizationUrl);
    discord.broken = 502;
    const reply = await signIn('discord', { attempt, callbackUrl });
    discord.broken = null;
    expect([reply.status, reply.code]).toEqual([503, 'PROVIDER_UNAVAILABLE']);
  });
});

describe('Steam (a fake of it)', () => {
  const STEAM_ID = '76561197960265728';

  test('[ACC-42] a ticket is its player, and the key stands in no address', async () => {
    const ticket = steam.issueTicket(STEAM_ID);
    const reply = await signIn('steam', { ticket, displayName: 'Gabe' });
    const session = reply.json<SessionTokens>();
    expect(session.displayName).toBe('Gabe');
    const again = await signIn('steam', { ticket: steam.issueTicket(STEAM_ID) });
    expect(again.json<SessionTokens>().playerId).toBe(session.playerId);
    expect(steam.addresses.length).toBe(2);
    expect(steam.addresses.join()).not.toContain(steam.webApiKey);
    expect(server.logLines.join('\n')).not.toContain(ticket);
  });

  test.each([
    ['no ticket of its own', () => 'ab'.repeat(234), 'ticket_invalid'],
    ['no hex', () => 'not hex', 'ticket_malformed'],
    ['another parameter in it', () => 'ab&identity=other', 'ticket_malformed'],
    [
      'of a player our publisher has banned',
      () => steam.issueTicket('1', { banned: true }),
      'publisher_banned',
    ],
  ])('[ACC-42] %s is refused', async (_, ticketOf, reason) => {
    const reply = await signIn('steam', { ticket: ticketOf() });
    expect(reply.json()).toMatchObject({
      error: { code: 'PROVIDER_REFUSED', details: { reason } },
    });
  });

  test.each([
    ['it does not know our key', 403, '<html>Forbidden</html>'],
    ['it is down', 503, ''],
    ['it says what nobody understands', 200, '{"response":{"params":{"result":"OK"}}}'],
    ['it says nothing', 200, ''],
  ])('[ACC-42] when %s nobody is refused', async (_, status, body) => {
    steam.broken = { status, body };
    const reply = await signIn('steam', { ticket: steam.issueTicket(STEAM_ID) });
    steam.broken = null;
    expect([reply.status, reply.code]).toEqual([503, 'PROVIDER_UNAVAILABLE']);
  });

  test('[ACC-42] a ticket is for tickets, an answer for redirects', async () => {
    const ticket = { ticket: steam.issueTicket(STEAM_ID) };
    expect((await signIn('google', ticket)).code).toBe('PROVIDER_REFUSED');
    expect((await signIn('steam', { attempt: 'x', callbackUrl: REDIRECT_URI })).code).toBe(
      'PROVIDER_REFUSED',
    );
    const began = await post('/v1/auth/providers/steam/start', { redirectUri: REDIRECT_URI });
    expect(began.code).toBe('PROVIDER_UNKNOWN');
  });
});

test('[ACC-42] Apple’s client secret is what Apple asks for, and is made anew', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  const START_S = 1_900_000_000;
  const clock = { wallMs: () => START_S * 1_000, monotonicMs: () => 0 };
  const apple = {
    clientId: 'com.example.game',
    teamId: 'TEAM123456',
    keyId: 'KEY1234567',
    privateKey: pem,
  };
  const body = new URLSearchParams();
  appleSecret(apple, clock)({} as never, {} as never, body, new Headers());
  const secret = body.get('client_secret') ?? '';
  expect(body.get('client_id')).toBe('com.example.game');
  expect(decodeProtectedHeader(secret)).toEqual({ alg: 'ES256', kid: 'KEY1234567', typ: 'JWT' });
  expect(decodeJwt(secret)).toEqual({
    ...{ iss: 'TEAM123456', sub: 'com.example.game', aud: 'https://appleid.apple.com' },
    ...{ iat: START_S, exp: START_S + 300 },
  });
  const currentDate = new Date(START_S * 1_000);
  await jwtVerify(secret, publicKey, { algorithms: ['ES256'], currentDate });
});

/** Of a provider that asks the player nothing. */
async function visitRedirect(authorizationUrl: string): Promise<string> {
  const response = await fetch(authorizationUrl, { redirect: 'manual' });
  const location = response.headers.get('location');
  if (location === null) throw new Error(`Discord's fake says: ${await response.text()}`);
  return location;
}
