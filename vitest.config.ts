import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { RunReport } from './test/support/run-report.ts';

/**
 * Seed of everything random in this run, property tests included. The run prints it; `MERIDIAN_TEST_SEED=<it>` repeats
 * the run.
 */
const seed = Number(process.env['MERIDIAN_TEST_SEED'] ?? Date.now() % 2 ** 31);

/**
 * Real processes in real time, on machines that do other things too: one more try, and whatever needed it is listed with its first
 * failure at the end of the run, for somebody to look into.
 */
const REAL_TIME = { retry: 1 } as const;

/**
 * Tests that start regions by the handful: up to ten nodes and five Redis servers. Two files at a time, by themselves: beside more of
 * them a node takes six seconds to start, where it takes one.
 */
const SEVERAL_REGIONS = [
  'backfill-regions',
  'clock-skew',
  'evacuation',
  'matchmaking-apart-regions',
  'matchmaking-regions',
  'traces-regions',
  'world',
  'world-chaos',
].map((name) => `test/cluster/${name}.test.ts`);

/**
 * What beside others would judge who had the core: each frame that a browser draws, how long PM2 waits for a server, a linter that takes
 * all cores for all files.
 */
const ALONE = [
  'test/e2e/survival.test.ts',
  'test/integration/layers.test.ts',
  'test/integration/pm2.test.ts',
];

/** Files of a minute and so, the longest first. Who begins one of them last waits for it alone. */
const LONG_FILES = [
  'test/infra/terraform.test.ts',
  'test/cluster/lease.test.ts',
  'test/integration/backfill.test.ts',
  'test/cluster/survival-faults.test.ts',
  'test/cluster/chaos.test.ts',
  'test/integration/loadtest.test.ts',
  'test/cluster/matchmaking-apart.test.ts',
  'test/cluster/deferred-writes.test.ts',
  'test/integration/deferred-writes.test.ts',
  'test/contracts/migrations.test.ts',
  'test/cluster/world-chaos.test.ts',
  'test/cluster/evacuation.test.ts',
  'test/integration/setup.test.ts',
];

class LongFilesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const at = LONG_FILES.findIndex((path) => moduleId.endsWith(path));
      return at === -1 ? LONG_FILES.length : at;
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  // Tests run on the TypeScript sources, as `npm start` does.
  resolve: { conditions: ['meridian-source'] },
  ssr: { resolve: { conditions: ['meridian-source'], externalConditions: ['meridian-source'] } },
  test: {
    // Ours first: Vitest's closing lines stay the last ones.
    reporters: [new RunReport(), 'default'],
    setupFiles: ['./test/support/seed-properties.ts'],
    env: {
      MERIDIAN_TEST_SEED: String(seed),
      // Hundreds of nodes are started, each of 400 files: compiled once, a start takes half the CPU.
      NODE_COMPILE_CACHE: join(import.meta.dirname, '.toolchain', 'compile-cache'),
    },
    // A failure is a finding. Only what waits for real processes in real time is tried again (below), and the run names it.
    retry: 0,
    bail: 0,
    // `test.only` belongs to the hour of writing.
    allowOnly: process.env['CI'] === undefined,
    passWithNoTests: false,
    // The Colyseus SDK tells every try to reconnect, here many per test, and has no switch for it.
    onConsoleLog: (log) => !log.startsWith('[Colyseus reconnection]'),
    slowTestThreshold: 2_000,
    // A process per file: Colyseus keeps its matchmaker at module level, and a test may send signals.
    pool: 'forks',
    // Most of a test of processes is waiting, for leases and timers: two cores can take four files at a time.
    maxWorkers: 4,
    sequence: { sequencer: LongFilesFirst },
    execArgv: ['--conditions=meridian-source'],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: [
            'src/**/*.test.ts',
            'client-sdk/src/**/*.test.ts',
            'demos/**/*.test.ts',
            'loadtest/**/*.test.ts',
            'bin/**/*.test.ts',
          ],
          // Properties compute; beside three other files on two cores that takes its time.
          testTimeout: 20_000,
        },
      },
      {
        extends: true,
        test: {
          ...REAL_TIME,
          name: 'integration',
          include: ['test/{integration,contracts,cluster,support,infra}/**/*.test.ts'],
          exclude: [...SEVERAL_REGIONS, ...ALONE],
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          ...REAL_TIME,
          name: 'regions',
          include: SEVERAL_REGIONS,
          testTimeout: 30_000,
          hookTimeout: 30_000,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          ...REAL_TIME,
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          exclude: ALONE,
          testTimeout: 120_000,
          hookTimeout: 60_000,
          // Browsers are heavy: few files at a time, after everything else.
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: {
          ...REAL_TIME,
          name: 'alone',
          include: ALONE,
          testTimeout: 120_000,
          hookTimeout: 60_000,
          maxWorkers: 1,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
