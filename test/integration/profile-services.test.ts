import { Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { GameError } from '../../src/errors/game-error.ts';
import { profileCalls, profileClient } from '../../src/profiles/client.ts';
import type { Profiles } from '../../src/profiles/contract.ts';
import { openSqliteProfiles } from '../../src/profiles/open-sqlite-profiles.ts';
import { PROFILE_RPC } from '../../src/profiles/profile-rpc.ts';
import { createProfileService, type ProfileService } from '../../src/profiles/service.ts';
import { systemClock } from '../../src/shared/clock.ts';
import { SqliteDatabase } from '../../src/storage/sqlite/sqlite-database.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { RpcMetrics } from '../../src/telemetry/rpc-metrics.ts';
import { SoftWriteMetrics } from '../../src/telemetry/soft-write-metrics.ts';
import { inCallContext } from '../../src/transport/rpc/call-context.ts';
import { callKey } from '../../src/transport/rpc/peer-call.ts';
import { RpcChannel } from '../../src/transport/rpc/rpc-channel.ts';
import { RpcServer } from '../../src/transport/rpc/rpc-server.ts';

const ANN = 'p_annannannannannannan';
const log = createLogger({ level: 'silent' });

type Served = Profiles & Pick<ProfileService, 'shelve'>;

async function local() {
  const database = await SqliteDatabase.open({ path: ':memory:' });
  const profiles = createProfileService({
    storage: openSqliteProfiles(database),
    regionId: 'eu',
    log,
  });
  return {
    profiles: profiles as Served,
    [Symbol.asyncDispose]: async () => await database.close(),
  };
}

/** The same service, behind a port. @param changed - what it does otherwise */
async function remote(changed: Partial<Served> = {}) {
  const here = await local();
  const registry = new Registry();
  const deps = {
    clock: systemClock,
    metrics: new RpcMetrics(registry),
    key: callKey('a secret of at least thirty-two characters'),
    tls: null,
  };
  const server = new RpcServer({ ...deps, log });
  server.add(PROFILE_RPC, profileCalls({ ...here.profiles, ...changed }));
  const port = await server.listen({ port: 0, address: '127.0.0.1' });
  const channel = new RpcChannel(PROFILE_RPC, `127.0.0.1:${port}`, deps);
  return {
    profiles: profileClient(channel.calls, { log, softWrites: new SoftWriteMetrics() }),
    /** What the service itself has. */
    served: here.profiles,
    registry,
    [Symbol.asyncDispose]: async () => {
      channel.close();
      await server.close(0);
      await here[Symbol.asyncDispose]();
    },
  };
}

describe.each([
  { binding: 'in this process', open: local },
  { binding: 'over gRPC', open: () => remote() },
])('[SE-1] profiles $binding', ({ open }) => {
  test('are made, read and changed', async () => {
    await using opened = await open();
    const { profiles } = opened;
    expect(await profiles.read(ANN)).toBeNull();
    const made = await profiles.create({ playerId: ANN, displayName: ' Ann 🦦 ' });
    expect(made).toMatchObject({ playerId: ANN, displayName: 'Ann 🦦', revision: 1, data: {} });
    const data = { sound: false, keys: ['w', null, 0.5], nested: { a: {} }, none: null };
    const patched = await profiles.patch(ANN, { ifRevision: 1, data });
    expect(patched).toMatchObject({ revision: 2, data: { sound: false, keys: ['w', null, 0.5] } });
    expect(await profiles.addStatistics(ANN, { 'duel.wins': 1, share: -0.25 })).toMatchObject({
      statistics: { 'duel.wins': 1, share: -0.25 },
    });
    const read = await profiles.read(ANN);
    expect(read).toMatchObject({ revision: 3, displayName: 'Ann 🦦' });
    expect(read).toEqual({ ...patched, ...read });
    expect(await profiles.readForDisplay(ANN)).toEqual(read);
  });

  test('count an operation once, and refuse what the player has not', async () => {
    await using opened = await open();
    const { profiles } = opened;
    await profiles.create({ playerId: ANN, displayName: 'Ann' });
    const reward = { operationId: 'match:1', reason: 'won', currencies: { gold: 30 } };
    const applied = await profiles.operate(ANN, { ...reward, items: { sword: 1 } });
    expect(applied).toMatchObject({
      kind: 'applied',
      entry: { sequence: 1, after: { currencies: { gold: 30 }, items: { sword: 1 } } },
    });
    const again = await profiles.operate(ANN, { ...reward, items: { sword: 1 } });
    expect(again).toEqual({ ...applied, kind: 'repeated' });
    const price = { operationId: 'shop:1', reason: 'bought', currencies: { gold: -31 } };
    expect(await profiles.operate(ANN, price)).toEqual({
      kind: 'refused',
      reason: 'insufficient',
      name: 'gold',
      has: 30,
      needs: 31,
    });
    await expect(profiles.operate(ANN, reward)).rejects.toMatchObject({
      code: 'OPERATION_CONFLICT',
    });
  });

  test('say what is wrong', async () => {
    await using opened = await open();
    const { profiles } = opened;
    await profiles.create({ playerId: ANN, displayName: 'Ann' });
    const errors = {
      PROFILE_EXISTS: () => profiles.create({ playerId: ANN, displayName: 'Ann' }),
      PROFILE_UNKNOWN: () => profiles.addStatistics('p_nobody', { wins: 1 }),
      REVISION_STALE: () => profiles.patch(ANN, { ifRevision: 7, displayName: 'Anna' }),
      BAD_REQUEST: () => profiles.create({ playerId: ANN, displayName: '\u202e' }),
    };
    // Nobody can have it: it is said at once, not to whoever is in the same batch.
    expect(() => profiles.writeSoon('nobody', { section: 'position', value: {} })).toThrow(
      'malformed',
    );
    for (const [code, ask] of Object.entries(errors)) {
      await expect(ask(), code).rejects.toMatchObject({ code });
    }
    const deep = { operationId: 'no spaces', reason: '', currencies: { gold: 0.5 } };
    const refused = profiles.operate(ANN, deep);
    await expect(refused).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      details: { issues: expect.arrayContaining([expect.anything()]) },
    });
  });

  test('refuse what is too deep or too long, and repeat no more of it than tells what is meant', async () => {
    await using opened = await open();
    const { profiles } = opened;
    await profiles.create({ playerId: ANN, displayName: 'Ann' });
    const data = { deep: JSON.parse('['.repeat(5_000) + ']'.repeat(5_000)) };
    await expect(profiles.patch(ANN, { ifRevision: 1, data })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
    });
    const long = 'x'.repeat(100_000);
    const refused = await profiles
      .addStatistics(ANN, { [long]: 1 })
      .catch((error: unknown) => error as GameError);
    expect(refused).toMatchObject({ code: 'BAD_REQUEST' });
    expect(JSON.stringify((refused as GameError).details).length).toBeLessThan(1_000);
  });
});

test('[SE-1] [PR-61] over gRPC it is said that a write waits', async () => {
  await using opened = await remote({
    operate: async () => ({ kind: 'deferred' }),
    addStatistics: async () => null,
  });
  const { profiles } = opened;
  const reward = { operationId: 'match:1', reason: 'won', currencies: { gold: 30 } };
  expect(await profiles.operate(ANN, reward)).toEqual({ kind: 'deferred' });
  expect(await profiles.addStatistics(ANN, { wins: 1 })).toBeNull();
});

test('[PR-78] over gRPC soft data of many players goes in calls that are not too large', async () => {
  await using opened = await remote();
  const { profiles } = opened;
  const value = { text: 'x'.repeat(16_000) };
  const players = Array.from({ length: 100 }, (_, n) => `p_${String(n).padStart(20, '0')}`);
  for (const playerId of players) profiles.writeSoon(playerId, { section: 'settings', value });
  await profiles.drain();
  for (const playerId of players) {
    expect(await opened.served.readSection(playerId, 'settings')).toEqual(value);
  }
});

test('[PR-78] over gRPC soft data goes on when the call is over in which its first value was put', async () => {
  await using opened = await remote();
  const { profiles, registry } = opened;
  const over = { traceparent: '', deadlineMs: systemClock.monotonicMs() - 1 };
  inCallContext(over, () => profiles.writeSoon(ANN, { section: 'position', value: { n: 1 } }));
  const sent = async () =>
    (await registry.metrics())
      .split('\n')
      .filter((line) => /_count{.*"client".*WriteSoon/.test(line))
      .map((line) => /outcome="(\w+)"/.exec(line)?.[1]);
  await expect.poll(sent).not.toEqual([]);
  expect(await sent()).toEqual(['ok']);
});

test('[PR-71] [PR-78] over gRPC a flush fails when the values before it could not be kept where others find them', async () => {
  const shelve = () => Promise.reject(new GameError('STORE_UNAVAILABLE'));
  await using opened = await remote({ shelve });
  const { profiles } = opened;
  profiles.writeSoon(ANN, { section: 'position', value: { n: 1 } });
  await expect(profiles.flush(ANN)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  expect(await profiles.readSection(ANN, 'position')).toEqual({ n: 1 });
});
