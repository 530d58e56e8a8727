import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { profileOf } from '../../src/profiles/profile-record.ts';
import type { ProfileStorage } from '../../src/profiles/profile-store.ts';
import { createProfileService } from '../../src/profiles/service.ts';
import { openProfiles } from '../support/open-profiles.ts';
import { profileEconomyContract } from './profile-economy-contract.ts';
import { profileSagasContract } from './profile-sagas-contract.ts';

/** An empty store, and the way to let go of it. */
export interface OpenProfileStore extends AsyncDisposable {
  readonly storage: ProfileStorage;
}

const ref = { playerId: 'p_ann', homeRegion: 'eu' };
const nobody = { playerId: 'p_nobody', homeRegion: 'eu' };
const ann = { ...ref, displayName: 'Ann' };

/** What every `ProfileStore` promises (docs/spec/accounts.md, docs/spec/profiles.md). */
export function profileStoreContract(name: string, open: () => Promise<OpenProfileStore>): void {
  describe(`ProfileStore: ${name}`, () => {
    test('[ACC-4] creates a profile once, at revision 1, with the clock’s time', async () => {
      await using opened = await open();
      const profiles = openProfiles(opened.storage);
      const store = profiles.repository;
      profiles.clock.set(1_000);
      const expected = {
        playerId: 'p_ann',
        displayName: 'Ann',
        revision: 1,
        data: {},
        statistics: {},
        username: null,
        wallet: {},
        inventory: {},
        createdAtMs: 1_000,
        updatedAtMs: 1_000,
      };
      const created = await store.create(ann);
      expect(profileOf(created)).toEqual(expected);
      await expect(store.create({ ...ann, displayName: 'Ann the second' })).rejects.toMatchObject({
        code: 'PROFILE_EXISTS',
      });
      expect(await store.read(ref)).toEqual(created);
    });

    test('[ACC-4] there is no profile nobody created', async () => {
      await using opened = await open();
      const profiles = openProfiles(opened.storage);
      const store = profiles.repository;
      expect(await store.read(nobody)).toBeNull();
      const unknown = { code: 'PROFILE_UNKNOWN' };
      await expect(store.update(nobody, { data: {} }, { ifRevision: 1 })).rejects.toMatchObject(
        unknown,
      );
      await expect(store.addStatistics(nobody, { wins: 1 })).rejects.toMatchObject(unknown);
    });

    test('[ACC-5] an update changes what it names, and only that', async () => {
      await using opened = await open();
      const profiles = openProfiles(opened.storage);
      const store = profiles.repository;
      profiles.clock.set(1_000);
      await store.create(ann);
      profiles.clock.set(2_000);
      const data = { settings: { volume: 0.1, '"quoted"': [null, true, 'ü\u0000♞'] } };
      expect(await store.update(ref, { data }, { ifRevision: 1 })).toMatchObject({
        revision: 2,
        displayName: 'Ann',
        data,
        createdAtMs: 1_000,
        updatedAtMs: 2_000,
      });
      const renamed = await store.update(ref, { displayName: 'Anna' }, { ifRevision: 2 });
      expect(renamed).toMatchObject({ revision: 3, displayName: 'Anna', data });
      expect(await store.read(ref)).toEqual(renamed);
    });

    test('[ACC-5] refuses a write whose revision is stale, and tells the current one', async () => {
      await using opened = await open();
      const profiles = openProfiles(opened.storage);
      const store = profiles.repository;
      await store.create(ann);
      await store.update(ref, { data: { kept: 1 } }, { ifRevision: 1 });
      for (const ifRevision of [1, 3]) {
        await expect(store.update(ref, { data: {} }, { ifRevision })).rejects.toMatchObject({
          code: 'REVISION_STALE',
          details: { ifRevision, revision: 2 },
        });
      }
      expect(await store.read(ref)).toMatchObject({ revision: 2, data: { kept: 1 } });
    });

    test('[ACC-5] of twenty writers with the same revision exactly one wins', async () => {
      await using opened = await open();
      const profiles = openProfiles(opened.storage);
      const store = profiles.repository;
      await store.create(ann);
      const outcomes = await Promise.allSettled(
        Array.from({ length: 20 }, (_, writer) =>
          openProfiles(opened.storage).repository.update(
            ref,
            { data: { writer } },
            { ifRevision: 1 },
          ),
        ),
      );
      const won = outcomes.flatMap((o) => (o.status === 'fulfilled' ? [o.value] : []));
      const lost = outcomes.flatMap((o) => (o.status === 'rejected' ? [o.reason] : []));
      expect(won).toHaveLength(1);
      expect(lost.map((error) => error.code)).toEqual(Array(19).fill('REVISION_STALE'));
      expect(await store.read(ref)).toEqual(won[0]);
    });

    test('[ACC-8] additions of many rooms at once all count', async () => {
      await using opened = await open();
      const profiles = openProfiles(opened.storage);
      const store = profiles.repository;
      await store.create(ann);
      // Four processes, so that they race as well as wait for each other.
      const processes = [store, ...[1, 2, 3].map(() => openProfiles(opened.storage).repository)];
      await Promise.all(
        Array.from({ length: 100 }, (_, i) =>
          processes[i % 4]?.addStatistics(ref, { games: 1, [i % 2 === 0 ? 'won' : 'lost']: 2 }),
        ),
      );
      const profile = await store.read(ref);
      expect(profile?.statistics).toEqual({ games: 100, won: 100, lost: 100 });
      expect(profile?.revision).toBe(101);
    });

    test('[ACC-8] additions keep dotted names apart, fractions, signs and the rest of the profile', async () => {
      await using opened = await open();
      const profiles = openProfiles(opened.storage);
      const store = profiles.repository;
      await store.create(ann);
      await store.update(ref, { data: { kept: true } }, { ifRevision: 1 });
      await store.addStatistics(ref, { 'arena.kills': 3, 'arena.time': 0.25 });
      const profile = await store.addStatistics(ref, { 'arena.kills': -1, 'arena.time': 0.5 });
      expect(profile).toMatchObject({
        revision: 4,
        data: { kept: true },
        statistics: { 'arena.kills': 2, 'arena.time': 0.75 },
      });
    });

    test('[ACC-8] a sum stops where numbers stop being exact', async () => {
      await using opened = await open();
      const profiles = openProfiles(opened.storage);
      const store = profiles.repository;
      await store.create(ann);
      const most = Number.MAX_SAFE_INTEGER;
      await store.addStatistics(ref, { up: most, down: -most });
      const { statistics } = await store.addStatistics(ref, { up: most, down: -most });
      expect(statistics).toEqual({ up: most, down: -most });
    });

    test('[ACC-8] a profile cannot be filled with statistics without end', async () => {
      await using opened = await open();
      const profiles = openProfiles(opened.storage);
      const store = profiles.repository;
      await store.create(ann);
      const batch = (n: number) =>
        Object.fromEntries(Array.from({ length: 64 }, (_, i) => [`${'s'.repeat(50)}${n}_${i}`, n]));
      let filled = 0;
      const fill = async () => {
        for (; filled < 100; filled += 1) await store.addStatistics(ref, batch(filled));
      };
      await expect(fill()).rejects.toMatchObject({ code: 'BAD_REQUEST' });
      expect(filled).toBeGreaterThan(10);
      // What is there still counts.
      await store.addStatistics(ref, batch(0));
    });

    test('[PR-1] a player has one profile over all regions, and who asks elsewhere hears where it is', async () => {
      await using opened = await open();
      const { repository } = openProfiles(opened.storage);
      const created = await repository.create(ann);
      const elsewhere = { ...ref, homeRegion: 'us' };
      await expect(repository.create({ ...ann, ...elsewhere })).rejects.toMatchObject({
        code: 'PROFILE_EXISTS',
      });
      expect(await repository.read(elsewhere)).toBeNull();
      expect(await repository.readForDisplay(ref)).toEqual(created);
      await expect(repository.addStatistics(elsewhere, { wins: 1 })).rejects.toMatchObject({
        code: 'PROFILE_MOVED',
        details: { homeRegion: 'eu' },
      });
      // The service of a node follows by itself.
      const { storage } = opened;
      const log = pino({ level: 'silent' });
      const abroad = createProfileService({ storage, regionId: 'us', log });
      expect(await abroad.addStatistics('p_ann', { wins: 1 })).toMatchObject({ revision: 2 });
      expect(await abroad.read('p_ann')).toMatchObject({ statistics: { wins: 1 } });
    });

    test('[PR-2] of changes that come at once a refused one takes no neighbour with it', async () => {
      await using opened = await open();
      const { repository } = openProfiles(opened.storage);
      await repository.create(ann);
      const gold = (operationId: string, amount: number) =>
        repository.operate(ref, { operationId, reason: 'test', currencies: { gold: amount } });
      const [first, conflict, refused, last] = await Promise.allSettled([
        gold('a', 5),
        gold('a', 6),
        gold('b', -6),
        gold('c', -5),
      ]);
      expect(first).toMatchObject({
        value: { outcome: { kind: 'applied' }, record: { revision: 2 } },
      });
      expect(conflict).toMatchObject({ reason: { code: 'OPERATION_CONFLICT' } });
      expect(refused).toMatchObject({ value: { outcome: { kind: 'refused', has: 5 } } });
      expect(last).toMatchObject({ value: { record: { revision: 3, wallet: { gold: 0 } } } });
      expect(await repository.read(ref)).toMatchObject({ revision: 3, operationCount: 2 });
    });

    profileEconomyContract(open);
    profileSagasContract(open);

    test('answers a ping', async () => {
      await using opened = await open();
      await opened.storage.profiles.ping();
    });
  });
}
