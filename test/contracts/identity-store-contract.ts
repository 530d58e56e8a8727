import { describe, expect, test } from 'vitest';
import type { Identity, IdentityStore } from '../../src/auth/identity-store.ts';

/** An empty store, and the way to let go of it. */
export interface OpenIdentityStore extends AsyncDisposable {
  readonly store: IdentityStore;
}

const identity = (over: Partial<Identity> = {}): Identity => ({
  provider: 'google',
  subject: 'g-1',
  playerId: 'p_ann',
  passwordHash: null,
  linkedAtMs: 1_000,
  ...over,
});
const email = identity({ provider: 'email', subject: 'ann@example.com', passwordHash: '$one' });

/** What every `IdentityStore` promises (docs/spec/accounts.md). */
export function identityStoreContract(name: string, open: () => Promise<OpenIdentityStore>): void {
  describe(`IdentityStore: ${name}`, () => {
    test('[ACC-43] finds what was linked, as it was linked, and nothing else', async () => {
      await using opened = await open();
      const { store } = opened;
      expect(await store.link(identity())).toEqual({ kind: 'linked' });
      expect(await store.link({ ...email, linkedAtMs: 500 })).toEqual({ kind: 'linked' });
      expect(await store.find('google', 'g-1')).toEqual(identity());
      for (const [provider, subject] of [
        ['google', 'g-2'],
        ['discord', 'g-1'],
        ['', ''],
      ] as const) {
        expect(await store.find(provider, subject)).toBeNull();
      }
      const linked = await store.ofPlayer('p_ann');
      expect(linked.map(({ provider }) => provider)).toEqual(['email', 'google']);
      expect(linked[0]?.passwordHash).toBe('$one');
      expect(await store.ofPlayer('p_bob')).toEqual([]);
    });

    test('[ACC-44] what a player signs in by is taken, for others and for himself', async () => {
      await using opened = await open();
      const { store } = opened;
      await store.link(identity());
      const taken = { kind: 'taken', playerId: 'p_ann' };
      expect(await store.link(identity({ playerId: 'p_bob' }))).toEqual(taken);
      expect(await store.link(identity())).toEqual(taken);
      expect(await store.ofPlayer('p_bob')).toEqual([]);
    });

    test('[ACC-44] a player has one of a kind', async () => {
      await using opened = await open();
      const { store } = opened;
      await store.link(identity());
      expect(await store.link(identity({ subject: 'g-2' }))).toEqual({ kind: 'exists' });
      expect(await store.find('google', 'g-2')).toBeNull();
    });

    test('[ACC-44] of ten players that link the same at once one gets it', async () => {
      await using opened = await open();
      const { store } = opened;
      const outcomes = await Promise.all(
        Array.from({ length: 10 }, (_, i) => store.link(identity({ playerId: `p_${i}` }))),
      );
      const owner = (await store.find('google', 'g-1'))?.playerId;
      expect(outcomes.filter(({ kind }) => kind === 'linked')).toHaveLength(1);
      expect(outcomes.filter(({ kind }) => kind === 'taken')).toEqual(
        Array(9).fill({ kind: 'taken', playerId: owner }),
      );
    });

    test('[ACC-45] the last way in stays, also when two go at once', async () => {
      await using opened = await open();
      const { store } = opened;
      await store.link(identity());
      await store.link(email);
      expect(await store.unlink('p_ann', 'steam')).toBe('unknown');
      expect(await store.unlink('p_bob', 'google')).toBe('unknown');
      const outcomes = await Promise.all([
        store.unlink('p_ann', 'google'),
        store.unlink('p_ann', 'email'),
      ]);
      expect(outcomes.toSorted()).toEqual(['last', 'unlinked']);
      expect(await store.ofPlayer('p_ann')).toHaveLength(1);
    });

    test('[ACC-45] what was unlinked is free again', async () => {
      await using opened = await open();
      const { store } = opened;
      await store.link(identity());
      await store.link(email);
      expect(await store.unlink('p_ann', 'google')).toBe('unlinked');
      expect(await store.link(identity({ playerId: 'p_bob' }))).toEqual({ kind: 'linked' });
    });

    test('[ACC-41] a password is changed by who knows the last one, once', async () => {
      await using opened = await open();
      const { store } = opened;
      await store.link(email);
      const changes = await Promise.all([
        store.changePassword('p_ann', { from: '$one', to: '$two' }),
        store.changePassword('p_ann', { from: '$one', to: '$three' }),
      ]);
      expect(changes.toSorted()).toEqual([false, true]);
      expect(await store.changePassword('p_bob', { from: '$one', to: '$x' })).toBe(false);
      const kept = (await store.find('email', 'ann@example.com'))?.passwordHash;
      expect(kept).toBe(changes[0] ? '$two' : '$three');
    });

    test('[ACC-55] a player that is forgotten leaves nothing, and others stay', async () => {
      await using opened = await open();
      const { store } = opened;
      await store.link(identity());
      await store.link(email);
      await store.link(identity({ playerId: 'p_bob', subject: 'g-2' }));
      await store.forgetPlayer('p_ann');
      expect(await store.ofPlayer('p_ann')).toEqual([]);
      expect(await store.find('email', 'ann@example.com')).toBeNull();
      expect(await store.ofPlayer('p_bob')).toHaveLength(1);
    });
  });
}
