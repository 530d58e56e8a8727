import { CONTENDERS } from './contenders/contenders.ts';
import type { SimulationRun } from './simulate.ts';

type Row = readonly string[];

const QUALITY_HEAD: Row = [
  'contender',
  'wait p50/p95/p99 s',
  'timed out',
  'matched',
  'team gap p50/p95',
  '|p-.5| mean/p95',
  'spread p50',
  'latency p50/p95 ms',
  'over cap',
];
const FAIRNESS_HEAD: Row = [
  'contender',
  'wait p95 s: all',
  'strongest 5 %',
  'weakest 5 %',
  'full teams',
  'Brier (if calibrated)',
  'own latency p95 ms',
  'latency max-min p50 ms',
  'cost mean',
  'CPU ms/1000 tickets',
];

export interface TextTable {
  readonly head: Row;
  readonly rows: readonly Row[];
}

/** Two tables, a row per contender: how good the matches are, and to whom. */
export function contenderTables(runs: readonly SimulationRun[]): TextTable[] {
  return [
    { head: QUALITY_HEAD, rows: runs.map(qualityRow) },
    { head: FAIRNESS_HEAD, rows: runs.map(fairnessRow) },
  ];
}

/** The same for the terminal. */
export function contenderText(runs: readonly SimulationRun[]): string {
  return contenderTables(runs)
    .map(({ head, rows }) => layOut([head, ...rows]))
    .join('\n\n');
}

/** One line of progress. */
export function contenderLine(run: SimulationRun): string {
  const { waitS, teamGap, latencyMs, matchedRatio } = run.metrics;
  return [
    CONTENDERS[run.contender].title.padEnd(22),
    `wait p95 ${fixed(waitS.p95, 1)} s`.padStart(17),
    `team gap p95 ${fixed(teamGap.p95)}`.padStart(17),
    `latency p95 ${fixed(latencyMs.p95)} ms`.padStart(19),
    `matched ${percent(matchedRatio)}`.padStart(15),
    `${fixed(run.cpuMs)} ms CPU`.padStart(14),
  ].join('');
}

function qualityRow({ contender, metrics }: SimulationRun): Row {
  const { waitS, teamGap, unevenness, spread, latencyMs } = metrics;
  return [
    CONTENDERS[contender].title,
    `${fixed(waitS.p50, 1)}/${fixed(waitS.p95, 1)}/${fixed(waitS.p99, 1)}`,
    percent(metrics.timedOutRatio),
    percent(metrics.matchedRatio),
    `${fixed(teamGap.p50)}/${fixed(teamGap.p95)}`,
    `${fixed(unevenness.mean, 3)}/${fixed(unevenness.p95, 3)}`,
    fixed(spread.p50),
    `${fixed(latencyMs.p50)}/${fixed(latencyMs.p95)}`,
    percent(metrics.overCapRatio),
  ];
}

function fairnessRow({ contender, metrics, cpuMsPer1000Tickets }: SimulationRun): Row {
  const { waitP95S, waitS, brier, brierExpected, ownLatencyMs, latencySpreadMs, cost } = metrics;
  return [
    CONTENDERS[contender].title,
    fixed(waitS.p95, 1),
    fixed(waitP95S.strongest5Percent, 1),
    fixed(waitP95S.weakest5Percent, 1),
    fixed(waitP95S.fullTeams, 1),
    `${fixed(brier, 3)} (${fixed(brierExpected, 3)})`,
    fixed(ownLatencyMs.p95),
    fixed(latencySpreadMs.p50),
    fixed(cost.mean),
    fixed(cpuMsPer1000Tickets, 1),
  ];
}

function fixed(value: number, digits = 0): string {
  return Number.isFinite(value) ? value.toFixed(digits) : '–';
}

function percent(ratio: number): string {
  return Number.isFinite(ratio) ? `${(ratio * 100).toFixed(1)} %` : '–';
}

/** Columns padded to their widest cell; the first to the left, numbers to the right. */
function layOut(rows: readonly Row[]): string {
  const [head = []] = rows;
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((text, column) => {
        const width = widths[column] ?? 0;
        return column === 0 ? text.padEnd(width) : text.padStart(width);
      })
      .join('  '),
  );
  return [lines[0], '─'.repeat(lines[0]?.length ?? 0), ...lines.slice(1)].join('\n');
}
