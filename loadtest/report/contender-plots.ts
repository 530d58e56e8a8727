import { contenderTables } from '../matchsim/contender-table.ts';
import { CONTENDERS } from '../matchsim/contenders/contenders.ts';
import { PERIODS, type SimulationRun } from '../matchsim/simulate.ts';
import { barPlot } from './bar-plot.ts';
import { type Html, html } from './html.ts';
import { linePlot, type Series } from './line-plot.ts';
import { table } from './page.ts';

const PLACES = 60;
const MOST_QUEUE_PLACES = 180;
const COLOURS = [1, 2, 3, 4, 5, 6] as const;

/** The contenders as tables. */
export function contenderRows(runs: readonly SimulationRun[]): Html[] {
  return contenderTables(runs).map(({ head, rows }) => html`<br>${table(head, rows)}`);
}

/** How the contenders' waits, team gaps and latencies are distributed, and whom they reach. */
export function contenderPlots(runs: readonly SimulationRun[]): Html[] {
  return [
    shareBelow(runs, {
      title: 'Matched within',
      unit: '% of all players, by s',
      end: 40,
      valuesOf: ({ distributions }) => distributions.waitS,
      // Whoever is never matched is below no limit: else who matches few would look fast.
      countOf: ({ metrics }) => metrics.players,
    }),
    shareBelow(runs, {
      title: 'Team gap at most',
      unit: '% of the matches, by rating points',
      end: 300,
      valuesOf: ({ distributions }) => distributions.teamGap,
      countOf: ({ metrics }) => metrics.matches,
    }),
    shareBelow(runs, {
      title: 'Latency at most',
      unit: '% of the matched, by ms',
      end: 300,
      valuesOf: ({ distributions }) => distributions.latencyMs,
      countOf: ({ distributions }) => distributions.latencyMs.length,
    }),
    queuePlot(runs),
    waitsPlot(runs),
    bars(runs, 'Team gap p95', 'rating points', 'less', ({ metrics }) => metrics.teamGap.p95),
    bars(runs, 'Wait p95', 's', 'less', ({ metrics }) => metrics.waitS.p95),
    bars(runs, 'Latency p95', 'ms', 'less', ({ metrics }) => metrics.latencyMs.p95),
    bars(runs, 'Matched', '% of players', 'more', ({ metrics }) => metrics.matchedRatio * 100),
  ];
}

interface Distribution {
  readonly title: string;
  readonly unit: string;
  /** Where the x axis ends. */
  readonly end: number;
  /** Ascending. */
  valuesOf(run: SimulationRun): Float64Array;
  /** What is 100 %. */
  countOf(run: SimulationRun): number;
}

/** A cumulative distribution. */
function shareBelow(runs: readonly SimulationRun[], it: Distribution): Html {
  const limits = Array.from({ length: PLACES + 1 }, (_, place) => (place * it.end) / PLACES);
  return linePlot({
    title: `${it.title} …`,
    unit: it.unit,
    x: limits.map((limit) => String(Math.round(limit * 10) / 10)),
    series: runs.map((run, index) => ({
      ...identityOf(run, index),
      values: sharesUpTo(it.valuesOf(run), limits, it.countOf(run)),
    })),
  });
}

/**
 * How many of the values do not exceed each limit, in percent of `count`.
 *
 * @param sorted - ascending, as `limits`
 */
export function sharesUpTo(
  sorted: Float64Array,
  limits: readonly number[],
  count: number,
): number[] {
  let within = 0;
  return limits.map((limit) => {
    while (within < sorted.length && (sorted[within] as number) <= limit) within++;
    return count === 0 ? 0 : (within / count) * 100;
  });
}

/** Players who wait, over the time of the queue. */
function queuePlot(runs: readonly SimulationRun[]): Html {
  const seconds = Math.max(0, ...runs.map(({ queuedPlayers }) => queuedPlayers.length));
  const step = Math.max(1, Math.ceil(seconds / MOST_QUEUE_PLACES));
  const places = Array.from({ length: Math.ceil(seconds / step) }, (_, place) => place * step);
  return linePlot({
    title: 'Players in the queue',
    unit: 'by seconds',
    x: places.map(String),
    series: runs.map((run, index) => ({
      ...identityOf(run, index),
      values: places.map((second) => run.queuedPlayers[second] ?? null),
    })),
  });
}

/** Waits of those who are matched, over the time of the queue. */
function waitsPlot(runs: readonly SimulationRun[]): Html {
  const seconds = Math.max(0, ...runs.map(({ queuedPlayers }) => queuedPlayers.length));
  return linePlot({
    title: 'Wait p95 of who is matched',
    unit: 's, until the second',
    x: Array.from({ length: PERIODS }, (_, period) =>
      String(Math.round(((period + 1) * seconds) / PERIODS)),
    ),
    series: runs.map((run, index) => ({
      ...identityOf(run, index),
      values: run.waitP95SByPeriod,
    })),
  });
}

function bars(
  runs: readonly SimulationRun[],
  title: string,
  unit: string,
  better: 'more' | 'less',
  value: (run: SimulationRun) => number,
): Html {
  return barPlot({
    title,
    unit,
    better,
    bars: runs.map((run) => ({
      label: CONTENDERS[run.contender].title,
      value: Number.isFinite(value(run)) ? value(run) : null,
      isOurs: run.contender === 'meridian',
    })),
  });
}

function identityOf(run: SimulationRun, index: number): Pick<Series, 'name' | 'colour'> {
  const colour = COLOURS[index % COLOURS.length] ?? 1;
  return { name: CONTENDERS[run.contender].title, colour };
}
