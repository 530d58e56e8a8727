import { RedisServer } from '../../../test/support/redis-server.ts';
import { findRuntimes, pinProcess } from '../../machine/runtimes.ts';
import { median } from '../../statistics/percentile.ts';
import { CONTENDERS, type Contender } from '../rooms/contenders.ts';
import type { FailedRun, PlayRun } from '../rooms/run.ts';
import { ContenderRunner, type Durations, LOAD_CORE } from '../rooms/run-contender.ts';
import type { ServerSetup } from '../rooms/wire.ts';
import { RedisMeter } from './redis-meter.ts';

const PLAYERS = 500;
const FULL: Durations = { warmUpMs: 3_000, windowMs: 6_000, quietWithinMs: 12_000, attempts: 3 };
const QUICK: Durations = { warmUpMs: 1_000, windowMs: 2_500, quietWithinMs: 1_000, attempts: 1 };

/** What a durability costs the node and Redis, at 500 players of the rooms bench on a core of their own. */
export interface JournalCost {
  readonly kind: 'journal-cost';
  readonly durability: 'none' | 'journal';
  readonly players: number;
  readonly cpuPercent: number;
  readonly actionP95Ms: number;
  /** What Redis received from the node, bytes per second. */
  readonly redisBytesPerSecond: number;
}

/** The same game with and without a journal, in turns. @throws {Error} when a server could not be measured */
export async function measureJournalCost(
  projectRoot: string,
  turns: number,
  isQuick: boolean,
  onRun: (run: JournalCost) => void,
): Promise<readonly JournalCost[]> {
  const runtimes = findRuntimes(projectRoot);
  const runner = new ContenderRunner(projectRoot, runtimes, isQuick ? QUICK : FULL);
  const runs: JournalCost[] = [];
  for (let turn = 0; turn < turns; turn++) {
    // Each turn begins with the other one: slow changes of the machine meet both alike.
    const durabilities =
      turn % 2 === 0 ? (['none', 'journal'] as const) : (['journal', 'none'] as const);
    for (const durability of durabilities) {
      await using redis = await RedisServer.start();
      // Where a node has a core of its own, Redis is on another machine: it must not come between a node and its core.
      pinProcess(runtimes, LOAD_CORE, redis.pid);
      await using meter = new RedisMeter(redis.client());
      const run = await runner.play(
        contender({ durability, redisUri: redis.uri }),
        PLAYERS,
        'turn',
      );
      const { server, load } = played(run);
      const cost: JournalCost = {
        kind: 'journal-cost',
        durability,
        players: PLAYERS,
        cpuPercent: server.cpuPercent,
        actionP95Ms: load.actionMs.p95,
        redisBytesPerSecond: meter.receivedBytesPerSecond(load.wallMs),
      };
      runs.push(cost);
      onRun(cost);
    }
  }
  return runs;
}

export function journalCostMedians(runs: readonly JournalCost[]) {
  const of = (durability: JournalCost['durability']) =>
    runs.filter((run) => run.durability === durability);
  const cpu = (durability: JournalCost['durability']) =>
    median(of(durability).map(({ cpuPercent }) => cpuPercent));
  return {
    cpuRatio: cpu('journal') / cpu('none'),
    redisBytesPerSecond: median(of('journal').map((run) => run.redisBytesPerSecond)),
  };
}

function contender(setup: Partial<ServerSetup>): Contender {
  return { ...CONTENDERS.meridian, setup };
}

function played(run: PlayRun | FailedRun): PlayRun {
  if (run.kind === 'failed') throw new Error(`journal cost: ${run.message}`);
  return run;
}
