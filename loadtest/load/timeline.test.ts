import { expect, test } from 'vitest';
import { BotMeter } from './bot-meter.ts';
import { LatencyHistogram } from './latency-histogram.ts';
import { loadTestFigures, loadTestNotes } from './results.ts';
import type { ServerSecond } from './server-watch.ts';
import { Timeline } from './timeline.ts';
import type { WorkerSecond } from './wire.ts';

const QUIET_SERVER: ServerSecond = {
  tickP95Ms: 1,
  cpuPercent: 10,
  rssBytes: 1_000,
  rooms: 1,
  clients: 2,
  resyncs: 0,
};

/** A second is measured on the real CPU, and this one lasts microseconds: any percentage may come out. */
function idle(second: WorkerSecond): WorkerSecond {
  return { ...second, cpuPercent: 5 };
}

test('a histogram survives the way between processes within three digits', () => {
  const there = new LatencyHistogram();
  for (let ms = 1; ms <= 1_000; ms++) there.record(ms);
  const here = new LatencyHistogram();
  here.addEncoded(there.encode());
  const { count, p50, p95, max } = here.quantiles();
  expect(count).toBe(1_000);
  expect(p50).toBeCloseTo(500, -1);
  expect(p95).toBeCloseTo(950, -1);
  expect(max).toBeCloseTo(1_000, -1);
});

test('a histogram of nothing has zeros and no distribution', () => {
  const empty = new LatencyHistogram();
  expect(empty.quantiles()).toEqual({ count: 0, p50: 0, p95: 0, p99: 0, max: 0 });
  expect(empty.distribution()).toEqual([]);
});

test('workers add up, seconds begin anew, and only steady ones count', () => {
  const timeline = new Timeline();
  const [one, two] = [new BotMeter(), new BotMeter()];
  one.joinEnded('OK', 20);
  two.joinEnded('ROOM_FULL', 5);
  one.actionAnswered(900);
  one.bytesReceived(500);
  two.bytesReceived(700);
  timeline.add(0, idle(one.takeSecond(1)));
  timeline.add(1, idle(two.takeSecond(0)));
  expect(timeline.cut(1, false, QUIET_SERVER)).toMatchObject({
    playing: 1,
    joinsOk: 1,
    joinsFailed: 1,
    receivedBytes: 1_200,
    actionMs: { count: 1 },
  });

  one.actionAnswered(40);
  one.bytesReceived(300);
  one.closed(4408);
  timeline.add(0, idle(one.takeSecond(1)));
  expect(timeline.cut(2, true, QUIET_SERVER)).toMatchObject({ receivedBytes: 300, playing: 1 });

  const figures = loadTestFigures(timeline);
  expect(figures).toMatchObject({
    players: 1,
    joins_ok: 1,
    joins_failed: 1,
    connections_dropped: 1,
    bytes_per_player_per_second: 300,
    server_tick_p95_ms: 1,
  });
  expect(figures['join_p50_ms']).toBeCloseTo(20, 0);
  expect(figures['action_p99_ms']).toBeCloseTo(40, 0);
  expect(loadTestNotes(timeline)).toEqual([
    '1 joins failed with ROOM_FULL.',
    '1 connections were closed with 4408.',
  ]);
});

test('a server that tells nothing leaves its figures out', () => {
  const timeline = new Timeline();
  const silent = { ...QUIET_SERVER, tickP95Ms: null, cpuPercent: null, rssBytes: null };
  timeline.cut(1, true, silent);
  expect(loadTestFigures(timeline)).not.toHaveProperty('server_tick_p95_ms');
});
