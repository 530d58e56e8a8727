import { join } from 'node:path';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { openSqliteProfiles } from '../../src/profiles/open-sqlite-profiles.ts';
import { createProfileService } from '../../src/profiles/service.ts';
import { MIGRATIONS } from '../../src/storage/sqlite/migrations.ts';
import { SqliteDatabase } from '../../src/storage/sqlite/sqlite-database.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

test('[PR-7] profiles of before there were home regions are found by nodes of any region, and go on', async () => {
  await using folder = await temporaryFolder('migration');
  const path = join(folder.path, 'store.sqlite');
  {
    await using old = await SqliteDatabase.open({ path, migrations: MIGRATIONS.slice(0, 2) });
    await old.write({
      sql: `INSERT INTO profiles VALUES ('p_ann', 7, 'Ann', '{"volume":1}', '{"wins":3}', 1000, 2000)`,
    });
  }
  await using db = await SqliteDatabase.open({ path });
  for (const regionId of ['local', 'eu']) {
    const storage = openSqliteProfiles(db);
    const profiles = createProfileService({ storage, regionId, log: pino({ level: 'silent' }) });
    const before = await profiles.read('p_ann');
    expect(before).toMatchObject({ displayName: 'Ann', data: { volume: 1 }, createdAtMs: 1_000 });
    const operation = { operationId: `gift-${regionId}`, reason: 'gift', currencies: { gold: 5 } };
    expect(await profiles.operate('p_ann', operation)).toMatchObject({ kind: 'applied' });
    await profiles.addStatistics('p_ann', { wins: 1 });
    await profiles.patch('p_ann', {
      ifRevision: (before?.revision ?? 0) + 2,
      data: { from: regionId },
    });
  }
  const storage = openSqliteProfiles(db);
  const profiles = createProfileService({
    storage,
    regionId: 'eu',
    log: pino({ level: 'silent' }),
  });
  expect(await profiles.readRecord('p_ann')).toMatchObject({
    revision: 13,
    homeRegion: 'local',
    data: { volume: 1, from: 'eu' },
    statistics: { wins: 5 },
    wallet: { gold: 10 },
    operationCount: 2,
  });
});
