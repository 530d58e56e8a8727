import { describe, expect, test } from 'vitest';
import { type BanDecision, type BanStore, isBannedBy } from '../../src/auth/ban-store.ts';

/** An empty store, and the way to let go of it. */
export interface OpenBanStore extends AsyncDisposable {
  readonly store: BanStore;
}

const ban = (over: Partial<BanDecision> = {}): BanDecision => ({
  playerId: 'p_ann',
  decidedAtMs: 1_000,
  reason: 'cheating',
  untilMs: null,
  ...over,
});

/** What every `BanStore` promises (docs/spec/accounts.md). */
export function banStoreContract(name: string, open: () => Promise<OpenBanStore>): void {
  describe(`BanStore: ${name}`, () => {
    test('[ACC-52] keeps the last word, in whatever order they arrive', async () => {
      await using opened = await open();
      const { store } = opened;
      expect(await store.find('p_ann')).toBeNull();
      const lifted = ban({ decidedAtMs: 3_000, reason: null });
      expect(await store.record(ban())).toEqual(ban());
      expect(await store.record(lifted)).toEqual(lifted);
      // Late, and once more: neither counts.
      expect(await store.record(ban({ decidedAtMs: 2_000, untilMs: 9_000 }))).toEqual(lifted);
      expect(await store.record(ban())).toEqual(lifted);
      expect(await store.find('p_ann')).toEqual(lifted);
      const again = ban({ decidedAtMs: 4_000, untilMs: 9_000 });
      expect(await store.record(again)).toEqual(again);
      expect(await store.find('p_bob')).toBeNull();
    });

    test('[ACC-55] forgets a player', async () => {
      await using opened = await open();
      const { store } = opened;
      await store.record(ban());
      await store.record(ban({ playerId: 'p_bob' }));
      await store.forgetPlayer('p_ann');
      expect(await store.find('p_ann')).toBeNull();
      expect(await store.find('p_bob')).toEqual(ban({ playerId: 'p_bob' }));
    });

    test('[ACC-52] a ban ends by itself', () => {
      expect(isBannedBy(null, 0)).toBe(false);
      expect(isBannedBy(ban(), Number.MAX_SAFE_INTEGER)).toBe(true);
      expect(isBannedBy(ban({ untilMs: 2_000 }), 1_999)).toBe(true);
      expect(isBannedBy(ban({ untilMs: 2_000 }), 2_000)).toBe(false);
      expect(isBannedBy(ban({ reason: null }), 0)).toBe(false);
    });
  });
}
