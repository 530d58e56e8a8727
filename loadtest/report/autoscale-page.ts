import { CONTENDER_NAMES } from '../bench/autoscale/contenders.ts';
import type { TraceRuns } from '../bench/autoscale/figures.ts';
import type { Sample } from '../bench/autoscale/simulate.ts';
import type { AutoscaleResult } from '../bench/autoscale/suite.ts';
import { type Html, html } from './html.ts';
import { formatNumber, linePlot } from './line-plot.ts';
import { reportPage, type Tile, table } from './page.ts';

/** The autoscale bench's page: for each trace the players, the seats that nodes offered, the nodes, and the contenders side by side. */
export function autoscalePage({ report, traces, titles }: AutoscaleResult): string {
  const tiles = traces.flatMap(({ trace, runs: { shipped } }): Tile[] => [
    {
      label: `Refused: ${trace.name.replace('_', ' ')}`,
      value: shipped.refusedPlayers,
      unit: '',
    },
    {
      label: `Longest wait: ${trace.name.replace('_', ' ')}`,
      value: shipped.longestWaitS,
      unit: 's',
    },
  ]);
  return reportPage(
    report,
    'Autoscaling',
    tiles,
    traces.map((it) => traceSection(it, titles)),
  );
}

function traceSection({ trace, runs }: TraceRuns, titles: AutoscaleResult['titles']): Html {
  const { samples } = runs.shipped;
  const x = samples.map(({ atS }) => clockOf(atS));
  const valuesOf = (all: readonly Sample[], value: (sample: Sample) => number) => all.map(value);
  return html`<h2>${trace.title}</h2><section class="plots">${linePlot({
    title: 'Players and room for them',
    unit: 'players',
    x,
    series: [
      {
        name: 'until the region closes',
        values: valuesOf(samples, (it) => it.seatsUntilClosed),
        colour: 3,
      },
      { name: 'seated', values: valuesOf(samples, (it) => it.seated), colour: 1, isArea: true },
      { name: 'waiting', values: valuesOf(samples, (it) => it.waiting), colour: 5 },
    ],
  })}${linePlot({
    title: 'Nodes',
    unit: 'nodes',
    x,
    series: [
      { name: titles.shipped, values: valuesOf(samples, (it) => it.nodes), colour: 1 },
      {
        name: titles['kubernetes-behaviour'],
        values: valuesOf(runs['kubernetes-behaviour'].samples, (it) => it.nodes),
        colour: 2,
      },
      {
        name: titles.static,
        values: valuesOf(runs.static.samples, (it) => it.nodes),
        colour: 6,
      },
    ],
  })}</section>${table(
    [
      '',
      'refused',
      'longest wait, s',
      'least headroom, %',
      'rooms moved',
      'node hours',
      'machine hours',
      'nodes, most',
    ],
    CONTENDER_NAMES.map((name) => {
      const run = runs[name];
      return [
        titles[name],
        ...[
          run.refusedPlayers,
          run.longestWaitS,
          run.leastHeadroomRatio * 100,
          run.movedRooms,
          run.nodeHours,
          run.machineHours,
          run.mostNodes,
        ].map(formatNumber),
      ];
    }),
  )}`;
}

/** Hours and minutes since the trace began. */
function clockOf(atS: number): string {
  const minutes = Math.floor(atS / 60);
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}`;
}
