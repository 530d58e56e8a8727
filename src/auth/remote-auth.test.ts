import { pino } from 'pino';
import { expect, test } from 'vitest';
import { GameError } from '../errors/game-error.ts';
import type { PlayerAccounts, PlayerIdentity } from './contract.ts';
import { createRemoteAuth } from './remote-auth.ts';
import type { Revocation } from './revocation.ts';
import type { RevocationLog } from './revocation-log.ts';
import { Revocations } from './revocations.ts';

const NOW_MS = Date.UTC(2030, 0, 1);
const ANN: PlayerIdentity = { playerId: 'p_ann', displayName: 'Ann', signInId: 's_1' };
const clock = { wallMs: () => NOW_MS, monotonicMs: () => 0 };

/** A node whose region announces, and whose news do not arrive. */
async function nodeWithoutNews() {
  const kept: { readonly revocation: Revocation; readonly expiresAtMs: number }[] = [];
  let isAway = false;
  const revocationLog: RevocationLog = {
    add: async (revocation, expiresAtMs) => void kept.push({ revocation, expiresAtMs }),
    keep: async () => {},
    unexpired: async (afterMs = NOW_MS) => {
      if (isAway) throw new Error('Redis is away');
      return kept.flatMap(({ revocation, expiresAtMs }) =>
        expiresAtMs > afterMs ? [revocation] : [],
      );
    },
    onAdded: () => {},
    onGap: () => {},
  };
  const options = { tokenTtlMs: 600_000 };
  const deps = { clock, revocationLog, log: pino({ level: 'silent' }) };
  const revocations = await Revocations.open(deps, options);
  /** Of the service: it announces what it is asked for, then answers. */
  const announcing = await Revocations.open(deps, options);
  const end = () =>
    announcing.announce({
      ...{ id: 'v_1', playerId: ANN.playerId, atMs: NOW_MS },
      ...{ kind: 'sign-in', signInId: 's_1', reason: 'stolen' },
    });
  const accounts = {
    signOut: end,
    refresh: async () => {
      await end();
      throw new GameError('TOKEN_INVALID');
    },
  } as unknown as PlayerAccounts;
  const auth = createRemoteAuth({
    accounts,
    tokens: { verify: async () => ANN },
    revocations,
  });
  return {
    auth,
    revocations,
    loseRedis: () => {
      isAway = true;
    },
  };
}

test('[SE-13] a node obeys what it has asked for before it says that it is done', async () => {
  const { auth, revocations } = await nodeWithoutNews();
  const heard: string[] = [];
  revocations.onRevoked(({ id }) => heard.push(id));
  expect(await auth.verify('token')).toEqual(ANN);
  await auth.signOut('r_1');
  await expect(auth.verify('token')).rejects.toMatchObject({ code: 'TOKEN_REVOKED' });
  expect(heard).toEqual(['v_1']);
});

test('[SE-13] also when the answer is no, as for a spent refresh token', async () => {
  const { auth } = await nodeWithoutNews();
  await expect(auth.refresh('r_1')).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
  await expect(auth.verify('token')).rejects.toMatchObject({ code: 'TOKEN_REVOKED' });
});

test('[SE-13] without Redis it is done all the same, and heard of when the news arrive', async () => {
  const { auth, loseRedis } = await nodeWithoutNews();
  loseRedis();
  await auth.signOut('r_1');
  expect(await auth.verify('token')).toEqual(ANN);
});
