import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { openSqliteProfiles } from '../../../src/profiles/open-sqlite-profiles.ts';
import { wholeLedger } from '../../../src/profiles/player-erasure.ts';
import type { ProfileStorage } from '../../../src/profiles/profile-store.ts';
import { createProfileService } from '../../../src/profiles/service.ts';
import { SqliteDatabase } from '../../../src/storage/sqlite/sqlite-database.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import type { Runtimes } from '../../machine/runtimes.ts';
import { mulberry32 } from '../../scenarios/random.ts';
import type { CrashTask } from './crash-writer.ts';
import { writeKind } from './mixed-writes.ts';
import { BenchWorker } from './worker.ts';

const PLAYERS = 64;
/** A kill falls so long after the first acknowledged write, ms. */
const KILL_AFTER_MS = { least: 50, most: 1_500 } as const;

/** What a player was told: that he is there, and how many of his writes are. */
type Acknowledged = ReadonlyMap<string, number>;

/** One kill. */
export interface Kill {
  readonly killedAfterMs: number;
  readonly acknowledged: number;
  readonly lost: number;
}

/** Kills a writing process again and again, over the same file, and reads what is left after each kill. */
export async function runCrash(
  runtimes: Runtimes,
  { kills, seed }: { readonly kills: number; readonly seed: number },
): Promise<readonly Kill[]> {
  await using folder = await temporaryFolder('bench-crash');
  const path = join(folder.path, 'store.sqlite');
  const random = mulberry32(seed);
  const done: Kill[] = [];
  for (let round = 0; round < kills; round += 1) {
    const { least, most } = KILL_AFTER_MS;
    const killedAfterMs = Math.round(least + random() * (most - least));
    const players = Array.from({ length: PLAYERS }, (_, n) => `p_${round}_${n}`);
    const acknowledged = await writeUntilKilled(runtimes, { path, players }, killedAfterMs);
    done.push({
      killedAfterMs,
      acknowledged: [...acknowledged.values()].reduce((sum, writes) => sum + writes + 1, 0),
      lost: await countLost(path, acknowledged),
    });
  }
  return done;
}

async function writeUntilKilled(
  runtimes: Runtimes,
  task: CrashTask,
  afterMs: number,
): Promise<Acknowledged> {
  await using worker = new BenchWorker('crash-writer.ts', task, runtimes);
  const begun = Promise.withResolvers<void>();
  let output = '';
  worker.child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
    begun.resolve();
  });
  await begun.promise;
  await sleep(afterMs);
  await worker.kill();
  const acknowledged = new Map<string, number>();
  // A line cut by the kill was never a whole report.
  for (const line of output.split('\n').slice(0, -1)) {
    const [playerId = '', what = ''] = line.split(' ');
    acknowledged.set(playerId, what === 'created' ? 0 : Number(what) + 1);
  }
  return acknowledged;
}

/** Acknowledged writes that a new process does not find. */
async function countLost(path: string, acknowledged: Acknowledged): Promise<number> {
  await using db = await SqliteDatabase.open({ path });
  const [row] = await db.read({ sql: 'PRAGMA integrity_check' });
  if (row?.['integrity_check'] !== 'ok') throw new Error('The file is broken.');
  const storage = openSqliteProfiles(db);
  const log = pino({ level: 'silent' });
  const profiles = createProfileService({ storage, regionId: 'local', log });
  let lost = 0;
  for (const [playerId, writes] of acknowledged) {
    const record = await profiles.readRecord(playerId);
    const whole = record === null ? null : await storage.profiles.readWhole(record);
    // He is one of what was acknowledged, as are all his writes.
    lost += whole === null ? writes + 1 : lostWrites(whole, writes);
  }
  return lost;
}

function lostWrites(
  { record, ledger }: NonNullable<Awaited<ReturnType<ProfileStorage['profiles']['readWhole']>>>,
  writes: number,
): number {
  const kept = new Set(wholeLedger(ledger, record.operations).map((it) => it.operationId));
  const numbers = Array.from({ length: writes }, (_, n) => n);
  const operations = numbers.filter((n) => writeKind(n) === 'operate');
  const additions = numbers.filter((n) => writeKind(n) === 'add').length;
  const newest = numbers.findLast((n) => writeKind(n) === 'section') ?? -1;
  const section = Number(record.sections['loadout']?.value['n'] ?? -1);
  return (
    operations.filter((n) => !kept.has(`op:${n}`)).length +
    Math.max(0, additions - (record.statistics['additions'] ?? 0)) +
    (section < newest ? 1 : 0)
  );
}
