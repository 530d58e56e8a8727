import { expect, test } from 'vitest';
import { faultyStorage, type StorageFault } from '../../test/support/faulty-storage.ts';
import { openProfiles, SetClock } from '../../test/support/open-profiles.ts';
import { profileMemory, rememberingStorage } from '../../test/support/remembering-storage.ts';
import { SqliteDatabase } from '../storage/sqlite/sqlite-database.ts';
import { openSqliteProfiles } from './open-sqlite-profiles.ts';
import { MOST_CARRIED } from './player-operation.ts';
import type { ProfileStorage } from './profile-store.ts';

const ANN = { playerId: 'p_annannannannannannan', homeRegion: 'eu' };

/** Two processes over one store, which remember what they write and tell each other nothing. */
async function twoProcesses() {
  const db = await SqliteDatabase.open({ path: ':memory:' });
  const storage = openSqliteProfiles(db);
  const clock = new SetClock();
  const one = processOver(storage, clock);
  const other = processOver(storage, clock);
  await one.repository.create({ ...ANN, displayName: 'Ann' });
  return { one, other, [Symbol.asyncDispose]: () => db.close() };
}

function processOver(storage: ProfileStorage, clock: SetClock) {
  const asked: string[] = [];
  const faults = new Map<string, StorageFault>();
  const watched = faultyStorage(storage, (call) => {
    asked.push(call);
    return faults.get(call);
  });
  const remembering = rememberingStorage(watched, profileMemory(watched.profiles, clock));
  return { ...openProfiles(remembering, clock), asked, faults };
}

type Process = ReturnType<typeof processOver>;

let given = 0;

function pay({ repository }: Process, gold: number) {
  given += 1;
  const operation = { operationId: `op:${given}`, reason: 'test', currencies: { gold } };
  return repository.operate(ANN, operation);
}

test('[CA-11] what a process wrote last it writes over without a look', async () => {
  await using world = await twoProcesses();
  const { one } = world;
  await pay(one, 5);
  one.asked.length = 0;
  const { record } = await pay(one, -2);
  expect(record).toMatchObject({ revision: 3, wallet: { gold: 3 } });
  expect(one.asked).toEqual(['profiles.replace']);
});

test('[CA-11] what another wrote meanwhile is found, and written over', async () => {
  await using world = await twoProcesses();
  const { one, other } = world;
  await pay(one, 5);
  await pay(other, 7);
  const { record } = await pay(one, 1);
  expect(record).toMatchObject({ revision: 4, wallet: { gold: 13 } });
  one.asked.length = 0;
  await pay(one, 1);
  expect(one.asked).toEqual(['profiles.replace']);
});

test('[CA-3] [CA-11] who was too late with a write shows what was written before it', async () => {
  await using world = await twoProcesses();
  const { one, other } = world;
  await pay(one, 5);
  await pay(other, 7);
  const late = one.repository.update(ANN, { displayName: 'Anna' }, { ifRevision: 2 });
  await expect(late).rejects.toMatchObject({ code: 'REVISION_STALE' });
  expect(await one.repository.readForDisplay(ANN)).toMatchObject({ wallet: { gold: 12 } });
});

test('[CA-11] a no is said only after the store was asked', async () => {
  await using world = await twoProcesses();
  const { one, other } = world;
  await pay(one, 5);
  await pay(other, 7);
  // Five would not be enough.
  expect((await pay(one, -12)).outcome.kind).toBe('applied');
  expect((await pay(other, -1)).outcome).toMatchObject({ kind: 'refused', has: 0 });
  const whatever = { ifRevision: null };
  const { revision } = await other.repository.update(ANN, { displayName: 'Anne' }, whatever);
  const renamed = await one.repository.update(
    ANN,
    { displayName: 'Ana' },
    { ifRevision: revision },
  );
  expect(renamed).toMatchObject({ displayName: 'Ana' });
});

test('[CA-11] [PR-51] whom this process has begun to delete it writes no more', async () => {
  await using world = await twoProcesses();
  const { one } = world;
  one.faults.set('directory.remove', 'before');
  await expect(one.erasure.erase(ANN)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  await expect(pay(one, 1)).rejects.toMatchObject({ code: 'PROFILE_UNKNOWN' });
});

test('[CA-11] [PR-51] of a player who was deleted elsewhere nothing is written to the ledger', async () => {
  await using world = await twoProcesses();
  const { one, other } = world;
  for (let n = 1; n < MOST_CARRIED; n += 1) await pay(one, 1);
  await other.erasure.erase(ANN);
  one.asked.length = 0;
  // Half of the operations would leave the profile with this one.
  await expect(pay(one, 1)).rejects.toMatchObject({ code: 'PROFILE_UNKNOWN' });
  expect(one.asked).not.toContain('ledger.append');
});
