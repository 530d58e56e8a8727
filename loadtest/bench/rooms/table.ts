import type { Contender, ContenderName } from './contenders.ts';
import { idleMedians, turnMedians } from './figures.ts';
import type { Run } from './run.ts';

type Row = readonly string[];

const HEAD: Row = [
  'server',
  'players/core',
  'CPU %',
  'lag p99 ms',
  'latency p50 / p95 ms',
  'bytes/s/player',
  'kB/client',
  'kB/room',
  'idle rooms CPU %',
];

/** The table for people: one line per contender, `–` for what was not measured. */
export function roomsTable(
  contenders: readonly Contender[],
  runs: readonly Run[],
  capacities: ReadonlyMap<ContenderName, number>,
): string {
  const rows = contenders.map((contender): Row => {
    const turns = turnMedians(runs, contender.name);
    const idle = idleMedians(runs, contender.name);
    return [
      contender.title,
      cell(capacities.get(contender.name)),
      cell(turns?.cpuPercent, 1),
      cell(turns?.loopLagP99Ms, 1),
      turns === null ? '–' : `${cell(turns.actionP50Ms, 0)} / ${cell(turns.actionP95Ms, 0)}`,
      cell(turns?.bytesPerPlayerPerSecond),
      cell(idle.kbPerClient, 1),
      cell(idle.kbPerRoom, 1),
      cell(idle.idleRoomsCpuPercent, 1),
    ];
  });
  return layOut([HEAD, ...rows]);
}

function cell(value: number | undefined, digits = 0): string {
  return value === undefined || !Number.isFinite(value) ? '–' : value.toFixed(digits);
}

/** Columns padded to their widest cell; the first to the left, numbers to the right. */
function layOut(rows: readonly Row[]): string {
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: Row) =>
    row
      .map((text, column) => {
        const width = widths[column] ?? 0;
        return column === 0 ? text.padEnd(width) : text.padStart(width);
      })
      .join('  ');
  const [head, ...rest] = rows.map(line);
  return [head, '─'.repeat(head?.length ?? 0), ...rest].join('\n');
}
