// The analytics of a node without the node: it records, or it ships, until it is killed. Run by AnalyticsNodeProcess.

import { pino } from 'pino';
import { Registry } from 'prom-client';
import { z } from 'zod';
import { RedisAliasStore } from '../../src/analytics/alias-store-redis.ts';
import { defineEvents } from '../../src/analytics/define-events.ts';
import { EventBuffer } from '../../src/analytics/event-buffer.ts';
import { EventPublisher } from '../../src/analytics/event-publisher.ts';
import { EventRecord } from '../../src/analytics/event-record.ts';
import { BufferedRecorder } from '../../src/analytics/event-recorder.ts';
import { EventShipper } from '../../src/analytics/event-shipper.ts';
import type { EventSink } from '../../src/analytics/event-sink.ts';
import { FileEventSink } from '../../src/analytics/event-sink-files.ts';
import type { EventStream } from '../../src/analytics/event-stream.ts';
import { RedisEventStream } from '../../src/analytics/event-stream-redis.ts';
import { systemClock as clock } from '../../src/shared/clock.ts';
import { parseJson } from '../../src/shared/parse-json.ts';
import { openRedis } from '../../src/storage/redis/redis-connection.ts';
import { AnalyticsMetrics } from '../../src/telemetry/analytics-metrics.ts';
import type { AnalyticsNodeMessage, AnalyticsRole } from './analytics-node-process.ts';

const RECORD_EVERY_MS = 5;
const PER_TURN = 10;
const TAKE_OVER_AFTER_MS = 500;

const [role = '', nodeId = '', redisUri = '', folder = ''] = process.argv.slice(2);
const log = pino({ level: 'silent' });
const metrics = new AnalyticsMetrics(new Registry());
const redis = await openRedis(redisUri, { name: 'analytics', log });
const real = new RedisEventStream(
  { redis, clock },
  { nodeId, mostEvents: 100_000, takeOverAfterMs: TAKE_OVER_AFTER_MS },
);

function tell(message: AnalyticsNodeMessage): void {
  process.send?.(message);
}

function stuck(): Promise<never> {
  tell({ kind: 'stuck' });
  return new Promise(() => {});
}

function record(): void {
  const events = defineEvents({ counted: { version: 1, fields: { n: z.int() } } });
  const buffer = new EventBuffer({ capacity: 10_000, onDropped: () => process.exit(1) });
  const recorder = new BufferedRecorder({ buffer, events, clock, metrics, log });
  const stream: EventStream = {
    append: async (lines) => {
      const appended = await real.append(lines);
      const numbers = lines.map((line) => Number(parseJson(EventRecord, line)?.fields['n']));
      if (appended.kind === 'appended') tell({ kind: 'published', numbers });
      return appended;
    },
    take: (most) => real.take(most),
    hold: (ids) => real.hold(ids),
    acknowledge: (ids) => real.acknowledge(ids),
  };
  const publisher = new EventPublisher({
    ...{ buffer, stream, clock, metrics, log },
    aliases: new RedisAliasStore({ redis }),
    source: { regionId: 'local', nodeId },
    onRefused: () => process.exit(1),
  });
  publisher.start();
  let n = 0;
  const timer = setInterval(() => {
    for (let turn = 0; turn < PER_TURN; turn += 1) {
      n += 1;
      recorder.record(events.counted, { n }, { playerId: `player ${n % 7}` });
    }
    tell({ kind: 'recorded', upTo: n });
  }, RECORD_EVERY_MS);
  process.once('message', async () => {
    clearInterval(timer);
    if ((await publisher.stop(10_000)) === 0) tell({ kind: 'stopped' });
  });
}

function ship(kind: Exclude<AnalyticsRole, 'record'>): void {
  const files = new FileEventSink(
    { clock, log },
    {
      ...{ folder, nodeId, fileMaxBytes: 100_000, fileMaxAgeMs: 60_000 },
      ...{ folderMaxBytes: 1e9, keepMs: 1e9 },
    },
  );
  const sink: EventSink = {
    write: (lines) => (kind === 'ship-never-written' ? stuck() : files.write(lines)),
    close: () => files.close(),
  };
  const stream: EventStream = {
    append: (lines) => real.append(lines),
    take: (most) => real.take(most),
    hold: (ids) => real.hold(ids),
    acknowledge: async (ids) => {
      if (kind === 'ship-never-acknowledged') return await stuck();
      const left = await real.acknowledge(ids);
      tell({ kind: 'shipped', count: ids.length });
      return left;
    },
  };
  new EventShipper({ stream, sink, clock, metrics, log }).start();
}

process.on('disconnect', () => process.exit(0));
process.send?.('ready');
if (role === 'record') record();
else ship(role as Exclude<AnalyticsRole, 'record'>);
// The loops are no reason for a process to live.
setInterval(() => {}, 60_000);
