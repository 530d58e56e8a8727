import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { ProfileBody, SessionTokens } from '../../src/protocol/index.ts';
import { MeridianClient } from './meridian-client.ts';
import { MemoryStorage, type SessionStorage } from './session-storage.ts';

// A tiny but real server of /v1: it issues single-use refresh tokens and remembers what it was asked.

class TinyServer {
  readonly requests: string[] = [];
  readonly #http: Server;
  accessTokenTtlMs = 3_600_000;
  revision = 1;
  displayName = 'Ada';
  #issued = 0;
  #validAccess = '';
  #validRefresh = '';

  constructor() {
    this.#http = createServer(async (request, response) => {
      const body = await bodyOf(request);
      const { status, reply } = this.#answer(request, body);
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(reply));
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#http.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#http.close();
    this.#http.closeAllConnections();
  }

  /** As after a restart without its database: nobody is known any more. */
  forgetEverybody(): void {
    this.#validAccess = '';
    this.#validRefresh = '';
  }

  expireAccessToken(): void {
    this.#validAccess = '';
  }

  count(request: string): number {
    return this.requests.filter((made) => made === request).length;
  }

  #answer(request: IncomingMessage, body: Record<string, unknown>) {
    const what = `${request.method} ${request.url}`;
    this.requests.push(what);
    if (what === 'POST /v1/auth/guest') return { status: 200, reply: this.#issue() };
    if (what === 'POST /v1/auth/refresh') {
      const isValid = body['refreshToken'] === this.#validRefresh && this.#validRefresh !== '';
      return isValid ? { status: 200, reply: this.#issue() } : refusal('TOKEN_INVALID');
    }
    if (request.headers.authorization !== `Bearer ${this.#validAccess}`)
      return refusal('TOKEN_EXPIRED');
    if (request.method === 'PATCH') {
      if (body['ifRevision'] !== this.revision) return refusal('REVISION_STALE', 409);
      this.revision += 1;
      this.displayName = String(body['displayName']);
    }
    return { status: 200, reply: this.#profile() };
  }

  #issue(): SessionTokens {
    this.#issued += 1;
    this.#validAccess = `access-${this.#issued}`;
    this.#validRefresh = `refresh-${this.#issued}`;
    return {
      playerId: 'p1',
      displayName: 'Ada',
      accessToken: this.#validAccess,
      accessTokenExpiresAtMs: Date.now() + this.accessTokenTtlMs,
      refreshToken: this.#validRefresh,
      refreshTokenExpiresAtMs: Date.now() + 3_600_000,
    };
  }

  #profile(): ProfileBody {
    return {
      playerId: 'p1',
      revision: this.revision,
      displayName: this.displayName,
      data: {},
      statistics: {},
      username: null,
      wallet: {},
      inventory: {},
      createdAtMs: 0,
      updatedAtMs: 0,
    };
  }
}

function refusal(code: string, status = 401) {
  return { status, reply: { error: { code, message: code, retryable: false } } };
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text === '' ? {} : JSON.parse(text);
}

let server: TinyServer;
afterEach(() => server.close());

async function start(storage: SessionStorage = new MemoryStorage()) {
  server = new TinyServer();
  const url = await server.listen();
  return { url, storage, client: new MeridianClient(url, { storage }) };
}

test('a guest is remembered: the next visit signs in silently', async () => {
  const { url, storage, client } = await start();
  expect(await client.signInAsGuest({ displayName: 'Ada' })).toEqual({
    playerId: 'p1',
    displayName: 'Ada',
    isNew: true,
  });
  const nextVisit = new MeridianClient(url, { storage });
  expect(await nextVisit.signInAsGuest()).toMatchObject({ playerId: 'p1', isNew: false });
  expect(nextVisit.playerId).toBe('p1');
  expect(server.requests).toEqual(['POST /v1/auth/guest']);
});

test('storage may be asynchronous, as on React Native', async () => {
  const items = new Map<string, string>();
  const storage: SessionStorage = {
    getItem: async (key) => items.get(key) ?? null,
    setItem: async (key, value) => void items.set(key, value),
    removeItem: async (key) => void items.delete(key),
  };
  const { url, client } = await start(storage);
  await client.signInAsGuest();
  const nextVisit = new MeridianClient(url, { storage });
  expect(await nextVisit.profile.get()).toMatchObject({ displayName: 'Ada' });
  await nextVisit.signOut();
  expect(items.size).toBe(0);
});

test('a stored guest whom the server has forgotten becomes a new one', async () => {
  const { url, storage, client } = await start();
  server.accessTokenTtlMs = 0;
  await client.signInAsGuest();
  server.forgetEverybody();
  const nextVisit = new MeridianClient(url, { storage });
  expect(await nextVisit.signInAsGuest()).toMatchObject({ isNew: true });
});

test('a stored guest is not given up because the server is away', async () => {
  const { url, storage, client } = await start();
  server.accessTokenTtlMs = 0;
  await client.signInAsGuest();
  server.close();
  const nextVisit = new MeridianClient(url, { storage });
  await expect(nextVisit.signInAsGuest()).rejects.toMatchObject({ code: 'NETWORK' });
  expect(storage.getItem(`meridian.session ${url}`)).not.toBeNull();
});

test('a token about to expire is refreshed before its use, once for all callers', async () => {
  const { url, storage, client } = await start();
  server.accessTokenTtlMs = 5_000;
  await client.signInAsGuest();
  server.accessTokenTtlMs = 3_600_000;

  const nextVisit = new MeridianClient(url, { storage });
  await Promise.all(Array.from({ length: 8 }, () => nextVisit.profile.get()));

  expect(server.count('POST /v1/auth/refresh')).toBe(1);
  expect(server.count('GET /v1/profiles/me'), 'none was refused').toBe(8);
});

test('a token the server calls expired is refreshed once for all callers, and each request repeated', async () => {
  const { client } = await start();
  await client.signInAsGuest();
  server.expireAccessToken();

  const profiles = await Promise.all(Array.from({ length: 8 }, () => client.profile.get()));

  expect(profiles).toHaveLength(8);
  expect(server.count('POST /v1/auth/refresh')).toBe(1);
  expect(server.count('GET /v1/profiles/me')).toBe(16);
});

test('a clock that is wrong does not refresh with every request', async () => {
  const { client } = await start();
  server.accessTokenTtlMs = -3_600_000;
  await client.signInAsGuest();
  for (let i = 0; i < 5; i++) await client.profile.get();
  expect(server.count('POST /v1/auth/refresh')).toBe(0);
});

test('two tabs share one session: the slower adopts the tokens of the faster', async () => {
  const { url, storage, client: first } = await start();
  await first.signInAsGuest();
  const second = new MeridianClient(url, { storage });
  await second.signInAsGuest();
  server.expireAccessToken();

  await first.profile.get();
  await second.profile.get();

  expect(server.count('POST /v1/auth/refresh')).toBe(1);
});

test('when the session has ended the player is signed out and told', async () => {
  const { storage, client, url } = await start();
  await client.signInAsGuest();
  server.forgetEverybody();
  await expect(client.profile.get()).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
  expect(client.playerId).toBeNull();
  expect(storage.getItem(`meridian.session ${url}`)).toBeNull();
  await expect(client.profile.get()).rejects.toMatchObject({ code: 'TOKEN_MISSING' });
});

test('a patch with a revision is refused when stale, one without reads again and wins', async () => {
  const { client } = await start();
  await client.signInAsGuest();
  const { revision } = await client.profile.get();
  server.revision = 7;
  await expect(
    client.profile.patch({ displayName: 'Bea' }, { ifRevision: revision }),
  ).rejects.toMatchObject({ code: 'REVISION_STALE' });

  expect(await client.profile.patch({ displayName: 'Bea' })).toMatchObject({
    displayName: 'Bea',
    revision: 8,
  });
});

test('a server that does not answer: TIMEOUT', async () => {
  server = new TinyServer();
  const silent = createServer(() => {});
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as AddressInfo;
  const client = new MeridianClient(`http://127.0.0.1:${port}`, {
    storage: new MemoryStorage(),
    requestTimeoutMs: 100,
  });
  await expect(client.signInAsGuest()).rejects.toMatchObject({ code: 'TIMEOUT', retryable: true });
  silent.closeAllConnections();
  silent.close();
});
