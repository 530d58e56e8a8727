import { describe, expect, test } from 'vitest';
import type { PlayerIdentity } from '../auth/contract.ts';
import type { Revocation } from '../auth/revocation.ts';
import { RevocationList } from '../auth/revocation-list.ts';
import { evictionFor } from './eviction-for.ts';

const of = { id: 'v_1', playerId: 'p_ann', atMs: 1_000 };
const signIn = { ...of, kind: 'sign-in', signInId: 's_1' } as const;

describe('[TK-16] what a revocation takes from him in matchmaking', () => {
  test.each<[string, Revocation, object | null]>([
    ['one device signed out', { ...signIn, reason: 'signed-out' }, null],
    [
      'a sign-in was stolen',
      { ...signIn, reason: 'stolen' },
      { playerId: 'p_ann', ticketsUntilMs: 2_000, leavesParty: false },
    ],
    [
      'signed out everywhere',
      { ...of, kind: 'player' },
      { playerId: 'p_ann', ticketsUntilMs: 2_000, leavesParty: false },
    ],
    [
      'banned',
      { ...of, kind: 'ban', reason: 'aimbot', untilMs: null },
      { playerId: 'p_ann', ticketsUntilMs: null, leavesParty: true },
    ],
    ['a ban that is over already', { ...of, kind: 'ban', reason: 'aimbot', untilMs: 900 }, null],
    ['welcome again', { ...of, kind: 'ban', reason: null, untilMs: null }, null],
  ])('%s', (_, revocation, eviction) => {
    const list = new RevocationList({ lifeMs: 60_000 });
    list.add(revocation, 1_000);
    const standing = { refusalOf: (player: PlayerIdentity) => list.refusalOf(player, 1_000) };
    expect(evictionFor(revocation, standing)).toEqual(eviction);
  });
});
