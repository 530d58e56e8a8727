import { describe, expect, test } from 'vitest';
import type { ProfileStore } from '../../src/profiles/profile-store.ts';

/** An empty store, and the way to let go of it. */
export interface OpenProfileStore extends AsyncDisposable {
  readonly store: ProfileStore;
  /** Lets the clock of the store show this. */
  setWallMs(wallMs: number): void;
}

const ann = { playerId: 'p_ann', displayName: 'Ann' };

/** What every `ProfileStore` promises (docs/spec/accounts.md). */
export function profileStoreContract(name: string, open: () => Promise<OpenProfileStore>): void {
  describe(`ProfileStore: ${name}`, () => {
    test('[ACC-4] creates a profile once, at revision 1, with the clock’s time', async () => {
      await using opened = await open();
      const { store } = opened;
      opened.setWallMs(1_000);
      const expected = {
        ...ann,
        revision: 1,
        data: {},
        statistics: {},
        createdAtMs: 1_000,
        updatedAtMs: 1_000,
      };
      expect(await store.create(ann)).toEqual(expected);
      await expect(store.create({ ...ann, displayName: 'Ann the second' })).rejects.toMatchObject({
        code: 'PROFILE_EXISTS',
      });
      expect(await store.read('p_ann')).toEqual(expected);
    });

    test('[ACC-4] there is no profile nobody created', async () => {
      await using opened = await open();
      const { store } = opened;
      expect(await store.read('p_nobody')).toBeNull();
      const unknown = { code: 'PROFILE_UNKNOWN' };
      await expect(store.update('p_nobody', 1, { data: {} })).rejects.toMatchObject(unknown);
      await expect(store.addStatistics('p_nobody', { wins: 1 })).rejects.toMatchObject(unknown);
    });

    test('[ACC-5] an update changes what it names, and only that', async () => {
      await using opened = await open();
      const { store } = opened;
      opened.setWallMs(1_000);
      await store.create(ann);
      opened.setWallMs(2_000);
      const data = { settings: { volume: 0.1, '"quoted"': [null, true, 'ü\u0000♞'] } };
      expect(await store.update('p_ann', 1, { data })).toMatchObject({
        revision: 2,
        displayName: 'Ann',
        data,
        createdAtMs: 1_000,
        updatedAtMs: 2_000,
      });
      const renamed = await store.update('p_ann', 2, { displayName: 'Anna' });
      expect(renamed).toMatchObject({ revision: 3, displayName: 'Anna', data });
      expect(await store.read('p_ann')).toEqual(renamed);
    });

    test('[ACC-5] refuses a write whose revision is stale, and tells the current one', async () => {
      await using opened = await open();
      const { store } = opened;
      await store.create(ann);
      await store.update('p_ann', 1, { data: { kept: 1 } });
      for (const ifRevision of [1, 3]) {
        await expect(store.update('p_ann', ifRevision, { data: {} })).rejects.toMatchObject({
          code: 'REVISION_STALE',
          details: { ifRevision, revision: 2 },
        });
      }
      expect(await store.read('p_ann')).toMatchObject({ revision: 2, data: { kept: 1 } });
    });

    test('[ACC-5] of twenty writers with the same revision exactly one wins', async () => {
      await using opened = await open();
      const { store } = opened;
      await store.create(ann);
      const outcomes = await Promise.allSettled(
        Array.from({ length: 20 }, (_, writer) => store.update('p_ann', 1, { data: { writer } })),
      );
      const won = outcomes.flatMap((o) => (o.status === 'fulfilled' ? [o.value] : []));
      const lost = outcomes.flatMap((o) => (o.status === 'rejected' ? [o.reason] : []));
      expect(won).toHaveLength(1);
      expect(lost.map((error) => error.code)).toEqual(Array(19).fill('REVISION_STALE'));
      expect(await store.read('p_ann')).toEqual(won[0]);
    });

    test('[ACC-8] additions of many rooms at once all count', async () => {
      await using opened = await open();
      const { store } = opened;
      await store.create(ann);
      await Promise.all(
        Array.from({ length: 100 }, (_, i) =>
          store.addStatistics('p_ann', { games: 1, [i % 2 === 0 ? 'won' : 'lost']: 2 }),
        ),
      );
      const profile = await store.read('p_ann');
      expect(profile?.statistics).toEqual({ games: 100, won: 100, lost: 100 });
      expect(profile?.revision).toBe(101);
    });

    test('[ACC-8] additions keep dotted names apart, fractions, signs and the rest of the profile', async () => {
      await using opened = await open();
      const { store } = opened;
      await store.create(ann);
      await store.update('p_ann', 1, { data: { kept: true } });
      await store.addStatistics('p_ann', { 'arena.kills': 3, 'arena.time': 0.25 });
      const profile = await store.addStatistics('p_ann', { 'arena.kills': -1, 'arena.time': 0.5 });
      expect(profile).toMatchObject({
        revision: 4,
        data: { kept: true },
        statistics: { 'arena.kills': 2, 'arena.time': 0.75 },
      });
    });

    test('[ACC-8] a sum stops where numbers stop being exact', async () => {
      await using opened = await open();
      const { store } = opened;
      await store.create(ann);
      const most = Number.MAX_SAFE_INTEGER;
      await store.addStatistics('p_ann', { up: most, down: -most });
      const { statistics } = await store.addStatistics('p_ann', { up: most, down: -most });
      expect(statistics).toEqual({ up: most, down: -most });
    });

    test('[ACC-8] a profile cannot be filled with statistics without end', async () => {
      await using opened = await open();
      const { store } = opened;
      await store.create(ann);
      const batch = (n: number) =>
        Object.fromEntries(Array.from({ length: 64 }, (_, i) => [`${'s'.repeat(50)}${n}_${i}`, n]));
      let filled = 0;
      const fill = async () => {
        for (; filled < 100; filled += 1) await store.addStatistics('p_ann', batch(filled));
      };
      await expect(fill()).rejects.toMatchObject({ code: 'BAD_REQUEST' });
      expect(filled).toBeGreaterThan(10);
      // What is there still counts.
      await store.addStatistics('p_ann', batch(0));
    });

    test('answers a ping', async () => {
      await using opened = await open();
      await opened.store.ping();
    });
  });
}
