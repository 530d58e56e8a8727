import { join } from 'node:path';
import { openSqliteProfiles } from '../../../src/profiles/open-sqlite-profiles.ts';
import { SqliteDatabase } from '../../../src/storage/sqlite/sqlite-database.ts';
import { type ProfileWorldReport, runProfileWorld } from '../../../test/contracts/profile-world.ts';
import { MongoServer } from '../../../test/support/mongo-server.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';

/** What happened in a world in which every promise was kept. */
export interface WorldRun extends ProfileWorldReport {
  readonly store: string;
  readonly operations: number;
}

const WORLD = { atATime: 6, faultShare: 0.03 } as const;

/**
 * Writers, moves and deaths at random: on SQLite, then on MongoDB or what stands for it.
 *
 * @throws {AssertionError} when a promise of docs/spec/profiles.md was broken
 */
export async function runWorlds({
  steps,
  mongoSteps,
  seed,
}: {
  readonly steps: number;
  readonly mongoSteps: number;
  readonly seed: number;
}): Promise<readonly [WorldRun, WorldRun]> {
  await using folder = await temporaryFolder('bench-world');
  await using db = await SqliteDatabase.open({ path: join(folder.path, 'store.sqlite') });
  const onSqlite = await runProfileWorld(openSqliteProfiles(db), { ...WORLD, seed, steps });
  await using server = await MongoServer.start();
  await using opened = await server.openProfiles();
  const onMongo = await runProfileWorld(opened.storage, { ...WORLD, seed, steps: mongoSteps });
  return [
    { store: 'SQLite', operations: operationsIn(onSqlite), ...onSqlite },
    { store: server.name, operations: operationsIn(onMongo), ...onMongo },
  ];
}

/** Those that were done, and those that were refused or died. */
function operationsIn({ done, failed }: ProfileWorldReport): number {
  return [...Object.values(done), ...Object.values(failed)].reduce((sum, count) => sum + count, 0);
}
