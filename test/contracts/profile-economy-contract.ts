import { describe, expect, test } from 'vitest';
import { wholeLedger } from '../../src/profiles/player-erasure.ts';
import { openProfiles } from '../support/open-profiles.ts';
import type { OpenProfileStore } from './profile-store-contract.ts';

const ref = { playerId: 'p_ann', homeRegion: 'eu' };
const ann = { ...ref, displayName: 'Ann' };
const earn = (operationId: string, gold = 1) => ({
  operationId,
  reason: 'quest',
  currencies: { gold },
});

/** Rules of what players own, of sections and of leases (docs/spec/profiles.md). */
export function profileEconomyContract(open: () => Promise<OpenProfileStore>): void {
  describe('operations', () => {
    test('[PR-10] wallet, inventory and statistics change in one write, and stay', async () => {
      await using opened = await open();
      const { repository } = openProfiles(opened.storage);
      await repository.create(ann);
      await repository.operate(ref, earn('start', 100));
      const { record, outcome } = await repository.operate(ref, {
        operationId: 'shop-1',
        reason: 'shop',
        currencies: { gold: -30 },
        items: { 'bow.long': 1 },
        statistics: { 'shop.visits': 1 },
      });
      expect(outcome).toMatchObject({ kind: 'applied', entry: { sequence: 2 } });
      expect(record).toMatchObject({
        revision: 3,
        wallet: { gold: 70 },
        inventory: { 'bow.long': 1 },
        statistics: { 'shop.visits': 1 },
      });
      expect(await repository.read(ref)).toEqual(record);
      expect(await repository.operate(ref, earn('broke', -71))).toMatchObject({
        outcome: { kind: 'refused', name: 'gold', has: 70, needs: 71 },
        record: { revision: 3 },
      });
    });

    test('[PR-11] however often and from wherever it is asked for, an operation happens once', async () => {
      await using opened = await open();
      const processes = [1, 2, 3].map(() => openProfiles(opened.storage).repository);
      await processes[0]?.create(ann);
      const asked = Array.from({ length: 30 }, (_, i) =>
        processes[i % 3]?.operate(ref, earn(`op-${i % 10}`)),
      );
      const outcomes = (await Promise.all(asked)).map((it) => it?.outcome.kind);
      expect(outcomes.filter((kind) => kind === 'applied')).toHaveLength(10);
      expect(outcomes.filter((kind) => kind === 'repeated')).toHaveLength(20);
      expect(await processes[0]?.read(ref)).toMatchObject({
        wallet: { gold: 10 },
        operationCount: 10,
      });
    });

    test('[PR-11] also when it has left the profile for the ledger', async () => {
      await using opened = await open();
      const { repository } = openProfiles(opened.storage);
      await repository.create(ann);
      for (let i = 0; i < 70; i += 1) await repository.operate(ref, earn(`op-${i}`));
      const { record, outcome } = await repository.operate(ref, earn('op-0'));
      expect(outcome).toMatchObject({ kind: 'repeated', entry: { sequence: 1 } });
      expect(record).toMatchObject({ wallet: { gold: 70 }, operationCount: 70 });
      await expect(repository.operate(ref, earn('op-0', 2))).rejects.toMatchObject({
        code: 'OPERATION_CONFLICT',
      });
    });

    test('[PR-12] the ledger has no holes, and adds up to the balance', async () => {
      await using opened = await open();
      const { repository } = openProfiles(opened.storage);
      await repository.create(ann);
      for (let first = 0; first < 100; first += 20) {
        const together = Array.from({ length: 20 }, (_, i) => earn(`op-${first + i}`, first + i));
        await Promise.all(together.map((each) => repository.operate(ref, each)));
      }
      const whole = await opened.storage.profiles.readWhole(ref);
      const ledger = wholeLedger(whole?.ledger ?? [], whole?.record.operations ?? []);
      expect(ledger.map(({ sequence }) => sequence)).toEqual(
        Array.from({ length: 100 }, (_, i) => i + 1),
      );
      const total = ledger.reduce((sum, { currencies }) => sum + (currencies['gold'] ?? 0), 0);
      expect(whole?.record.wallet).toEqual({ gold: total });
      expect(ledger.at(-1)?.after.currencies).toEqual({ gold: total });
    });

    test('[PR-12] the end of a session brings the ledger up to date', async () => {
      await using opened = await open();
      const { repository } = openProfiles(opened.storage);
      await repository.create(ann);
      const { token } = await repository.takeLease(ref, { holder: 'room', ttlMs: 1_000 });
      await repository.operate(ref, earn('op-0'));
      expect(await opened.storage.ledger.find(ref, 'op-0')).toBeNull();
      await repository.releaseLease(ref, token);
      expect(await opened.storage.ledger.find(ref, 'op-0')).toMatchObject({ sequence: 1 });
      // Again, beside rows that are there.
      await repository.operate(ref, earn('op-1'));
      await repository.releaseLease(ref, token);
      expect(await opened.storage.ledger.find(ref, 'op-1')).toMatchObject({ sequence: 2 });
    });
  });

  describe('sections', () => {
    test('[PR-4] a section has a revision of its own, and keeps what a player may put in', async () => {
      await using opened = await open();
      const { repository } = openProfiles(opened.storage);
      await repository.create(ann);
      const value = { $ref: 'x', 'a.b': { _bsontype: 'Long' }, ü: [null, 'NUL \u0000'], '': {} };
      const made = await repository.writeSection(ref, {
        ...{ name: 'loadout', value, writer: 'server', mode: { kind: 'create' } },
        rules: { readableBy: 'public', writableBy: 'owner' },
      });
      expect(made.sections['loadout']).toMatchObject({ revision: 1, value });
      // Other writes do not make it stale.
      await repository.addStatistics(ref, { wins: 1 });
      const mode = { kind: 'if-revision', revision: 1 } as const;
      const write = { name: 'loadout', value: { second: 1 }, writer: 'owner', mode } as const;
      await repository.writeSection(ref, write);
      await expect(repository.writeSection(ref, write)).rejects.toMatchObject({
        code: 'REVISION_STALE',
        details: { revision: 2 },
      });
      expect(await repository.read(ref)).toMatchObject({
        sections: { loadout: { value: { second: 1 }, readableBy: 'public', writableBy: 'owner' } },
      });
    });

    test('[PR-3] a blind write goes over whatever is there', async () => {
      await using opened = await open();
      const { repository } = openProfiles(opened.storage);
      await repository.create(ann);
      await repository.addStatistics(ref, { wins: 1 });
      const written = await repository.update(ref, { data: { blind: true } }, { ifRevision: null });
      expect(written).toMatchObject({
        revision: 3,
        data: { blind: true },
        statistics: { wins: 1 },
      });
    });
  });

  describe('leases', () => {
    test('[PR-20] of rooms in several processes one gets the profile; others read it', async () => {
      await using opened = await open();
      const rooms = [1, 2, 3, 4].map(() => openProfiles(opened.storage).repository);
      await rooms[0]?.create(ann);
      const outcomes = await Promise.allSettled(
        rooms.map((room, i) => room.takeLease(ref, { holder: `room ${i}`, ttlMs: 1_000 })),
      );
      const won = outcomes.flatMap((it) => (it.status === 'fulfilled' ? [it.value] : []));
      const lost = outcomes.flatMap((it) => (it.status === 'rejected' ? [it.reason.code] : []));
      expect(won).toHaveLength(1);
      expect(lost).toEqual(Array(3).fill('PROFILE_LEASED'));
      expect((await rooms[1]?.read(ref))?.lease?.holder).toBe(won[0]?.record.lease?.holder);
    });

    test('[PR-21] what a room writes that was overtaken is refused, whatever it believes', async () => {
      await using opened = await open();
      const { repository, clock } = openProfiles(opened.storage);
      await repository.create(ann);
      const old = await repository.takeLease(ref, { holder: 'old', ttlMs: 1_000 });
      clock.advance(1_000);
      const young = await repository.takeLease(ref, { holder: 'young', ttlMs: 1_000 });
      const write = (leaseToken: string) =>
        repository.update(ref, { data: { by: leaseToken } }, { ifRevision: null, leaseToken });
      await expect(write(old.token)).rejects.toMatchObject({ code: 'PROFILE_LEASE_LOST' });
      await expect(
        repository.renewLease(ref, { token: old.token, ttlMs: 1_000 }),
      ).rejects.toMatchObject({ code: 'PROFILE_LEASE_LOST' });
      expect(await write(young.token)).toMatchObject({ data: { by: young.token } });
    });

    test('[PR-22] while a room holds it others replace nothing, and what they add counts', async () => {
      await using opened = await open();
      const { repository } = openProfiles(opened.storage);
      await repository.create(ann);
      const { token } = await repository.takeLease(ref, { holder: 'room', ttlMs: 1_000 });
      const leased = { code: 'PROFILE_LEASED', details: { holder: 'room' } };
      await expect(
        repository.update(ref, { displayName: 'Anna' }, { ifRevision: null }),
      ).rejects.toMatchObject(leased);
      await repository.addStatistics(ref, { wins: 1 });
      await repository.operate(ref, earn('gift'));
      const leaseToken = token;
      const mine = await repository.update(
        ref,
        { data: { mine: 1 } },
        { ifRevision: null, leaseToken },
      );
      expect(mine).toMatchObject({
        statistics: { wins: 1 },
        wallet: { gold: 1 },
        data: { mine: 1 },
      });
      await repository.releaseLease(ref, token);
      await repository.update(ref, { displayName: 'Anna' }, { ifRevision: null });
    });
  });
}
