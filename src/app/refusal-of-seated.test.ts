import { describe, expect, test } from 'vitest';
import type { PlayerIdentity } from '../auth/contract.ts';
import type { Revocation } from '../auth/revocation.ts';
import { RevocationList } from '../auth/revocation-list.ts';
import { refusalOfSeated } from './refusal-of-seated.ts';

const of = { id: 'v_1', playerId: 'p_ann', atMs: 1_000 };
const signedOut: Revocation = { ...of, kind: 'sign-in', signInId: 's_1', reason: 'signed-out' };
const stolen: Revocation = { ...of, kind: 'sign-in', signInId: 's_1', reason: 'stolen' };
const everywhere: Revocation = { ...of, kind: 'player' };
const banned: Revocation = { ...of, kind: 'ban', reason: 'aimbot', untilMs: null };
const lifted: Revocation = { ...of, kind: 'ban', reason: null, untilMs: null };

/** Came with a token of that sign-in, or (undefined) by a seat that matchmaking took. */
const seated = (signInId?: string) => ({
  ...{ playerId: 'p_ann', displayName: 'Ann' },
  ...(signInId === undefined ? {} : { signInId, issuedAtMs: 500 }),
});

describe('[ACC-51] a player who sits in a room', () => {
  test.each([
    ['signed out there', signedOut, 's_1', 'TOKEN_REVOKED'],
    ['signed out elsewhere', signedOut, 's_2', null],
    ['one of his devices signed out', signedOut, undefined, null],
    ['that sign-in was stolen', stolen, 's_1', 'TOKEN_REVOKED'],
    ['another sign-in was stolen', stolen, 's_2', null],
    ['one of his was stolen', stolen, undefined, 'TOKEN_REVOKED'],
    ['signed out everywhere', everywhere, 's_1', 'TOKEN_REVOKED'],
    ['all of his signed out', everywhere, undefined, 'TOKEN_REVOKED'],
    ['banned', banned, 's_1', 'PLAYER_BANNED'],
    ['banned, matched', banned, undefined, 'PLAYER_BANNED'],
    ['welcome again', lifted, 's_1', null],
    ['welcome again, matched', lifted, undefined, null],
  ])('%s', (_, revocation, signInId, code) => {
    const list = new RevocationList({ lifeMs: 60_000 });
    list.add(revocation, 1_000);
    const standing = { refusalOf: (player: PlayerIdentity) => list.refusalOf(player, 1_000) };
    expect(refusalOfSeated(seated(signInId), revocation, standing)?.code ?? null).toBe(code);
  });
});
