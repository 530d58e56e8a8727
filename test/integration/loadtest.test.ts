// The load test and the bench as their users start them: real processes, real servers, real protocol.

import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import { Report } from '../../loadtest/report/report.ts';
import { isLong, longTest } from '../support/long-test.ts';

const PROJECT_ROOT = `${import.meta.dirname}/../..`;
const WITHIN_MS = 120_000;

/** Runs an entry file of loadtest/ with `--json --no-save`. */
async function runCommand(
  entry: string,
  args: readonly string[],
): Promise<{ report: Report; log: string }> {
  const child = spawn(
    process.execPath,
    ['--conditions=meridian-source', `loadtest/${entry}`, ...args, '--json', '--no-save'],
    { cwd: PROJECT_ROOT, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let stdout = '';
  let log = '';
  child.stdout.on('data', (text) => {
    stdout += text;
  });
  child.stderr.on('data', (text) => {
    log += text;
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  expect(code, log).toBe(0);
  return { report: Report.parse(JSON.parse(stdout)), log };
}

test.each([['arena', 12] as const, ...(isLong ? [['duel', 6] as const] : [])])(
  'bots sign in, join, play %s and see their actions answered',
  async (room, players) => {
    const { report, log } = await runCommand('loadtest.ts', [
      ...['--room', room, '--players', String(players), '--seconds', '3', '--workers', '2'],
    ]);
    expect(report.figures, log).toMatchObject({
      players,
      joins_ok: players,
      joins_failed: 0,
      connections_dropped: 0,
    });
    expect(report.figures['action_p95_ms'], log).toBeGreaterThan(0);
    expect(report.figures['server_tick_p95_ms'], log).toBeGreaterThan(0);
    const [played] = report.runs as { faults: object; seconds: object[] }[];
    expect(played?.faults).toEqual({});
    expect(played?.seconds.length).toBeGreaterThanOrEqual(3);
  },
  WITHIN_MS,
);

longTest(
  'the rooms bench measures the same full game on every kind of server',
  async () => {
    // The two others are the same rooms with other timers, and without inputs.
    const contenders = ['meridian', 'colyseus-input', 'socketio', 'ws'];
    const { report, log } = await runCommand('bench.ts', [
      ...['rooms', '--quick', '--no-idle', '--players', '40', '--contenders', contenders.join(',')],
    ]);
    for (const run of report.runs) {
      expect(run, log).toMatchObject({
        kind: 'play',
        load: { faults: 0, dropped: 0, entitiesSeen: 20 },
      });
    }
    expect(report.runs.map(({ contender }) => contender)).toEqual(contenders);
    expect(report.figures['quick_bytes_ratio_vs_colyseus'], log).toBeLessThan(0.75);
  },
  WITHIN_MS,
);
