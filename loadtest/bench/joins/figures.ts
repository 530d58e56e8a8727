import { median } from '../../statistics/percentile.ts';
import { CASES, isCase, type JoinsCase, type JoinsRun } from './case.ts';
import type { JoinsWindow } from './wire.ts';

/**
 * Medians over the turns; ratios are of medians. What was not measured is absent.
 *
 * @param findP95Ms - finding one of 10 000 joinable rooms in the directory
 */
export function joinsFigures(
  runs: readonly JoinsRun[],
  { findP95Ms, isQuick }: { readonly findP95Ms: number; readonly isQuick: boolean },
): Record<string, number> {
  const figures: Record<string, number> = {};
  const put = (name: string, value: number) => {
    if (Number.isFinite(value)) figures[isQuick ? `quick_${name}` : name] = round(value);
  };
  const of = (it: Omit<JoinsCase, 'joins'>, read: (window: JoinsWindow) => number) =>
    medianOf(runs, { ...it, joins: 0 }, read);
  const rate = (contender: JoinsCase['contender'], rooms: number, nodes = 1) =>
    of({ contender, rooms, nodes }, ({ joinsPerSecond }) => joinsPerSecond);
  for (const [rooms, name] of [
    [1_000, '1k'],
    [10_000, '10k'],
  ] as const) {
    const [ours, theirs] = [rate('meridian', rooms), rate('colyseus', rooms)];
    put(`joins_per_second_${name}_rooms`, ours);
    put(`joins_per_second_${name}_rooms_colyseus`, theirs);
    put(`joins_ratio_vs_colyseus_${name}_rooms`, ours / theirs);
    for (const contender of ['meridian', 'colyseus'] as const) {
      const suffix = contender === 'meridian' ? '' : '_colyseus';
      const p95 = of({ contender, rooms, nodes: 1 }, ({ joinMs }) => joinMs.p95);
      put(`join_p95_ms_${name}_rooms${suffix}`, p95);
    }
  }
  for (const nodes of [2, 4]) {
    put(
      `joins_ratio_${nodes}_nodes_vs_1`,
      rate('meridian', 1_000, nodes) / rate('meridian', 1_000),
    );
  }
  put('driver_find_p95_ms', findP95Ms);
  return figures;
}

/** For the terminal. */
export function joinsTable(runs: readonly JoinsRun[]): string {
  const head = ['', 'nodes', 'rooms', 'joins/s', 'join p50 ms', 'p95 ms', 'max ms', 'seat p95 ms'];
  const rows = CASES.map((it) => {
    const cell = (read: (window: JoinsWindow) => number) => {
      const value = medianOf(runs, it, read);
      return Number.isFinite(value) ? value.toFixed(value < 10 ? 1 : 0) : '–';
    };
    return [
      ...[it.contender, String(it.nodes), String(it.rooms)],
      cell(({ joinsPerSecond }) => joinsPerSecond),
      ...[cell(({ joinMs }) => joinMs.p50), cell(({ joinMs }) => joinMs.p95)],
      ...[cell(({ joinMs }) => joinMs.max), cell(({ seatMs }) => seatMs.p95)],
    ];
  });
  const widths = head.map((title, i) =>
    Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)),
  );
  return [head, ...rows]
    .map((row) => row.map((text, i) => pad(text, widths[i] ?? 0, i)).join('  '))
    .join('\n');
}

function medianOf(
  runs: readonly JoinsRun[],
  it: JoinsCase,
  read: (window: JoinsWindow) => number,
): number {
  const windows = runs.filter((run) => isCase(run, it)).flatMap(({ window }) => window ?? []);
  return median(windows.map(read));
}

function pad(text: string, width: number, column: number): string {
  return column === 0 ? text.padEnd(width) : text.padStart(width);
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
