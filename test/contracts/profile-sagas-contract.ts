import { describe, expect, test } from 'vitest';
import type { ProfileStorage } from '../../src/profiles/profile-store.ts';
import { dyingStorage, type StorageFault, slowStorage } from '../support/faulty-storage.ts';
import { openProfiles, SetClock } from '../support/open-profiles.ts';
import type { OpenProfileStore } from './profile-store-contract.ts';

const HOUR_MS = 3_600_000;

const coded = (code: string) => expect.objectContaining({ code });

/** Two players in two regions, names they may have, and what two processes have over them. */
async function openPlayers(storage: ProfileStorage, clock = new SetClock(), nth = 0) {
  const here = openProfiles(storage, clock);
  const there = openProfiles(storage, clock);
  const ann = { playerId: `p_ann_${nth}`, homeRegion: 'eu' };
  const bob = { playerId: `p_bob_${nth}`, homeRegion: 'us' };
  await here.repository.create({ ...ann, displayName: 'Ann' });
  await here.repository.create({ ...bob, displayName: 'Bob' });
  const [otter, badger] = [`otter${nth}`, `badger${nth}`];
  return { storage, clock, here, there, repository: here.repository, ann, bob, otter, badger };
}

type World = Awaited<ReturnType<typeof openPlayers>>;

/**
 * Runs `act` in a process that dies at its first call to the storage, then in one that dies at its second, and so on until one
 * survives: each with players of its own. After each, time passes and the sweepers of both regions come by; `check` then must hold.
 *
 * @returns how many calls there were to die at
 */
async function atEveryCrash(
  open: () => Promise<OpenProfileStore>,
  how: StorageFault,
  {
    prepare = async () => {},
    act,
    check,
  }: {
    readonly prepare?: (world: World) => Promise<unknown>;
    readonly act: (dying: ReturnType<typeof openProfiles>, world: World) => Promise<unknown>;
    readonly check: (world: World) => Promise<void>;
  },
): Promise<number> {
  await using opened = await open();
  const clock = new SetClock();
  for (let nth = 1; ; nth += 1) {
    const world = await openPlayers(opened.storage, clock, nth);
    await prepare(world);
    const { storage, counted } = dyingStorage(opened.storage, nth, how);
    const outcome = await act(openProfiles(storage, clock), world).then(
      () => null,
      (error: unknown) => error,
    );
    const hasDied = counted.calls >= nth;
    if (hasDied) expect(outcome).toMatchObject({ code: 'STORE_UNAVAILABLE' });
    else expect(outcome).toBeNull();
    clock.advance(HOUR_MS);
    for (const region of ['eu', 'us']) {
      expect(await world.here.sweep(region)).toMatchObject({ failed: 0 });
      expect(await opened.storage.intents.due(region, clock.wallMs(), 10)).toEqual([]);
    }
    await check(world);
    if (!hasDied) return nth - 1;
  }
}

/** Rules of what takes several writes (docs/spec/profiles.md). */
export function profileSagasContract(open: () => Promise<OpenProfileStore>): void {
  describe('usernames', () => {
    test('[PR-30] of players in two regions one gets a name, the other hears that it is taken', async () => {
      await using opened = await open();
      const { here, there, ann, bob } = await openPlayers(opened.storage);
      const claims = [here.usernames.claim(ann, 'otter'), there.usernames.claim(bob, 'otter')];
      const outcomes = await Promise.allSettled(claims);
      expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      const lost = outcomes.find((outcome) => outcome.status === 'rejected');
      expect(lost?.reason).toMatchObject({ code: 'USERNAME_TAKEN' });
      const owner = await here.usernames.owner('otter');
      const winner = owner === ann.playerId ? ann : bob;
      expect(await here.repository.read(winner)).toMatchObject({ username: 'otter' });
    });

    test('[PR-31] a new name frees the old one; asking for one’s own changes nothing', async () => {
      await using opened = await open();
      const { here, repository, ann, bob } = await openPlayers(opened.storage);
      await here.usernames.claim(ann, 'otter');
      const before = await here.usernames.claim(ann, 'badger');
      expect(await here.usernames.claim(ann, 'badger')).toEqual(before);
      expect(await here.usernames.owner('otter')).toBeNull();
      await here.usernames.claim(bob, 'otter');
      expect(await repository.read(bob)).toMatchObject({ username: 'otter' });
      expect(await repository.read(ann)).toMatchObject({ username: 'badger', claim: null });
    });

    test('[PR-30] who asks for a name that another one has is left as he was', async () => {
      await using opened = await open();
      const { here, repository, ann, bob } = await openPlayers(opened.storage);
      await here.usernames.claim(ann, 'otter');
      const before = await repository.read(bob);
      const refused = here.usernames.claim(bob, 'otter');
      await expect(refused).rejects.toMatchObject({ code: 'USERNAME_TAKEN' });
      expect(await repository.read(bob)).toEqual(before);
    });

    test.each(['before', 'after'] as const)(
      '[PR-32] a process may die %s any step: the player has the new name or the old one, and the other is free',
      async (how) => {
        const steps = await atEveryCrash(open, how, {
          prepare: ({ here, ann, otter }) => here.usernames.claim(ann, otter),
          act: (dying, { ann, badger }) => dying.usernames.claim(ann, badger),
          check: async ({ here, storage, ann, bob, otter, badger }) => {
            for (const name of [otter, badger]) {
              // Settled by the sweeper, before anybody asks.
              expect([undefined, 'active']).toContain((await storage.usernames.read(name))?.state);
            }
            const has = (await here.repository.read(ann))?.username;
            expect([otter, badger]).toContain(has);
            expect(await here.usernames.owner(String(has))).toBe(ann.playerId);
            const free = has === otter ? badger : otter;
            expect(await here.usernames.owner(free)).toBeNull();
            expect(await here.usernames.claim(bob, free)).toMatchObject({ username: free });
          },
        });
        expect(steps).toBeGreaterThan(8);
      },
    );

    test('[PR-33] a claim that stood still until others took the name does not get it', async () => {
      await using opened = await open();
      const { clock, here, repository, ann, bob } = await openPlayers(opened.storage);
      // Right before its deciding write.
      const slow = slowStorage(opened.storage, 2, async () => {
        clock.advance(HOUR_MS);
        await here.usernames.claim(bob, 'otter');
      });
      const claim = openProfiles(slow, clock).usernames.claim(ann, 'otter');
      await expect(claim).rejects.toEqual(coded('STORE_UNAVAILABLE'));
      expect(await repository.read(ann)).toMatchObject({ username: null });
      expect(await here.usernames.owner('otter')).toBe(bob.playerId);
    });
  });

  describe('moves', () => {
    test('[PR-34] a moved profile is whole in its new region, and gone from the old one', async () => {
      await using opened = await open();
      const { here, repository, ann } = await openPlayers(opened.storage);
      await repository.operate(ann, {
        operationId: 'o1',
        reason: 'gift',
        currencies: { gold: 5 },
      });
      const moved = await here.moves.move(ann, 'us');
      expect(moved).toMatchObject({
        homeRegion: 'us',
        epoch: 2,
        wallet: { gold: 5 },
        moving: null,
      });
      expect(await repository.read(ann)).toBeNull();
      expect(await repository.read({ ...ann, homeRegion: 'us' })).toEqual(moved);
      expect(await repository.find(ann.playerId)).toEqual(moved);
      await expect(repository.addStatistics(ann, { wins: 1 })).rejects.toMatchObject({
        code: 'PROFILE_MOVED',
        details: { homeRegion: 'us' },
      });
    });

    test('[PR-34] who is late cannot tell the directory where the profile used to be', async () => {
      await using opened = await open();
      const { here, storage, ann } = await openPlayers(opened.storage);
      await here.moves.move(ann, 'us');
      await storage.directory.set({ ...ann, movingTo: 'us', epoch: 1 });
      expect(await storage.directory.locate(ann.playerId)).toEqual({
        ...{ ...ann, homeRegion: 'us' },
        ...{ movingTo: null, epoch: 2 },
      });
    });

    test('[PR-35] a profile in a room’s hands does not move, one that moves is not taken', async () => {
      await using opened = await open();
      const { here, repository, ann } = await openPlayers(opened.storage);
      const { token } = await repository.takeLease(ann, { holder: 'room', ttlMs: 1_000 });
      await expect(here.moves.move(ann, 'us')).rejects.toEqual(coded('PROFILE_LEASED'));
      await repository.releaseLease(ann, token);
      expect(await here.moves.move(ann, 'us')).toMatchObject({ homeRegion: 'us' });
    });

    test('[PR-36] a move that stands still past its time keeps no room out, and gives up', async () => {
      await using opened = await open();
      const { clock, here, repository, ann } = await openPlayers(opened.storage);
      const slow = slowStorage(opened.storage, 2, async () => {
        await expect(repository.takeLease(ann, { holder: 'early', ttlMs: 1 })).rejects.toEqual(
          coded('PROFILE_MOVING'),
        );
        clock.advance(HOUR_MS);
        await repository.takeLease(ann, { holder: 'room', ttlMs: 1_000 });
      });
      const move = openProfiles(slow, clock).moves.move(ann, 'us');
      await expect(move).rejects.toEqual(coded('STORE_UNAVAILABLE'));
      await here.sweep('eu');
      expect(await repository.find(ann.playerId)).toMatchObject({
        homeRegion: 'eu',
        moving: null,
        lease: { holder: 'room' },
      });
      expect(await opened.storage.directory.locate(ann.playerId)).toMatchObject({ movingTo: null });
    });

    test.each(['before', 'after'] as const)(
      '[PR-36] a process may die %s any step of a move: there is one profile, found, and free to be taken',
      async (how) => {
        const steps = await atEveryCrash(open, how, {
          act: (dying, { ann }) => dying.moves.move(ann, 'us'),
          check: async ({ here, storage, ann }) => {
            const found = await here.repository.find(ann.playerId);
            const regions = await Promise.all(
              ['eu', 'us'].map((homeRegion) => storage.profiles.read({ ...ann, homeRegion })),
            );
            expect(regions.filter((record) => record !== null)).toEqual([found]);
            if (found === null) throw new Error('lost');
            expect(await storage.directory.locate(ann.playerId)).toMatchObject({
              homeRegion: found.homeRegion,
              movingTo: null,
            });
            const lease = await here.repository.takeLease(found, { holder: 'room', ttlMs: 1 });
            expect(lease.record).toMatchObject({ moving: null });
          },
        });
        expect(steps).toBeGreaterThan(8);
      },
    );
  });

  describe('export and deletion', () => {
    const operations = Array.from({ length: 40 }, (_, i) => ({
      operationId: `o${i}`,
      reason: 'gift',
      currencies: { gold: 1 },
    }));

    test('[PR-50] an export has everything, the ledger of all regions included', async () => {
      await using opened = await open();
      const { here, repository, ann } = await openPlayers(opened.storage);
      for (const each of operations.slice(0, 35)) await repository.operate(ann, each);
      const moved = await here.moves.move(ann, 'us');
      for (const each of operations.slice(35)) await repository.operate(moved, each);
      const exported = await here.erasure.export(moved);
      expect(exported?.profile).toMatchObject({ displayName: 'Ann', wallet: { gold: 40 } });
      expect(exported?.ledger.map(({ sequence, operationId }) => [sequence, operationId])).toEqual(
        operations.map(({ operationId }, i) => [i + 1, operationId]),
      );
      expect(await here.erasure.export(ann)).toBeNull();
    });

    test.each(['before', 'after'] as const)(
      '[PR-51] a process may die %s any step of a deletion: the player is whole, or nothing of him is left',
      async (how) => {
        const steps = await atEveryCrash(open, how, {
          prepare: async ({ here, repository, ann, otter }) => {
            await here.usernames.claim(ann, otter);
            await Promise.all(operations.slice(0, 34).map((each) => repository.operate(ann, each)));
          },
          act: (dying, { ann }) => dying.erasure.erase(ann),
          check: async ({ here, storage, ann, otter }) => {
            const record = await storage.profiles.read(ann);
            const isWhole = record !== null && !record.isErasing;
            expect(await here.usernames.owner(otter)).toBe(isWhole ? ann.playerId : null);
            expect((await storage.directory.locate(ann.playerId)) !== null).toBe(isWhole);
            expect((await storage.ledger.find(ann, 'o0')) !== null).toBe(isWhole);
            if (!isWhole) expect(record).toBeNull();
          },
        });
        expect(steps).toBeGreaterThan(6);
      },
    );

    test('[PR-52] nobody finds, changes or takes a deleted player', async () => {
      await using opened = await open();
      const { here, repository, ann } = await openPlayers(opened.storage);
      await here.erasure.erase(ann);
      expect(await repository.read(ann)).toBeNull();
      expect(await repository.find(ann.playerId)).toBeNull();
      const unknown = coded('PROFILE_UNKNOWN');
      await expect(repository.addStatistics(ann, { wins: 1 })).rejects.toEqual(unknown);
      await expect(here.erasure.erase(ann)).rejects.toEqual(unknown);
      await expect(here.moves.move(ann, 'us')).rejects.toEqual(unknown);
    });
  });
}
