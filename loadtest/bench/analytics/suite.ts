import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { z } from 'zod';
import { defineEvents } from '../../../src/analytics/define-events.ts';
import { EventBuffer } from '../../../src/analytics/event-buffer.ts';
import { sealEvent } from '../../../src/analytics/event-record.ts';
import { BufferedRecorder } from '../../../src/analytics/event-recorder.ts';
import { systemClock as clock } from '../../../src/shared/clock.ts';
import { AnalyticsMetrics } from '../../../src/telemetry/analytics-metrics.ts';
import type { Report } from '../../report/report.ts';
import { completeReport } from '../../report/write-report.ts';

const CAPACITY = 10_000;
const BATCH = 256;
const ROUNDS = 9;
const NS_PER_US = 1_000;

const events = defineEvents({
  boss_killed: {
    version: 1,
    fields: { boss: z.string(), afterMs: z.number(), isFirst: z.boolean() },
  },
});

/** Measures one thread of its own code: no Redis, no disk. */
export function runAnalyticsSuite(projectRoot: string, progress: (line: string) => void): Report {
  const runs = Array.from({ length: ROUNDS }, measureRound).slice(1);
  const figures = {
    record_ns: median(runs.map((run) => run.recordNs)),
    record_full_ns: median(runs.map((run) => run.recordFullNs)),
    seal_batch_us: median(runs.map((run) => run.sealBatchUs)),
    full_buffer_bytes: median(runs.map((run) => run.fullBufferBytes)),
  };
  progress(`${ROUNDS - 1} rounds of ${CAPACITY} events, after one that is not counted`);
  return completeReport(projectRoot, {
    suite: 'analytics',
    isPinned: false,
    figures,
    notes: ['CPU time of the process; a busy machine shows less than in times by the wall clock.'],
    runs: runs.map((run) => ({ ...run })),
  });
}

function measureRound() {
  const log = pino({ level: 'silent' });
  const metrics = new AnalyticsMetrics(new Registry());
  const buffer = new EventBuffer({
    capacity: CAPACITY,
    onDropped: (eventClass) => metrics.dropped(eventClass),
  });
  const recorder = new BufferedRecorder({ buffer, events, clock, metrics, log });
  const fill = () => {
    for (let n = 0; n < CAPACITY; n += 1) {
      recorder.record(
        events.boss_killed,
        { boss: 'hydra', afterMs: n, isFirst: false },
        { room: 'arena', roomId: 'r1', matchId: null, playerId: `p${n % 100}` },
      );
    }
  };
  collectGarbage();
  const heapBefore = process.memoryUsage().heapUsed;
  const filling = cpuNs(fill);
  collectGarbage();
  const fullBufferBytes = Math.max(0, process.memoryUsage().heapUsed - heapBefore);
  // Full: each of these drops one.
  const dropping = cpuNs(fill);
  const source = { regionId: 'local', nodeId: 'n1' };
  let batches = 0;
  const sealing = cpuNs(() => {
    for (let batch = buffer.take(BATCH); batch.length > 0; batch = buffer.take(BATCH)) {
      for (const event of batch) sealEvent(event, 'a_0123456789abcdef01234567', source);
      batches += 1;
    }
  });
  return {
    recordNs: Math.round(filling / CAPACITY),
    recordFullNs: Math.round(dropping / CAPACITY),
    sealBatchUs: Math.round(sealing / batches / NS_PER_US),
    fullBufferBytes,
  };
}

/** Otherwise the heap is what happens to be left of earlier rounds. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

function cpuNs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) * NS_PER_US;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
