// Two and more writers, moves and deaths at random: docs/spec/profiles.md holds afterwards.

import { describe, expect, test } from 'vitest';
import { openSqliteProfiles } from '../../src/profiles/open-sqlite-profiles.ts';
import { SqliteDatabase } from '../../src/storage/sqlite/sqlite-database.ts';
import { missingTool } from '../support/missing-tool.ts';
import { MongoServer } from '../support/mongo-server.ts';
import { testSeed } from '../support/test-seed.ts';
import { runProfileWorld } from './profile-world.ts';

const options = { seed: testSeed, atATime: 6, faultShare: 0.03 };

describe('[PR-60] wallets conserved, ledgers complete, no revision lost, no name twice', () => {
  test('SQLite', { timeout: 120_000 }, async () => {
    await using db = await SqliteDatabase.open({ path: ':memory:' });
    const report = await runProfileWorld(openSqliteProfiles(db), { ...options, steps: 3_000 });
    console.log(JSON.stringify(report));
    expect(report.faults).toBeGreaterThan(100);
    expect(report.moves).toBeGreaterThan(20);
    expect(report.done['transfer']).toBeGreaterThan(100);
  });

  test.skipIf(missingTool('mongo-server'))('MongoDB’s protocol', { timeout: 120_000 }, async () => {
    await using server = await MongoServer.start();
    await using opened = await server.openProfiles();
    const report = await runProfileWorld(opened.storage, { ...options, steps: 600 });
    console.log(`${server.name}: ${JSON.stringify(report)}`);
    expect(report.faults).toBeGreaterThan(20);
    expect(report.moves).toBeGreaterThan(5);
  });
});
