import type { Contender } from '../bench/rooms/contenders.ts';
import { idleMedians, type TurnMedians, turnMedians } from '../bench/rooms/figures.ts';
import type { RoomsResult } from '../bench/rooms/suite.ts';
import { type BarPlot, barPlot } from './bar-plot.ts';
import { html } from './html.ts';
import { formatNumber } from './line-plot.ts';
import { reportPage, type Tile, table } from './page.ts';

/** The page of `bench rooms`: the contenders side by side. */
export function roomsPage(result: RoomsResult): string {
  const { report, contenders, capacities, runs } = result;
  const { figures } = report;
  const tiles: Tile[] = [
    { label: 'Players per core', value: figures['players_per_core_meridian'], unit: '' },
    {
      label: '… against stock, inputs',
      value: figures['players_per_core_ratio_vs_colyseus'],
      unit: '×',
    },
    {
      label: '… against stock, messages',
      value: figures['players_per_core_ratio_vs_colyseus_plain'],
      unit: '×',
    },
    { label: 'Bytes against stock', value: figures['bytes_ratio_vs_colyseus'], unit: '×' },
    {
      label: 'p95 latency against default',
      value: figures['p95_action_ms_ratio_vs_colyseus_default'],
      unit: '×',
    },
  ];
  const turn = (of: (medians: TurnMedians) => number) => (contender: Contender) => {
    const medians = turnMedians(runs, contender.name);
    return medians === null ? null : of(medians);
  };
  const idle = (of: keyof ReturnType<typeof idleMedians>) => (contender: Contender) => {
    const value = idleMedians(runs, contender.name)[of];
    return Number.isFinite(value) ? value : null;
  };
  const plot = (
    title: string,
    unit: string,
    better: BarPlot['better'],
    value: (contender: Contender) => number | null,
    among: readonly Contender[] = contenders,
  ) =>
    barPlot({
      title,
      unit,
      better,
      bars: among.map((contender) => ({
        label: contender.title,
        value: value(contender),
        isOurs: contender.name === 'meridian',
      })),
    });
  const withRooms = contenders.filter(({ hasIdleRooms }) => hasIdleRooms);
  const plots = [
    plot('Most players', 'per core', 'more', ({ name }) => capacities.get(name) ?? null),
    plot(
      'CPU of the turns',
      '% of a core',
      'less',
      turn((m) => m.cpuPercent),
    ),
    plot(
      'Action latency p95',
      'ms',
      'less',
      turn((m) => m.actionP95Ms),
    ),
    plot(
      'Received per player',
      'bytes/s',
      'less',
      turn((m) => m.bytesPerPlayerPerSecond),
    ),
    plot('Memory per idle client', 'kB of RSS', 'less', idle('kbPerClient'), withRooms),
    plot('Memory per idle room', 'kB of RSS', 'less', idle('kbPerRoom'), withRooms),
  ];
  return reportPage(report, 'Many rooms on one core', tiles, [
    html`<section class="plots">${plots}</section>`,
    html`<h2>Figures</h2>`,
    table(
      ['Figure', 'Value'],
      Object.entries(figures).map(([name, value]) => [name, formatNumber(value)]),
    ),
  ]);
}
