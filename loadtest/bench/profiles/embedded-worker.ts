// Child process of embedded.ts: the profile service on a SQLite file, and players who write at a pace.

import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { openSqliteProfiles } from '../../../src/profiles/open-sqlite-profiles.ts';
import { createProfileService } from '../../../src/profiles/service.ts';
import { SqliteDatabase } from '../../../src/storage/sqlite/sqlite-database.ts';
import { mulberry32 } from '../../scenarios/random.ts';
import { writeMixed } from './mixed-writes.ts';
import { pace } from './pace.ts';
import { taskOfWorker, tellBench } from './worker.ts';

export interface EmbeddedTask {
  readonly path: string;
  readonly players: number;
  readonly perSecond: number;
  readonly warmSeconds: number;
  readonly seconds: number;
  readonly seed: number;
}

export interface EmbeddedRound {
  readonly writes: number;
  readonly failed: number;
  readonly failure: string;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Of this process, its load generator included. */
  readonly lagP99Ms: number;
  readonly lagMaxMs: number;
  /** The same with nothing to do: what the machine alone makes of it. */
  readonly idleLagP99Ms: number;
  readonly cpuRatio: number;
}

const NS_PER_MS = 1e6;
/** Of the sampling timer. What is measured is the time between two of its turns, so this is not lag. */
const LAG_RESOLUTION_MS = 1;
const IDLE_MS = 3_000;

const task = taskOfWorker<EmbeddedTask>();
const db = await SqliteDatabase.open({ path: task.path });
const profiles = createProfileService({
  ...{ storage: openSqliteProfiles(db), regionId: 'local', log: pino({ level: 'silent' }) },
});
const players = Array.from({ length: task.players }, (_, n) => `p_${String(n).padStart(20, '0')}`);
await Promise.all(players.map((playerId) => profiles.create({ playerId, displayName: 'Ann' })));

const random = mulberry32(task.seed);
let written = 0;
const write = () => {
  const playerId = players[Math.floor(random() * players.length)] as string;
  written += 1;
  return writeMixed(profiles, playerId, written);
};
const { perSecond, warmSeconds, seconds } = task;
const idle = lagWatch();
await sleep(IDLE_MS);
const idleLag = idle();
await pace({ perSecond, seconds: warmSeconds }, write);
const watch = lagWatch();
const cpu = process.cpuUsage();
const { latency, calls, failed, failure } = await pace({ perSecond, seconds }, write);
const { user, system } = process.cpuUsage(cpu);
const lag = watch();
const { p50, p99, max } = latency.quantiles();
await db.close();
tellBench({
  ...{ writes: calls, failed, failure, p50Ms: p50, p99Ms: p99, maxMs: max },
  ...{ lagP99Ms: lag.p99Ms, lagMaxMs: lag.maxMs, idleLagP99Ms: idleLag.p99Ms },
  cpuRatio: (user + system) / 1e6 / seconds,
} satisfies EmbeddedRound);

function lagWatch(): () => { readonly p99Ms: number; readonly maxMs: number } {
  const delay = monitorEventLoopDelay({ resolution: LAG_RESOLUTION_MS });
  delay.enable();
  return () => {
    delay.disable();
    const lagMs = (ns: number) => Math.max(0, ns / NS_PER_MS - LAG_RESOLUTION_MS);
    return { p99Ms: lagMs(delay.percentile(99)), maxMs: lagMs(delay.max) };
  };
}
