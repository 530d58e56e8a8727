import type { LoadSecond, Timeline } from '../load/timeline.ts';
import { type Html, html } from './html.ts';
import { formatNumber, type LinePlot, linePlot } from './line-plot.ts';
import { reportPage, type Tile, table } from './page.ts';
import type { Report } from './report.ts';

/** The load test's page: what players felt, how the server fared, second by second. */
export function loadTestPage(report: Report, timeline: Timeline): string {
  const { figures } = report;
  const tiles: Tile[] = [
    { label: 'Players', value: figures['players'], unit: '' },
    { label: 'Action latency p95', value: figures['action_p95_ms'], unit: 'ms' },
    { label: 'Join p95', value: figures['join_p95_ms'], unit: 'ms' },
    { label: 'Server tick p95', value: figures['server_tick_p95_ms'], unit: 'ms' },
    { label: 'Server CPU', value: figures['server_cpu_percent'], unit: '%' },
    { label: 'Per player', value: kilo(figures['bytes_per_player_per_second']), unit: 'kB/s' },
    { label: 'Dropped', value: figures['connections_dropped'], unit: '' },
  ];
  const plots = plotsOf(timeline.seconds).map(linePlot);
  return reportPage(report, 'Load test', tiles, [
    html`<section class="plots">${plots}</section>`,
    html`<h2>Latencies</h2>${latencyTable(timeline)}`,
    html`<h2>Outcomes</h2>${outcomeTable(timeline)}`,
  ]);
}

function plotsOf(seconds: readonly LoadSecond[]): LinePlot[] {
  const firstSteady = seconds.findIndex(({ isSteady }) => isSteady);
  const over = (plot: Omit<LinePlot, 'x' | 'shadedUntil'>): LinePlot => ({
    ...plot,
    x: seconds.map(({ at }) => `${at} s`),
    shadedUntil: firstSteady < 0 ? seconds.length : firstSteady,
  });
  const values = (value: (second: LoadSecond) => number | null) => seconds.map(value);
  // A second in which nothing was measured is a gap, not a zero.
  const latency = (quantile: 'p50' | 'p95' | 'p99', of: 'actionMs' | 'rttMs' | 'patchIntervalMs') =>
    values((second) => (second[of].count === 0 ? null : second[of][quantile]));
  return [
    over({
      title: 'Action latency',
      unit: 'ms',
      series: [
        { name: 'p50', colour: 1, values: latency('p50', 'actionMs'), isArea: true },
        { name: 'p95', colour: 2, values: latency('p95', 'actionMs') },
        { name: 'p99', colour: 4, values: latency('p99', 'actionMs') },
      ],
    }),
    over({
      title: 'Players and joins',
      unit: '',
      series: [
        { name: 'in their rooms', colour: 1, values: values((s) => s.playing), isArea: true },
        { name: 'joined', colour: 3, values: values((s) => s.joinsOk) },
        { name: 'refused', colour: 2, values: values((s) => s.joinsFailed) },
      ],
    }),
    over({
      title: 'Server tick p95',
      unit: 'ms',
      series: [
        {
          name: 'step with its flush',
          colour: 1,
          values: values((s) => s.server.tickP95Ms),
          isArea: true,
        },
      ],
    }),
    over({
      title: 'Server CPU',
      unit: '% of a core',
      series: [
        { name: 'server', colour: 1, values: values((s) => s.server.cpuPercent), isArea: true },
        { name: 'busiest worker', colour: 4, values: values((s) => s.workerCpuPercent) },
      ],
    }),
    over({
      title: 'Received by all players',
      unit: 'kB/s',
      series: [
        {
          name: 'payload',
          colour: 3,
          values: values((s) => s.receivedBytes / 1_000),
          isArea: true,
        },
      ],
    }),
    over({
      title: 'Network',
      unit: 'ms',
      series: [
        { name: 'ping p50', colour: 1, values: latency('p50', 'rttMs') },
        { name: 'ping p95', colour: 2, values: latency('p95', 'rttMs') },
        { name: 'between patches p95', colour: 3, values: latency('p95', 'patchIntervalMs') },
      ],
    }),
  ];
}

function latencyTable(timeline: Timeline): Html {
  const { join, action, patchInterval, rtt } = timeline.totals;
  const rows = [
    { name: 'Join: sign-in to first state', histogram: join },
    { name: 'Action: sent to seen in the state', histogram: action },
    { name: 'Between two patches', histogram: patchInterval },
    { name: 'Round trip of a ping', histogram: rtt },
  ];
  const percents = join.distribution().map(({ percent }) => `p${percent}`);
  return table(
    ['ms', 'count', ...percents],
    rows.map(({ name, histogram }) => [
      name,
      formatNumber(histogram.count),
      ...histogram.distribution().map(({ ms }) => formatNumber(ms)),
    ]),
  );
}

function outcomeTable(timeline: Timeline): Html {
  const rows = [
    ...[...timeline.joins].map(([code, count]) => ['Join', code, formatNumber(count)]),
    ...[...timeline.closes].map(([code, count]) => [
      'Connection closed',
      code,
      formatNumber(count),
    ]),
    ...[...timeline.faults].map(([kind, count]) => ['Fault of a bot', kind, formatNumber(count)]),
  ];
  return table(['What', 'Code', 'Count'], rows);
}

function kilo(value: number | undefined): number | undefined {
  return value === undefined ? undefined : value / 1_000;
}
