import { median, percentile } from '../statistics/percentile.ts';
import type { LatencyQuantiles } from './latency-histogram.ts';
import type { LoadSecond, Timeline } from './timeline.ts';

/** Above this a worker's own work shows in the latencies it measures. */
const BUSY_WORKER_PERCENT = 90;
const LATE_WORKER_MS = 50;

/** The load test's figures. Latencies are over the steady seconds, after the last join. */
export function loadTestFigures(timeline: Timeline): Record<string, number> {
  const steady = timeline.seconds.filter(({ isSteady }) => isSteady);
  const action = timeline.totals.action.quantiles();
  const join = timeline.totals.join.quantiles();
  const figures: Record<string, number | null> = {
    players: steady.at(-1)?.playing ?? 0,
    joins_ok: timeline.joins.get('OK') ?? 0,
    joins_failed: timeline.joinsFailed,
    connections_dropped: timeline.dropped,
    join_p50_ms: join.p50,
    join_p95_ms: join.p95,
    action_p50_ms: action.p50,
    action_p95_ms: action.p95,
    action_p99_ms: action.p99,
    rtt_p95_ms: timeline.totals.rtt.quantiles().p95,
    patch_interval_p95_ms: timeline.totals.patchInterval.quantiles().p95,
    bytes_per_player_per_second: medianOf(steady, (s) => s.receivedBytes / Math.max(1, s.playing)),
    server_tick_p95_ms: medianOf(steady, (s) => s.server.tickP95Ms),
    server_cpu_percent: medianOf(steady, (s) => s.server.cpuPercent),
    server_rss_bytes: medianOf(steady, (s) => s.server.rssBytes),
  };
  return Object.fromEntries(
    Object.entries(figures)
      .filter((entry): entry is [string, number] => entry[1] !== null)
      .map(([name, value]) => [name, Math.round(value * 100) / 100]),
  );
}

/** What a reader must know before he trusts the figures. */
export function loadTestNotes(timeline: Timeline): string[] {
  const steady = timeline.seconds.filter(({ isSteady }) => isSteady);
  const lateMs = percentile(
    steady.map((second) => second.workerWorstLateMs).sort((a, b) => a - b),
    90,
  );
  const busiest = medianOf(steady, (second) => second.workerCpuPercent) ?? 0;
  return [
    busiest > BUSY_WORKER_PERCENT
      ? `The workers used ${Math.round(busiest)} % of a core: more workers, or their own work shows in the latencies.`
      : '',
    lateMs > LATE_WORKER_MS
      ? `Bots were up to ${lateMs} ms late with their inputs: this machine is too busy for exact latencies.`
      : '',
    ...[...timeline.joins]
      .filter(([outcome]) => outcome !== 'OK')
      .map(([outcome, count]) => `${count} joins failed with ${outcome}.`),
    ...[...timeline.closes].map(
      ([code, count]) => `${count} connections were closed with ${code}.`,
    ),
    ...[...timeline.faults].map(([kind, count]) => `${count} faults of the bots: ${kind}.`),
  ].filter((note) => note !== '');
}

/** One line while it runs. */
export function progressLine(second: LoadSecond): string {
  const { server } = second;
  return [
    `${String(second.at).padStart(4)} s`,
    `${String(second.playing).padStart(5)} bots`,
    `joins ${second.joinsOk} ok ${second.joinsFailed} failed`,
    `action p95 ${shown(second.actionMs, 'p95', 0).padStart(4)} ms`,
    `rtt p50 ${shown(second.rttMs, 'p50', 1)} ms`,
    `${(second.receivedBytes / 1_000).toFixed(0).padStart(6)} kB/s`,
    `tick p95 ${server.tickP95Ms === null ? '–' : server.tickP95Ms.toFixed(2)} ms`,
    `server CPU ${server.cpuPercent === null ? '–' : server.cpuPercent.toFixed(0)} %`,
    ...(second.isSteady ? [] : ['joining']),
  ].join('  ');
}

function shown(latency: LatencyQuantiles, quantile: 'p50' | 'p95', digits: number): string {
  return latency.count === 0 ? '–' : latency[quantile].toFixed(digits);
}

/** The end of it, for people. */
export function summaryText(timeline: Timeline): string {
  const rows = (['join', 'action', 'patchInterval', 'rtt'] as const).map((meter) => {
    const { count, p50, p95, p99, max } = timeline.totals[meter].quantiles();
    return [TITLES[meter], String(count), ...[p50, p95, p99, max].map((ms) => ms.toFixed(1))];
  });
  const table = [['latency, ms', 'count', 'p50', 'p95', 'p99', 'max'], ...rows];
  const widths =
    table[0]?.map((_, i) => Math.max(...table.map((row) => row[i]?.length ?? 0))) ?? [];
  return table
    .map((row) =>
      row
        .map((text, i) => (i === 0 ? text.padEnd(widths[i] ?? 0) : text.padStart(widths[i] ?? 0)))
        .join('  '),
    )
    .join('\n');
}

const TITLES = {
  join: 'join: sign-in to first state',
  action: 'action: sent to seen in the state',
  patchInterval: 'between two patches',
  rtt: 'round trip of a ping',
} as const;

/** Median over seconds of what is known; null when nothing is. */
function medianOf(
  seconds: readonly LoadSecond[],
  value: (second: LoadSecond) => number | null,
): number | null {
  const values = seconds.map(value).filter((each): each is number => each !== null);
  return values.length === 0 ? null : median(values);
}
