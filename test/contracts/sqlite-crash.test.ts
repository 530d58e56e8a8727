import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { testSeed } from '../support/test-seed.ts';

const KILLS = 5;
/** Where a kill falls, in acknowledged writes: somewhere else in each round and run. */
const killAfter = (round: number) => 50 + ((testSeed * 31 + round * 7_919) % 1_000);

test('[ACC-1] a process killed in the midst of writing loses nothing it acknowledged', async () => {
  await using folder = await temporaryFolder('crash');
  const path = join(folder.path, 'store.sqlite');
  const acknowledged: string[] = [];
  for (let round = 0; round < KILLS; round += 1) {
    acknowledged.push(...(await writeUntilKilled(path, round, killAfter(round))));
  }
  expect(acknowledged.length).toBeGreaterThanOrEqual(KILLS * 50);

  using db = new DatabaseSync(path);
  expect(db.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
  const rows = db.prepare('SELECT player_id, statistics FROM profiles').all();
  const stored = new Map(rows.map((row) => [row['player_id'], row['statistics']]));
  const lost = acknowledged.filter((id) => stored.get(id) !== '{"acknowledged":1}');
  expect(lost).toEqual([]);
});

/** @returns ids the child had reported when it died */
async function writeUntilKilled(path: string, round: number, kills: number): Promise<string[]> {
  const script = join(import.meta.dirname, 'sqlite-crash-writer.ts');
  const child: ChildProcess = spawn(
    process.execPath,
    ['--conditions=meridian-source', script, path, String(round)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const closed = once(child, 'close');
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
    if (!child.killed && output.split('\n').length > kills) child.kill('SIGKILL');
  });
  const [, signal] = await closed;
  expect(signal).toBe('SIGKILL');
  // A line cut by the kill was never a whole report.
  return output.split('\n').slice(0, -1);
}
