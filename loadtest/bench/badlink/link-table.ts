import type { LinkRun } from './link-run.ts';

/** Rows of the table over one kind of link, the same for people at a terminal and for the page. */
export interface LinkTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A row per contender. */
export function linkTable(runs: readonly LinkRun[]): LinkTable {
  return {
    head: [
      'contender',
      'stalled %',
      'stalls/min',
      'error p95 / p99 px',
      'delay ms',
      'pace off p95 %',
      'mispredicted %',
      'correction p95 / p99 px',
      'starved %',
      'down / up B/s',
      'back after ms',
    ],
    rows: runs.map(({ contender, judged, ...run }) => [
      contender,
      percent(judged.stalledRatio),
      judged.stallsPerMinute.toFixed(1),
      `${judged.drawnErrorPx.p95.toFixed(1)} / ${judged.drawnErrorPx.p99.toFixed(1)}`,
      judged.delayMs.mean.toFixed(0),
      percent(judged.rateDeviation.p95),
      percent(judged.mispredictedRatio),
      `${judged.correctionPx.p95.toFixed(2)} / ${judged.correctionPx.p99.toFixed(2)}`,
      percent(run.starvedRatio),
      `${run.downBytesPerPlayerPerS} / ${run.upBytesPerPlayerPerS}`,
      resumed(judged.resumedAfterMs),
    ]),
  };
}

/** Columns padded to their widest cell; the first to the left, numbers to the right. */
export function layOut({ head, rows }: LinkTable): string {
  const widths = head.map((_, column) =>
    Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    row
      .map((text, column) =>
        column === 0 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0),
      )
      .join('  ');
  return [head, ...rows].map(line).join('\n');
}

function percent(ratio: number): string {
  return Number.isFinite(ratio) ? (ratio * 100).toFixed(2) : '–';
}

function resumed(all: readonly (number | null)[]): string {
  const known = all.filter((ms) => ms !== null);
  if (known.length === 0) return '–';
  const worst = Math.max(...known).toFixed(0);
  return known.length < all.length ? `${worst} (${all.length - known.length} lost)` : worst;
}
