// Accounts over a router of shards: what they send, and what is left when a process dies in the middle.

import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AccountModels } from '../../src/auth/account-mongo-models.ts';
import { MongoIdentityStore } from '../../src/auth/identity-store-mongo.ts';
import { openMongo } from '../../src/storage/mongo/mongo-connection.ts';
import { MongosDouble, TOO_LATE } from '../support/mongos-double.ts';
import { openAccounts } from '../support/open-accounts.ts';
import { banStoreContract } from './ban-store-contract.ts';
import { identityStoreContract } from './identity-store-contract.ts';
import { refreshTokenStoreContract } from './refresh-token-store-contract.ts';

async function openDouble() {
  const mongos = await MongosDouble.start();
  const database = await openMongo({ uri: mongos.uri, regionId: 'us', minPoolSize: 0 });
  return {
    mongos,
    ...openAccounts(database),
    [Symbol.asyncDispose]: async () => {
      await database.close();
      await mongos[Symbol.asyncDispose]();
    },
  };
}

type Double = Awaited<ReturnType<typeof openDouble>>;

describe('every contract, over a router', () => {
  const opened: MongosDouble[] = [];
  const open = async () => {
    const double = await openDouble();
    opened.push(double.mongos);
    return double;
  };

  identityStoreContract('MongoDB, mongos double', async () => {
    const double = await open();
    return { ...double, store: double.identities };
  });
  banStoreContract('MongoDB, mongos double', async () => {
    const double = await open();
    return { ...double, store: double.bans };
  });
  refreshTokenStoreContract('MongoDB, mongos double', async () => {
    const double = await open();
    return { ...double, count: null, store: double.refreshTokens };
  });

  test('[ACC-61] and no command of it was for more than one shard', () => {
    // Also that it looked.
    expect(opened.flatMap(({ seen }) => seen).length).toBeGreaterThan(150);
    expect(opened.flatMap(({ untargeted }) => untargeted)).toEqual([]);
  });

  test('[ACC-61] and every question, change and deletion of it had an end', () => {
    const asked = opened
      .flatMap(({ seen }) => seen)
      .filter(({ name }) => ['find', 'update', 'delete'].includes(name));
    expect(asked.length).toBeGreaterThan(150);
    expect(asked.filter(({ command }) => command['maxTimeMS'] !== 2_000)).toEqual([]);
  });
});

const PLAYERS = ['p_ann', 'p_bob', 'p_cid'] as const;
const WAYS = ['email', 'google'] as const;
const SUBJECTS = ['x', 'y'] as const;

/** From its n-th command on nothing of it arrives; the n-th itself does, if `isHeard`. */
interface Death {
  readonly nth: number;
  readonly isHeard: boolean;
}

function dying(mongos: MongosDouble, { nth, isHeard }: Death): void {
  let count = 0;
  mongos.fault = () => {
    count += 1;
    if (count < nth) return undefined;
    return isHeard && count === nth ? 'too-late' : TOO_LATE;
  };
}

type Owners = Readonly<Record<string, string>>;

/** Who has what. As players see it and as signing in does is the same, or it throws. */
async function whoHasWhat(double: Double): Promise<Owners> {
  const listed = await listedWays(double);
  const owners: Record<string, string> = {};
  for (const [provider, subject] of WAYS.flatMap((way) => SUBJECTS.map((it) => [way, it]))) {
    const identity = await double.identities.find(`${provider}`, `${subject}`);
    if (identity) owners[`${provider}/${subject}`] = identity.playerId;
  }
  expect(owners).toEqual(listed);
  return owners;
}

async function listedWays({ identities }: Double): Promise<Owners> {
  const listed: Record<string, string> = {};
  for (const playerId of PLAYERS) {
    const ways = await identities.ofPlayer(playerId);
    expect(new Set(ways.map(({ provider }) => provider)).size).toBe(ways.length);
    for (const { provider, subject } of ways) {
      // Nobody has it twice.
      expect(listed).not.toHaveProperty([`${provider}/${subject}`]);
      listed[`${provider}/${subject}`] = playerId;
    }
  }
  return listed;
}

interface Step {
  readonly action: 'link' | 'unlink' | 'forget';
  readonly playerId: string;
  readonly provider: string;
  readonly subject: string;
  /** Null: it lives to the end. */
  readonly death: Death | null;
}

const steps: fc.Arbitrary<Step> = fc.record({
  action: fc.constantFrom('link', 'link', 'link', 'unlink', 'forget'),
  playerId: fc.constantFrom(...PLAYERS),
  provider: fc.constantFrom(...WAYS),
  subject: fc.constantFrom(...SUBJECTS),
  death: fc.option(fc.record({ nth: fc.integer({ min: 1, max: 12 }), isHeard: fc.boolean() })),
});

/** What a step makes of it when nobody dies. */
function ifDone(owners: Owners, { action, playerId, provider, subject }: Step): Owners {
  const entries = Object.entries(owners);
  const his = entries.filter(([, owner]) => owner === playerId).map(([it]) => it);
  const ofKind = his.find((it) => it.startsWith(`${provider}/`));
  const key = `${provider}/${subject}`;
  if (action === 'forget') return Object.fromEntries(entries.filter(([it]) => !his.includes(it)));
  if (action === 'link') {
    return key in owners || ofKind !== undefined ? owners : { ...owners, [key]: playerId };
  }
  if (ofKind === undefined || his.length === 1) return owners;
  return Object.fromEntries(entries.filter(([it]) => it !== ofKind));
}

async function take({ identities }: Double, step: Step): Promise<void> {
  const { action, playerId, provider, subject } = step;
  const identity = { playerId, provider, subject, passwordHash: null, linkedAtMs: 1 };
  if (action === 'link') await identities.link(identity);
  else if (action === 'unlink') await identities.unlink(playerId, provider);
  else await identities.forgetPlayer(playerId);
}

/** Takes a step. @returns whether its process has died of it */
async function diesOf(double: Double, step: Step): Promise<boolean> {
  if (step.death) dying(double.mongos, step.death);
  try {
    await take(double, step);
    return false;
  } catch (error) {
    expect(error).toMatchObject({ code: 'STORE_UNAVAILABLE' });
    return true;
  } finally {
    double.mongos.fault = () => undefined;
  }
}

describe('[ACC-62] a process dies in the middle', () => {
  test('a step has happened or not, whoever comes next', { timeout: 60_000 }, async () => {
    await using double = await openDouble();
    let deaths = 0;
    const live = async (story: readonly Step[]) => {
      double.mongos.fault = () => undefined;
      for (const playerId of PLAYERS) await double.identities.forgetPlayer(playerId);
      let owners: Owners = {};
      for (const next of story) {
        const hasDied = await diesOf(double, next);
        const found = await whoHasWhat(double);
        const outcomes = hasDied ? [owners, ifDone(owners, next)] : [ifDone(owners, next)];
        expect(outcomes).toContainEqual(found);
        owners = found;
        if (hasDied) deaths += 1;
      }
    };
    await fc.assert(fc.asyncProperty(fc.array(steps, { minLength: 4, maxLength: 20 }), live), {
      numRuns: 25,
    });
    expect(deaths).toBeGreaterThan(50);
  });

  test('several at once, some of whom die: nobody has what another has', async () => {
    await using double = await openDouble();
    const live = async (story: readonly (readonly Step[])[]) => {
      for (const together of story) {
        const death = together.find((each) => each.death !== null)?.death;
        if (death) dying(double.mongos, death);
        await Promise.allSettled(together.map((each) => take(double, each)));
        double.mongos.fault = () => undefined;
        await whoHasWhat(double);
      }
    };
    const rounds = fc.array(fc.array(steps, { minLength: 2, maxLength: 4 }), { maxLength: 8 });
    await fc.assert(fc.asyncProperty(rounds, live), { numRuns: 60 });
  });

  test('an unlinking that dies when it has decided is done, and its subject is free', async () => {
    await using double = await openDouble();
    const { identities, mongos } = double;
    const way = (playerId: string, provider: string) => ({
      ...{ playerId, provider, subject: 'x', passwordHash: null, linkedAtMs: 1 },
    });
    await identities.link(way('p_ann', 'google'));
    await identities.link(way('p_ann', 'email'));
    // Read, and written: the claim is still there.
    dying(mongos, { nth: 2, isHeard: true });
    await expect(identities.unlink('p_ann', 'google')).rejects.toThrow();
    mongos.fault = () => undefined;
    expect(await identities.find('google', 'x')).toBeNull();
    expect(await identities.link(way('p_bob', 'google'))).toEqual({ kind: 'linked' });
    expect(await whoHasWhat(double)).toEqual({ 'google/x': 'p_bob', 'email/x': 'p_ann' });
  });

  test('one that stands still before it claims, and goes on when others have passed', async () => {
    await using double = await openDouble();
    const { identities, models } = double;
    const identity = (playerId: string, provider = 'google') => ({
      ...{ playerId, provider, subject: 'x', passwordHash: null, linkedAtMs: 1 },
    });
    const slow = new MongoIdentityStore({
      models: pausing(models, async () => {
        // Bob has it, Ann’s account is settled without it, and Bob lets go of it.
        await identities.link(identity('p_bob', 'email'));
        await identities.link(identity('p_bob'));
        expect(await identities.ofPlayer('p_ann')).toEqual([]);
        await identities.unlink('p_bob', 'google');
      }),
      newToken: randomUUID,
    });
    expect(await slow.link(identity('p_ann'))).toEqual({ kind: 'linked' });
    expect(await whoHasWhat(double)).toEqual({ 'google/x': 'p_ann', 'email/x': 'p_bob' });
    expect(await models.accounts.find({ _id: 'p_ann' }).lean().exec()).toMatchObject([
      { ways: [{ provider: 'google', phase: 'linked' }] },
    ]);
  });

  test('who claims for a way that is gone already leaves nothing that counts', async () => {
    await using double = await openDouble();
    const { identities, models } = double;
    await models.identities.insertOne({ _id: 'google/x', playerId: 'p_gone', token: 'old' });
    expect(await identities.find('google', 'x')).toBeNull();
    const identity = { provider: 'google', subject: 'x', playerId: 'p_ann' };
    const linked = await identities.link({ ...identity, passwordHash: null, linkedAtMs: 1 });
    expect(linked).toEqual({ kind: 'linked' });
    expect(await identities.find('google', 'x')).toMatchObject({ playerId: 'p_ann' });
  });

  test.each(['lose-request', 'lose-reply'] as const)(
    '%s: a step whose socket breaks is sent again under its number, and done once',
    async (fault) => {
      await using double = await openDouble();
      const { refreshTokens, identities, mongos } = double;
      const family = { familyId: 's_1', playerId: 'p_ann' };
      const token = (tokenHash: string) => ({ tokenHash, expiresAtMs: 10_000 });
      await refreshTokens.start(family, token('t1'));
      const breakOnce = (name: string, collection: string) => {
        let isBroken = false;
        mongos.fault = (seen) => {
          if (isBroken || seen.name !== name || seen.collection !== collection) return undefined;
          isBroken = true;
          return fault;
        };
      };
      breakOnce('update', 'sign_ins');
      // Not taken for one that was used twice.
      const rotation = await refreshTokens.rotate({ ...family, tokenHash: 't1' }, token('t2'));
      expect(rotation).toEqual({ kind: 'rotated', ...family });
      breakOnce('insert', 'identities');
      const identity = { provider: 'google', subject: 'x', playerId: 'p_ann' };
      const linked = await identities.link({ ...identity, passwordHash: null, linkedAtMs: 1 });
      expect(linked).toEqual({ kind: 'linked' });
    },
  );

  test('a refresh that dies before it is done can be asked for again', async () => {
    for (const isHeard of [false, true]) {
      for (const nth of [1, 2, 3]) {
        await using double = await openDouble();
        const { refreshTokens, mongos } = double;
        const family = { familyId: 's_1', playerId: 'p_ann' };
        const shown = (tokenHash: string) => ({ ...family, tokenHash });
        const token = (tokenHash: string) => ({ tokenHash, expiresAtMs: 10_000 });
        await refreshTokens.start(family, token('t1'));
        dying(mongos, { nth, isHeard });
        await expect(refreshTokens.rotate(shown('t1'), token('lost'))).rejects.toMatchObject({
          code: 'STORE_UNAVAILABLE',
        });
        mongos.fault = () => undefined;
        // Spent only when its third command was heard: then nobody knows who has its successor.
        const isSpent = isHeard && nth === 3;
        expect(await refreshTokens.findOwner(shown('t1'))).toBe(isSpent ? null : 'p_ann');
        const again = await refreshTokens.rotate(shown('t1'), token('t2'));
        expect(again.kind).toBe(isSpent ? 'reused' : 'rotated');
      }
    }
  });
});

/** Stands still before its first claim, while `meanwhile` happens. */
function pausing(models: AccountModels, meanwhile: () => Promise<void>): AccountModels {
  let isFirst = true;
  const identities = new Proxy(models.identities, {
    get: (target, method: keyof AccountModels['identities']) => {
      if (method !== 'insertOne') return Reflect.get(target, method);
      return async (document: never) => {
        if (isFirst) {
          isFirst = false;
          await meanwhile();
        }
        return await target.insertOne(document);
      };
    },
  });
  return { ...models, identities };
}
