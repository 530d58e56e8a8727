// Child process of crash.ts: players write in a row as fast as they can, and each write is named on stdout once it is acknowledged.

import { pino } from 'pino';
import { openSqliteProfiles } from '../../../src/profiles/open-sqlite-profiles.ts';
import { createProfileService } from '../../../src/profiles/service.ts';
import { SqliteDatabase } from '../../../src/storage/sqlite/sqlite-database.ts';
import { writeMixed } from './mixed-writes.ts';
import { taskOfWorker } from './worker.ts';

export interface CrashTask {
  readonly path: string;
  readonly players: readonly string[];
}

const { path, players } = taskOfWorker<CrashTask>();
const db = await SqliteDatabase.open({ path });
const profiles = createProfileService({
  ...{ storage: openSqliteProfiles(db), regionId: 'local', log: pino({ level: 'silent' }) },
});

await Promise.all(players.map(writeForEver));

async function writeForEver(playerId: string): Promise<void> {
  await profiles.create({ playerId, displayName: 'Ann' });
  await acknowledge(`${playerId} created`);
  for (let n = 0; ; n += 1) {
    await writeMixed(profiles, playerId, n);
    await acknowledge(`${playerId} ${n}`);
  }
}

/** Waited for, so that the writers keep the pace of who reads: a synchronous write to a full pipe would throw. */
function acknowledge(line: string): Promise<unknown> {
  return new Promise((written) => process.stdout.write(`${line}\n`, written));
}
