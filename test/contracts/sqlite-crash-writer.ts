// Child process of sqlite-crash.test.ts: writes as fast as it can, and names each write on stdout once it is acknowledged.
//
// argv: <sqlite file> <run number>

import { pino } from 'pino';
import { openSqliteProfiles } from '../../src/profiles/open-sqlite-profiles.ts';
import { createProfileService } from '../../src/profiles/service.ts';
import { SqliteDatabase } from '../../src/storage/sqlite/sqlite-database.ts';

const [path = '', run = ''] = process.argv.slice(2);
const db = await SqliteDatabase.open({ path });
const store = createProfileService({
  storage: openSqliteProfiles(db),
  regionId: 'local',
  log: pino({ level: 'silent' }),
});

let next = 0;
async function writeForEver(): Promise<never> {
  for (;;) {
    const playerId = `p_${run}_${next++}`;
    await store.create({ playerId, displayName: 'Ann' });
    await store.addStatistics(playerId, { acknowledged: 1 });
    // Waited for, so that the writers keep the pace of a parent that is slow to read. (A synchronous write to its full pipe
    // would throw EAGAIN.)
    await new Promise((written) => process.stdout.write(`${playerId}\n`, written));
  }
}

await Promise.all(Array.from({ length: 50 }, writeForEver));
