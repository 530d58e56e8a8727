import { describe, expect, test } from 'vitest';
import type { RefreshTokenStore, TokenFamily } from '../../src/auth/refresh-token-store.ts';

/** An empty store, and the way to let go of it. */
export interface OpenRefreshTokenStore extends AsyncDisposable {
  readonly store: RefreshTokenStore;
  /** Lets the clock of the store show this. */
  setWallMs(wallMs: number): void;
  /** How many tokens are kept, spent ones included; null: the database removes what is past its time when it likes. */
  readonly count: (() => Promise<number>) | null;
}

const ann = { familyId: 's_1', playerId: 'p_ann' };
const second = { familyId: 's_2', playerId: 'p_ann' };
const bob = { familyId: 's_bob', playerId: 'p_bob' };
const token = (tokenHash: string, expiresAtMs = 10_000) => ({ tokenHash, expiresAtMs });
const shown = (tokenHash: string, family: TokenFamily = ann) => ({ ...family, tokenHash });

/** What every `RefreshTokenStore` promises (docs/spec/accounts.md). */
export function refreshTokenStoreContract(
  name: string,
  open: () => Promise<OpenRefreshTokenStore>,
): void {
  describe(`RefreshTokenStore: ${name}`, () => {
    test('[ACC-22] each token can be spent once, for its successor', async () => {
      await using opened = await open();
      const { store } = opened;
      await store.start(ann, token('t1'));
      expect(await store.findOwner(shown('t1'))).toBe('p_ann');
      expect(await store.rotate(shown('t1'), token('t2'))).toEqual({ kind: 'rotated', ...ann });
      expect(await store.findOwner(shown('t1'))).toBeNull();
      expect(await store.rotate(shown('t2'), token('t3'))).toEqual({ kind: 'rotated', ...ann });
      expect(await store.findOwner(shown('t3'))).toBe('p_ann');
    });

    test('[ACC-23] a spent token used again revokes its family, and no other', async () => {
      await using opened = await open();
      const { store } = opened;
      await store.start(ann, token('t1'));
      await store.start(second, token('other'));
      await store.rotate(shown('t1'), token('t2'));
      expect(await store.rotate(shown('t1'), token('stolen'))).toEqual({ kind: 'reused', ...ann });
      for (const dead of ['t1', 't2', 'stolen']) {
        expect(await store.findOwner(shown(dead))).toBeNull();
        expect(await store.rotate(shown(dead), token('x'))).toEqual({ kind: 'unknown' });
      }
      expect(await store.findOwner(shown('other', second))).toBe('p_ann');
    });

    test('[ACC-23] of ten that spend one token at once none keeps a good one', async () => {
      await using opened = await open();
      const { store } = opened;
      await store.start(ann, token('t1'));
      const rotations = await Promise.all(
        Array.from({ length: 10 }, (_, i) => store.rotate(shown('t1'), token(`n${i}`))),
      );
      expect(rotations.filter(({ kind }) => kind === 'rotated')).toHaveLength(1);
      expect(rotations.some(({ kind }) => kind === 'reused')).toBe(true);
      for (let i = 0; i < 10; i += 1) expect(await store.findOwner(shown(`n${i}`))).toBeNull();
    });

    test('[ACC-22] a token that was never issued or is past its time is unknown', async () => {
      await using opened = await open();
      const { store } = opened;
      expect(await store.rotate(shown('never'), token('x'))).toEqual({ kind: 'unknown' });
      opened.setWallMs(1_000);
      await store.start(ann, token('t1', 2_000));
      opened.setWallMs(2_000);
      expect(await store.findOwner(shown('t1'))).toBeNull();
      expect(await store.rotate(shown('t1'), token('t2'))).toEqual({ kind: 'unknown' });
      expect(await store.findOwner(shown('t2'))).toBeNull();
    });

    test('[ACC-24] signing out revokes the family by any of its tokens', async () => {
      await using opened = await open();
      const { store } = opened;
      await store.start(ann, token('t1'));
      await store.rotate(shown('t1'), token('t2'));
      expect(await store.revoke(shown('t1'))).toEqual(ann);
      expect(await store.findOwner(shown('t2'))).toBeNull();
      expect(await store.revoke(shown('t1'))).toBeNull();
      expect(await store.revoke(shown('never'))).toBeNull();
    });

    test('[ACC-48] signing out everywhere ends what had begun before, of this player', async () => {
      await using opened = await open();
      const { store } = opened;
      opened.setWallMs(1_000);
      await store.start(ann, token('t1'));
      await store.start(bob, token('bob'));
      opened.setWallMs(2_000);
      // Refreshed or not, the family began before.
      await store.rotate(shown('t1'), token('t2'));
      await store.start(second, token('later'));
      await store.revokePlayer('p_ann', 2_000);
      expect(await store.findOwner(shown('t2'))).toBeNull();
      expect(await store.rotate(shown('t1'), token('x'))).toEqual({ kind: 'unknown' });
      expect(await store.findOwner(shown('later', second))).toBe('p_ann');
      expect(await store.findOwner(shown('bob', bob))).toBe('p_bob');
    });

    test('[ACC-23] who knows a sign-in and none of its tokens ends nothing', async () => {
      await using opened = await open();
      const { store } = opened;
      await store.start(ann, token('t1'));
      await store.rotate(shown('t1'), token('t2'));
      expect(await store.findOwner(shown('forged'))).toBeNull();
      expect(await store.rotate(shown('forged'), token('x'))).toEqual({ kind: 'unknown' });
      // Asked for once, it is no spent one either.
      expect(await store.rotate(shown('forged'), token('x'))).toEqual({ kind: 'unknown' });
      expect(await store.revoke(shown('forged'))).toBeNull();
      expect(await store.findOwner(shown('t2'))).toBe('p_ann');
    });

    test('[ACC-22] tokens past their time are swept away by later sign-ins', async ({ skip }) => {
      await using opened = await open();
      const { store, count } = opened;
      if (count === null) return skip('the database does that, within a minute or so');
      opened.setWallMs(1_000);
      for (let i = 0; i < 12; i += 1) {
        await store.start({ familyId: `s_${i}`, playerId: 'p_ann' }, token(`old${i}`, 2_000));
      }
      opened.setWallMs(3_000);
      await store.start({ familyId: 's_a', playerId: 'p_ann' }, token('a'));
      await store.start({ familyId: 's_b', playerId: 'p_ann' }, token('b'));
      expect(await count()).toBe(2);
    });
  });
}
