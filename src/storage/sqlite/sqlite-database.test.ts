import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Worker } from 'node:worker_threads';
import { describe, expect, onTestFinished, test } from 'vitest';
import { SqliteDatabase } from './sqlite-database.ts';
import { SqliteError } from './sqlite-error.ts';

const COUNTERS = [
  'CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER CHECK (value < 100)) STRICT;',
];
const insert = (name: string, value = 0) => ({
  sql: 'INSERT INTO counters VALUES (:name, :value)',
  params: { name, value },
});
/** Half a second of work. */
const SLOW = {
  sql: 'WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 2000000) SELECT max(x) FROM n',
};
const names = async (db: SqliteDatabase) =>
  (await db.read({ sql: 'SELECT name FROM counters ORDER BY name' })).map((row) => row['name']);

async function temporaryFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'meridian-sqlite-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'deep', 'store.sqlite');
}

/** Transactions in the write-ahead log: frames whose "size after commit" is set (https://sqlite.org/walformat.html). */
async function commitCount(path: string): Promise<number> {
  const wal = await readFile(`${path}-wal`);
  const frameBytes = 24 + wal.readUInt32BE(8);
  let commits = 0;
  for (let at = 32; at + frameBytes <= wal.length; at += frameBytes) {
    if (wal.readUInt32BE(at + 4) !== 0) commits += 1;
  }
  return commits;
}

async function openCounters(path: string): Promise<SqliteDatabase> {
  const db = await SqliteDatabase.open({ path, migrations: COUNTERS });
  onTestFinished(() => db.close());
  return db;
}

describe('SqliteDatabase', () => {
  test('[ACC-1] makes the folder, keeps rows over a restart, and is in WAL with synchronous FULL', async () => {
    const path = await temporaryFile();
    const first = await openCounters(path);
    await first.write(insert('kept'));
    expect(await first.read({ sql: 'PRAGMA journal_mode' })).toEqual([{ journal_mode: 'wal' }]);
    expect(await first.read({ sql: 'PRAGMA synchronous' })).toEqual([{ synchronous: 2 }]);
    await first.close();
    expect(await names(await openCounters(path))).toEqual(['kept']);
  });

  test('[ACC-2] writes that wait together are committed together, and a failing one undoes only itself', async () => {
    const path = await temporaryFile();
    const db = await openCounters(path);
    const commitsBefore = await commitCount(path);
    const outcomes = await Promise.allSettled([
      ...Array.from({ length: 50 }, (_, i) => db.write(insert(`a${i}`))),
      db.write(insert('half'), insert('a0')), // its second statement breaks the primary key
      db.write(insert('big', 100)),
      ...Array.from({ length: 50 }, (_, i) => db.write(insert(`b${i}`))),
    ]);
    expect(outcomes.filter((o) => o.status === 'fulfilled')).toHaveLength(100);
    const refused = outcomes.flatMap((o) => (o.status === 'rejected' ? [o.reason] : []));
    expect(refused.map((error: SqliteError) => error.constraint)).toEqual(['unique', 'check']);
    expect(await names(db)).toHaveLength(100);
    expect(await names(db)).not.toContain('half');
    // How the 102 requests fall into groups depends on the scheduler; one transaction each would be 102.
    expect((await commitCount(path)) - commitsBefore).toBeLessThan(52);
  });

  test('[ACC-2] a statement that is not SQL fails alone', async () => {
    const db = await openCounters(':memory:');
    const [broken, sound] = await Promise.allSettled([
      db.write({ sql: 'NOT SQL' }),
      db.write(insert('sound')),
    ]);
    expect(broken).toMatchObject({ status: 'rejected', reason: expect.any(SqliteError) });
    expect(sound.status).toBe('fulfilled');
  });

  test('a read sees the writes called before it', async () => {
    const db = await openCounters(':memory:');
    const written = db.write(insert('seen'));
    expect(await names(db)).toEqual(['seen']);
    await written;
  });

  test('returns rows of RETURNING and the number of changes', async () => {
    const db = await openCounters(':memory:');
    await db.write(insert('x'), insert('y'));
    const [updated, deleted] = await db.write(
      { sql: 'UPDATE counters SET value = value + 1 RETURNING name, value' },
      { sql: 'DELETE FROM counters WHERE name = :name', params: { name: 'x' } },
    );
    expect(updated).toEqual({
      rows: [
        { name: 'x', value: 1 },
        { name: 'y', value: 1 },
      ],
      changes: 2,
    });
    expect(deleted).toEqual({ rows: [], changes: 1 });
  });

  test('close() answers what was asked before and refuses what comes after', async () => {
    const path = await temporaryFile();
    const db = await openCounters(path);
    const writes = Array.from({ length: 20 }, (_, i) => db.write(insert(`w${i}`)));
    const closed = db.close();
    await expect(db.write(insert('late'))).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await Promise.all(writes);
    await closed;
    expect(await names(await openCounters(path))).toHaveLength(20);
  });

  test('[ACC-3] a crash of the worker fails what is in flight, then the file is opened again', async () => {
    const path = await temporaryFile();
    const clock = { nowMs: 0, monotonicMs: () => clock.nowMs, wallMs: () => 0 };
    let worker: Worker | undefined;
    process.once('worker', (started) => {
      worker = started;
    });
    const db = await SqliteDatabase.open({ path, migrations: COUNTERS, clock });
    onTestFinished(() => db.close());
    await db.write(insert('before'));
    // Killed before or during the slow read, so the write of the same group cannot have been committed.
    const inFlight = Promise.allSettled([db.read(SLOW), db.write(insert('during'))]);
    await worker?.terminate();
    for (const outcome of await inFlight) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'STORE_UNAVAILABLE' } });
    }
    await expect(db.read({ sql: 'SELECT 1' })).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    clock.nowMs = 1_000;
    expect(await names(db)).toEqual(['before']);
  });

  test('[ACC-3] refuses at once when too much is in flight', async () => {
    const db = await SqliteDatabase.open({ path: ':memory:', migrations: COUNTERS, maxPending: 2 });
    onTestFinished(() => db.close());
    const outcomes = await Promise.allSettled([1, 2, 3].map((n) => db.write(insert(`n${n}`))));
    expect(outcomes.map((o) => o.status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
  });

  test('runs only the migrations that are missing, and refuses a file of a newer build', async () => {
    const path = await temporaryFile();
    await (await openCounters(path)).close();
    const newer = await SqliteDatabase.open({
      path,
      migrations: [...COUNTERS, 'CREATE TABLE later (x) '],
    });
    await newer.close();
    await expect(openCounters(path)).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      cause: expect.objectContaining({ message: expect.stringContaining('newer build') }),
    });
  });

  test('a file locked by another process is STORE_UNAVAILABLE', async () => {
    const path = await temporaryFile();
    const db = await SqliteDatabase.open({ path, migrations: COUNTERS, busyTimeoutMs: 1 });
    onTestFinished(() => db.close());
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    await expect(db.write(insert('x'))).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    other.exec('ROLLBACK');
    other.close();
    await db.write(insert('x'));
  });
});
