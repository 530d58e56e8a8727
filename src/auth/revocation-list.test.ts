import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Revocation } from './revocation.ts';
import { RevocationList } from './revocation-list.ts';

const LIFE_MS = 1_000;
const ann = { playerId: 'p_ann', displayName: 'Ann', signInId: 's_1', issuedAtMs: 500 };
let ids = 0;
const base = (atMs = 500) => ({ id: `v_${++ids}`, playerId: 'p_ann', atMs });
const ended = (signInId: string, atMs?: number): Revocation => ({
  ...base(atMs),
  ...{ kind: 'sign-in', signInId, reason: 'signed-out' },
});
const everywhere = (atMs: number): Revocation => ({ ...base(atMs), kind: 'player' });
const ban = (atMs: number, reason: string | null, untilMs: number | null = null): Revocation => ({
  ...base(atMs),
  ...{ kind: 'ban', reason, untilMs },
});
const listOf = (...revocations: readonly Revocation[]) => {
  const list = new RevocationList({ lifeMs: LIFE_MS });
  for (const revocation of revocations) list.add(revocation, 500);
  return list;
};
const codeOf = (list: RevocationList, player: Parameters<RevocationList['refusalOf']>[0]) =>
  list.refusalOf(player, 600)?.code ?? null;

describe('RevocationList', () => {
  test('[ACC-47] refuses the sign-in that ended, and no other of the player', () => {
    const list = listOf(ended('s_1'));
    expect(codeOf(list, ann)).toBe('TOKEN_REVOKED');
    expect(codeOf(list, { ...ann, signInId: 's_2' })).toBeNull();
    expect(codeOf(list, { ...ann, playerId: 'p_bob' })).toBeNull();
    // A seat that matchmaking took knows no sign-in.
    expect(codeOf(list, { playerId: 'p_ann', displayName: 'Ann' })).toBeNull();
  });

  test('[ACC-48] refuses what was issued before, and nothing after', () => {
    const list = listOf(everywhere(501), everywhere(400));
    expect(codeOf(list, ann)).toBe('TOKEN_REVOKED');
    expect(codeOf(list, { ...ann, issuedAtMs: 501 })).toBeNull();
  });

  test('[ACC-52] a ban keeps a player out until it ends or is lifted, in whatever order they come', () => {
    expect(codeOf(listOf(ban(500, 'cheating')), ann)).toBe('PLAYER_BANNED');
    expect(codeOf(listOf(ban(500, 'cheating', 601)), ann)).toBe('PLAYER_BANNED');
    expect(codeOf(listOf(ban(500, 'cheating', 600)), ann)).toBeNull();
    expect(codeOf(listOf(ban(500, 'cheating'), ban(510, null)), ann)).toBeNull();
    expect(codeOf(listOf(ban(510, null), ban(500, 'cheating')), ann)).toBeNull();
    expect(listOf(ban(500, 'cheating', 700)).refusalOf(ann, 600)?.details).toEqual({
      reason: 'cheating',
      untilMs: 700,
    });
  });

  test('[ACC-50] hears each once, and forgets it when no such token can be alive', () => {
    const list = listOf();
    const revocation = ended('s_1', 500);
    expect(list.add(revocation, 500)).toBe(true);
    expect(list.add(revocation, 500)).toBe(false);
    expect(list.add(ended('s_2', 1_400), 1_499)).toBe(true);
    expect(list.size).toBe(2);
    expect(list.add(ended('s_3', 1_500), 1_500)).toBe(true);
    expect(list.size).toBe(2);
    expect(list.add(ended('s_4', 500), 1_500)).toBe(false);
  });

  test('[ACC-50] is bounded, and the oldest go first', () => {
    const list = new RevocationList({ lifeMs: LIFE_MS, mostEntries: 3 });
    for (let n = 1; n <= 5; n += 1) {
      list.add({ ...ended(`s_${n}`), playerId: `p_${n}` }, 500);
    }
    expect(list.size).toBe(3);
    const isRefused = (n: number) =>
      list.refusalOf({ playerId: `p_${n}`, displayName: '', signInId: `s_${n}` }, 600) !== null;
    expect([1, 2, 3, 4, 5].map(isRefused)).toEqual([false, false, true, true, true]);
  });

  test('[ACC-50] the order in which nodes hear of them changes nothing', () => {
    const some = fc.oneof(
      fc.record({ kind: fc.constant('player' as const), atMs: fc.integer({ min: 0, max: 900 }) }),
      fc.record({
        kind: fc.constant('ban' as const),
        // Two decisions of one millisecond have no order.
        atMs: fc.integer({ min: 0, max: 900 }),
        reason: fc.constantFrom('cheating', null),
        untilMs: fc.constantFrom(null, 550, 950),
      }),
      fc.record({
        kind: fc.constant('sign-in' as const),
        atMs: fc.integer({ min: 0, max: 900 }),
        signInId: fc.constantFrom('s_1', 's_2'),
        reason: fc.constant('stolen' as const),
      }),
    );
    const many = fc.uniqueArray(some, { selector: ({ atMs }) => atMs, maxLength: 12 });
    fc.assert(
      fc.property(many, fc.integer({ min: 0, max: 999 }), (revocations, issuedAtMs) => {
        const named = revocations.map((one, at) => ({ ...one, id: `v${at}`, playerId: 'p_ann' }));
        const player = { ...ann, issuedAtMs };
        const there = codeOf(listOf(...named), player);
        expect(codeOf(listOf(...named.toReversed()), player)).toBe(there);
      }),
    );
  });
});
