// What happens to memory, and to the one who records, when nobody takes the events.

import { pino } from 'pino';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { z } from 'zod';
import type { AliasStore } from '../../src/analytics/alias-store.ts';
import { defineEvents } from '../../src/analytics/define-events.ts';
import { EventRecord } from '../../src/analytics/event-record.ts';
import type { EventSink } from '../../src/analytics/event-sink.ts';
import type { EventStream } from '../../src/analytics/event-stream.ts';
import { MemoryEventStream } from '../../src/analytics/event-stream-memory.ts';
import { RedisEventStream } from '../../src/analytics/event-stream-redis.ts';
import { createAnalyticsService } from '../../src/analytics/service.ts';
import { systemClock as clock } from '../../src/shared/clock.ts';
import { parseJson } from '../../src/shared/parse-json.ts';
import { connectRedis } from '../../src/storage/redis/redis-connection.ts';
import { AnalyticsMetrics } from '../../src/telemetry/analytics-metrics.ts';
import { eventually } from '../support/eventually.ts';
import { RedisServer } from '../support/redis-server.ts';

const log = pino({ level: 'silent' });
const SOON = { withinMs: 15_000 };
const CAPACITY = 1_000;
const events = defineEvents({
  shot: { version: 1, class: 'sample', fields: { n: z.int() } },
  killed: { version: 1, fields: { n: z.int() } },
});

/** Takes what it is given, or nothing and never says so. */
class GateSink implements EventSink {
  readonly taken: EventRecord[] = [];
  isOpen = true;

  async write(lines: readonly string[]) {
    if (!this.isOpen) return new Promise<never>(() => {});
    for (const line of lines) {
      const event = parseJson(EventRecord, line);
      if (event !== null) this.taken.push(event);
    }
    return { kind: 'written' } as const;
  }

  async close(): Promise<void> {}
}

const nobody: AliasStore = { aliasesOf: async () => new Map(), erase: async () => {} };

function openService(stream: EventStream, more: { readonly aliases?: AliasStore } = {}) {
  const registry = new Registry();
  const metrics = new AnalyticsMetrics(registry);
  const sink = new GateSink();
  const service = createAnalyticsService({
    ...{ stream, sink, clock, metrics, log, events },
    source: { regionId: 'local', nodeId: 'n1' },
    aliases: more.aliases ?? nobody,
    bufferEvents: CAPACITY,
    outlivesProcess: false,
  });
  const metric = async (sample: string) => {
    const line = (await registry.metrics()).split('\n').find((it) => it.startsWith(`${sample} `));
    return Number(line?.slice(sample.length + 1) ?? 0);
  };
  return { service, sink, metric, record: service.analytics.record.bind(service.analytics) };
}

test('[AN-1, AN-20] a sink that never answers: memory is bounded, samples go first, and recording goes on as fast', async () => {
  const stream = new MemoryEventStream({ mostEvents: 500 });
  const { service, sink, metric, record } = openService(stream);
  sink.isOpen = false;
  service.start();
  const fresh = timeOf(() => record(events.shot, { n: 0 }), 5_000);
  await eventually(async () => (await metric('meridian_analytics_backlog')) > 240, SOON);
  const changes = 50;
  for (let n = 0; n < changes; n += 1) {
    service.analytics.walletChanged({
      ...{ playerId: 'ada', operationId: `op${n}`, currency: 'gold' },
      ...{ amount: 1, balance: n, reason: 'test' },
    });
  }
  for (let n = 0; n < 500; n += 1) record(events.killed, { n });
  const stalled = timeOf(() => record(events.shot, { n: 1 }), 100_000);
  expect(await metric('meridian_analytics_buffered')).toBe(CAPACITY);
  expect(await metric('meridian_analytics_dropped_total{class="sample"}')).toBeGreaterThan(90_000);
  expect(await metric('meridian_analytics_dropped_total{class="game"}')).toBe(0);
  expect(await metric('meridian_analytics_dropped_total{class="economy"}')).toBe(0);
  // Not a figure of speed: that a record costs microseconds, not a wait; here and there the machine does something else.
  expect(Math.min(fresh, stalled)).toBeGreaterThan(0);
  expect(stalled).toBeLessThan(0.1);

  // With time the game's events go, the economy's stay.
  for (let n = 500; n < 2_500; n += 1) record(events.killed, { n });
  expect(await metric('meridian_analytics_buffered')).toBe(CAPACITY);
  expect(await metric('meridian_analytics_dropped_total{class="game"}')).toBeGreaterThan(1_000);
  expect(await metric('meridian_analytics_dropped_total{class="economy"}')).toBe(0);
  await service.stop(300);
});

/** @returns ms for each call */
function timeOf(call: () => void, calls: number): number {
  const startedMs = performance.now();
  for (let n = 0; n < calls; n += 1) call();
  return (performance.now() - startedMs) / calls;
}

test('[AN-11, AN-14, AN-20] Redis goes and comes back empty: what was recorded meanwhile arrives, within the buffer', async () => {
  await using redis = await RedisServer.start();
  const client = connectRedis(redis.uri, { name: 'analytics', log });
  try {
    await eventually(() => client.status === 'ready', SOON);
    const stream = new RedisEventStream(
      { redis: client, clock },
      { nodeId: 'n1', mostEvents: 10_000, takeOverAfterMs: 30_000 },
    );
    const { service, sink, metric, record } = openService(stream);
    service.start();
    record(events.killed, { n: 1 });
    await eventually(() => sink.taken.length === 1, SOON);
    await redis.kill();
    for (let n = 2; n <= 900; n += 1) record(events.killed, { n });
    await eventually(
      async () => (await metric('meridian_analytics_failures_total{step="publish"}')) >= 2,
      SOON,
    );
    record(events.killed, { n: 901 });
    await redis.up();
    await eventually(() => sink.taken.length >= 901, SOON);
    const numbers = sink.taken.map(({ fields }) => fields['n']);
    expect(numbers).toEqual(Array.from({ length: 901 }, (_, at) => at + 1));
    expect(await metric('meridian_analytics_dropped_total{class="game"}')).toBe(0);
    await service.stop(1_000);
  } finally {
    client.disconnect();
  }
});

test('[AN-5] an operation of a wallet is one event, however often it is told', async () => {
  const { service, sink } = openService(new MemoryEventStream({ mostEvents: 500 }));
  service.start();
  const change = {
    ...{ playerId: 'ada', operationId: 'op1', currency: 'gold' },
    ...{ amount: -5, balance: 10, reason: 'shop' },
  };
  for (const one of [change, change, { ...change, currency: 'wood' }]) {
    service.analytics.walletChanged(one);
  }
  await eventually(() => sink.taken.length === 3, SOON);
  expect(new Set(sink.taken.map(({ id }) => id)).size).toBe(2);
  expect(sink.taken[0]).toMatchObject({
    name: 'wallet_changed',
    fields: { operationId: 'op1', currency: 'gold', amount: -5, balance: 10, reason: 'shop' },
  });
  await service.stop(1_000);
});

test('[AN-20, AN-41] pseudonyms that cannot be had keep events waiting; erasing goes to their store', async () => {
  let isAway = true;
  const erased: string[] = [];
  const aliases: AliasStore = {
    aliasesOf: async (ids) => {
      if (isAway) throw new Error('away');
      return new Map(ids.map((id) => [id, erased.includes(id) ? null : `a_${id.length}`]));
    },
    erase: async (id) => {
      erased.push(id);
    },
  };
  const { service, sink, metric, record } = openService(
    new MemoryEventStream({ mostEvents: 500 }),
    { aliases },
  );
  service.start();
  record(events.killed, { n: 1 }, { playerId: 'ada' });
  await eventually(
    async () => (await metric('meridian_analytics_failures_total{step="publish"}')) >= 1,
    SOON,
  );
  await service.erasePlayer('eve');
  record(events.killed, { n: 2 }, { playerId: 'eve' });
  isAway = false;
  await eventually(() => sink.taken.length === 2, SOON);
  expect(sink.taken.map(({ player }) => player)).toEqual(['a_3', null]);
  await service.stop(1_000);
});

test('[AN-2] an event that the game did not declare is refused', async () => {
  const { service, metric, record } = openService(new MemoryEventStream({ mostEvents: 500 }));
  const { foreign } = defineEvents({ foreign: { version: 1, fields: {} } });
  record(foreign, {});
  expect(() => record(undefined as never, undefined as never)).not.toThrow();
  expect(await metric('meridian_analytics_refused_total')).toBe(2);
  await service.stop(0);
});
