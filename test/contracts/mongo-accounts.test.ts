// Accounts in MongoDB: what every store promises, and what many clients and crashes make of it.

import { randomBytes } from 'node:crypto';
import { afterAll, describe, expect, test } from 'vitest';
import type { SessionTokens } from '../../src/protocol/rest.ts';
import { openMongo } from '../../src/storage/mongo/mongo-connection.ts';
import { missingTool } from '../support/missing-tool.ts';
import { MongoServer } from '../support/mongo-server.ts';
import { openAccounts } from '../support/open-accounts.ts';
import { MeridianProcess } from '../support/start-meridian.ts';
import { banStoreContract } from './ban-store-contract.ts';
import { identityStoreContract } from './identity-store-contract.ts';
import { refreshTokenStoreContract } from './refresh-token-store-contract.ts';

const isMissing = missingTool('mongo-server');
const server = isMissing ? null : await MongoServer.start();
const name = server?.name ?? 'no server here';

afterAll(() => server?.[Symbol.asyncDispose]());

/** Tests run only where there is one. */
function theServer(): MongoServer {
  if (server === null) throw new Error('skipped');
  return server;
}

const PASSWORD = 'operator of two regions';

async function operatorBans({ adminPort }: MeridianProcess, playerId: string): Promise<void> {
  const url = `http://127.0.0.1:${adminPort}/admin/v1/players/${playerId}/ban`;
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      Authorization: `Basic ${btoa(`operator:${PASSWORD}`)}`,
      'Content-Type': 'application/json',
    },
    body: JSON.stringify({ reason: 'aimbot' }),
  });
  expect(response.ok).toBe(true);
}

async function openOne() {
  const opened = await theServer().openDatabase();
  return { ...opened, ...openAccounts(opened.database) };
}

/** Several clients of one database, as nodes are. */
async function openClients(count: number) {
  const owned = new AsyncDisposableStack();
  const { uri } = owned.use(await theServer().openDatabase());
  const databases = await Promise.all(
    Array.from({ length: count }, () => openMongo({ uri, regionId: 'eu', minPoolSize: 0 })),
  );
  for (const database of databases) owned.use(database);
  return {
    clients: databases.map((database) => openAccounts(database)),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

describe.skipIf(isMissing)('MongoDB', () => {
  identityStoreContract(name, async () => {
    const opened = await openOne();
    return { ...opened, store: opened.identities };
  });

  banStoreContract(name, async () => {
    const opened = await openOne();
    return { ...opened, store: opened.bans };
  });

  refreshTokenStoreContract(name, async () => {
    const opened = await openOne();
    return { ...opened, count: null, store: opened.refreshTokens };
  });

  describe('[ACC-62] many clients at once', () => {
    test('of eight that link the same one has it, for one player or for eight', async () => {
      await using opened = await openClients(8);
      const { clients } = opened;
      const [first] = clients;
      for (const playerIdOf of [() => 'p_ann', (client: number) => `p_${client}`]) {
        const provider = playerIdOf.length === 0 ? 'google' : 'steam';
        const outcomes = await Promise.all(
          clients.map(({ identities }, client) =>
            identities.link({
              ...{ provider, subject: '1', playerId: playerIdOf(client) },
              ...{ passwordHash: null, linkedAtMs: 1 },
            }),
          ),
        );
        const owner = await first?.identities.find(provider, '1');
        expect(owner).not.toBeNull();
        expect(outcomes.filter(({ kind }) => kind === 'linked')).toHaveLength(1);
        expect(outcomes.filter(({ kind }) => kind === 'taken')).toEqual(
          Array(7).fill({ kind: 'taken', playerId: owner?.playerId }),
        );
      }
      // The seven left nothing behind.
      expect(await first?.models.accounts.countDocuments()).toBeLessThanOrEqual(2);
      expect(await first?.models.identities.countDocuments()).toBe(2);
    });

    test('a player has one of a kind, whatever eight link at once', async () => {
      await using opened = await openClients(8);
      const outcomes = await Promise.all(
        opened.clients.map(({ identities }, client) =>
          identities.link({
            ...{ provider: 'google', subject: `${client}`, playerId: 'p_ann' },
            ...{ passwordHash: null, linkedAtMs: 1 },
          }),
        ),
      );
      expect(outcomes.map(({ kind }) => kind).toSorted()).toEqual([
        ...Array<string>(7).fill('exists'),
        'linked',
      ]);
    });

    test('of the last two one stays, when two clients unlink them at once', async () => {
      await using opened = await openClients(2);
      const [one, other] = opened.clients;
      for (let round = 0; round < 10; round += 1) {
        const playerId = `p_${round}`;
        for (const provider of ['google', 'steam']) {
          const identity = { provider, subject: playerId, playerId };
          await one?.identities.link({ ...identity, passwordHash: null, linkedAtMs: 1 });
        }
        const outcomes = await Promise.all([
          one?.identities.unlink(playerId, 'google'),
          other?.identities.unlink(playerId, 'steam'),
        ]);
        expect(outcomes.toSorted()).toEqual(['last', 'unlinked']);
        expect(await other?.identities.ofPlayer(playerId)).toHaveLength(1);
      }
    });

    test('of ten that spend one token at once none keeps a good one', async () => {
      await using opened = await openClients(10);
      const family = { familyId: 's_1', playerId: 'p_ann' };
      const shown = (tokenHash: string) => ({ ...family, tokenHash });
      const [first] = opened.clients;
      await first?.refreshTokens.start(family, { tokenHash: 't1', expiresAtMs: 10_000 });
      const rotations = await Promise.all(
        opened.clients.map(({ refreshTokens }, client) =>
          refreshTokens.rotate(shown('t1'), { tokenHash: `n${client}`, expiresAtMs: 10_000 }),
        ),
      );
      expect(rotations.filter(({ kind }) => kind === 'rotated')).toHaveLength(1);
      expect(rotations.filter(({ kind }) => kind === 'reused')).toHaveLength(1);
      for (let client = 0; client < 10; client += 1) {
        expect(await first?.refreshTokens.findOwner(shown(`n${client}`))).toBeNull();
      }
    });

    test('of ten decisions on a player the latest counts', async () => {
      await using opened = await openClients(10);
      await Promise.all(
        opened.clients.map(({ bans }, client) =>
          bans.record({
            ...{ playerId: 'p_ann', decidedAtMs: (client * 7) % 10 },
            ...{ reason: `${(client * 7) % 10}`, untilMs: null },
          }),
        ),
      );
      expect(await opened.clients[0]?.bans.find('p_ann')).toMatchObject({ reason: '9' });
    });
  });

  test('[ACC-55] of what was unlinked, and of a player that is forgotten, nothing is kept', async () => {
    await using opened = await openOne();
    const { identities, refreshTokens, models } = opened;
    for (const provider of ['email', 'google', 'steam']) {
      const identity = { provider, subject: 'ann@example.com', playerId: 'p_ann' };
      await identities.link({ ...identity, passwordHash: null, linkedAtMs: 1 });
    }
    await identities.unlink('p_ann', 'email');
    expect(await models.identities.find().lean().exec()).toHaveLength(2);
    const family = { familyId: 's_1', playerId: 'p_ann' };
    await refreshTokens.start(family, { tokenHash: 't1', expiresAtMs: 10_000 });
    const shown = { ...family, tokenHash: 't1' };
    await refreshTokens.rotate(shown, { tokenHash: 't2', expiresAtMs: 20_000 });
    await identities.forgetPlayer('p_ann');
    await refreshTokens.revokePlayer('p_ann', 1);
    for (const model of Object.values(models)) {
      expect(await model.collection.find().toArray()).toEqual([]);
    }
  });

  test('[ACC-63] what ends says when, for the database to remove it', async () => {
    await using opened = await openOne();
    const { refreshTokens, models } = opened;
    const family = { familyId: 's_1', playerId: 'p_ann' };
    await refreshTokens.start(family, { tokenHash: 't1', expiresAtMs: 10_000 });
    const shown = { ...family, tokenHash: 't1' };
    await refreshTokens.rotate(shown, { tokenHash: 't2', expiresAtMs: 20_000 });
    for (const [model, expiresAtMs] of [
      [models.spentTokens, 10_000],
      [models.signIns, 20_000],
    ] as const) {
      const indexes = await model.collection.indexes();
      expect(indexes).toContainEqual(
        expect.objectContaining({ key: { expiresAt: 1 }, expireAfterSeconds: 0 }),
      );
      const documents = await model.collection.find().toArray();
      expect(documents).toMatchObject([{ expiresAt: new Date(expiresAtMs) }]);
    }
  });

  test('[ACC-60] accounts of one MongoDB are the same in every region', {
    timeout: 60_000,
  }, async () => {
    await using opened = await theServer().openDatabase();
    const env = {
      MONGO_URI: opened.uri,
      JWT_SECRET: 'the same in every region, 32 characters',
      MERIDIAN_ADMIN_PASSWORD: PASSWORD,
    };
    const game = 'test/support/field-game.ts';
    await using eu = await MeridianProcess.start({
      game,
      env: { ...env, MERIDIAN_REGION_ID: 'eu' },
    });
    await using us = await MeridianProcess.start({
      game,
      env: { ...env, MERIDIAN_REGION_ID: 'us' },
    });
    const at = async ({ url }: MeridianProcess, path: string, body: unknown) => {
      const response = await fetch(`${url}/v1/auth/${path}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      });
      return { status: response.status, body: (await response.json()) as SessionTokens };
    };
    const tokenOf = ({ refreshToken }: SessionTokens) => ({ refreshToken });
    const deviceKey = randomBytes(32).toString('base64url');
    const first = (await at(eu, 'device', { deviceKey })).body;
    // The same device is the same player in the other region, with the same profile.
    const there = (await at(us, 'device', { deviceKey })).body;
    expect(there.playerId).toBe(first.playerId);
    expect(there.displayName).toBe(first.displayName);

    const second = await at(us, 'refresh', tokenOf(first));
    expect([second.status, second.body.playerId]).toEqual([200, first.playerId]);
    const third = await at(eu, 'refresh', tokenOf(second.body));
    expect(third.status).toBe(200);
    // Spent in one region, shown again in the other: the family ends in both.
    expect((await at(us, 'refresh', tokenOf(first))).status).toBe(401);
    expect((await at(eu, 'refresh', tokenOf(third.body))).status).toBe(401);
    expect((await at(us, 'refresh', tokenOf(third.body))).status).toBe(401);
    expect((await at(eu, 'refresh', tokenOf(there))).status).toBe(200);

    const banned = (await at(us, 'device', { deviceKey })).body;
    await operatorBans(eu, banned.playerId);
    expect((await at(us, 'refresh', tokenOf(banned))).status).toBe(403);
    expect((await at(us, 'device', { deviceKey })).status).toBe(403);
  });
});
