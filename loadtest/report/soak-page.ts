import { PLAYED } from '../soak/accounting/bounds.ts';
import type { SoakRun } from '../soak/run-soak.ts';
import { soakIncidents } from '../soak/soak-figures.ts';
import { feltLine } from '../soak/soak-summary.ts';
import { type Html, html } from './html.ts';
import { formatNumber, linePlot, type Series } from './line-plot.ts';
import { reportPage, type Tile, table } from './page.ts';
import type { Report } from './report.ts';

const MIB = 1_024 ** 2;
const SECOND_MS = 1_000;
/** Points of a plot that still can be told apart. */
const MOST_POINTS = 240;
const COLOURS = [1, 2, 3, 4, 5, 6] as const;

/** A soak's page: who played, second by second, with the faults on it; every incident; memory. */
export function soakPage(report: Report, run: SoakRun): string {
  const { figures } = report;
  const share = figures['availability'];
  const tiles: Tile[] = [
    // With the digits that count: 99.9 is what 99.85 would be rounded to.
    {
      label: 'Not available (target 0.1)',
      value: share === undefined ? undefined : (1 - share) * 100,
      unit: '%',
    },
    { label: 'Lost rooms', value: figures['lost_rooms'], unit: '' },
    { label: 'Double owners', value: figures['double_owners'], unit: '' },
    { label: 'Players', value: figures['players'], unit: '' },
    { label: 'Faults', value: figures['faults'], unit: '' },
    { label: 'Longest gap', value: figures['longest_gap_ms'], unit: 'ms' },
    { label: 'Actions p95', value: figures['action_p95_ms'], unit: 'ms' },
    { label: 'Empty panels', value: figures['empty_panels'], unit: '' },
  ];
  return reportPage(report, 'Soak', tiles, [
    html`<section class="plots">${[...secondsPlots(run), memoryPlot(run)]}</section>`,
    incidentTable(run),
    regionTable(run),
    alertTable(run),
    html`<h2>Figures</h2>${table(
      ['Figure', 'Value'],
      Object.entries(figures).map(([name, value]) => [name, String(value)]),
    )}`,
  ]);
}

/** Several seconds share a point of a long run: the worst of them is shown. */
function secondsPlots(run: SoakRun): readonly Html[] {
  const { seconds, beganMs } = run.book;
  const size = Math.max(1, Math.ceil(seconds.length / MOST_POINTS));
  const points = Array.from({ length: Math.ceil(seconds.length / size) }, (_, at) =>
    seconds.slice(at * size, (at + 1) * size),
  );
  const faultsAt = (from: number, to: number) =>
    run.faults.filter((fault) => {
      const atS = (fault.fromMs - beganMs) / SECOND_MS;
      return atS >= from && atS < to;
    });
  const faults = points.map((point) => faultsAt(point[0]?.at ?? 0, (point.at(-1)?.at ?? 0) + 1));
  const x = points.map((point) => `${point[0]?.at ?? 0} s`);
  const events = faults.map((of) => of.map(({ what }) => what).join(' · '));
  const unplayed = points.map((point) =>
    Math.max(...point.map(({ playerSeconds, playedSeconds }) => playerSeconds - playedSeconds)),
  );
  const most = Math.max(1, ...unplayed);
  const p95 = points.map((point) => {
    const known = point.flatMap(({ actionP95Ms }) => actionP95Ms ?? []);
    return known.length === 0 ? null : Math.max(...known);
  });
  const mark = (height: number): Series => ({
    name: 'fault',
    colour: 5,
    isArea: true,
    values: faults.map((of) => (of.length > 0 ? height : 0)),
  });
  return [
    linePlot({
      ...{ title: 'Available', unit: '%', x, events },
      series: [
        mark(100),
        {
          name: 'of the players',
          colour: 3,
          isArea: true,
          values: points.map((point) => 100 * Math.min(...point.map(shareOf))),
        },
      ],
    }),
    linePlot({
      ...{ title: 'Players without a live match, or answered late', unit: '', x, events },
      series: [mark(most), { name: 'players', colour: 2, values: unplayed }],
    }),
    linePlot({
      ...{ title: 'Actions, p95', unit: 'ms', x, events },
      series: [mark(PLAYED.actionP95BeyondRttMs), { name: 'all players', colour: 1, values: p95 }],
    }),
    linePlot({
      ...{ title: 'Pauses of the machine', unit: 'ms', x, events },
      series: [
        {
          name: 'longest',
          colour: 6,
          values: points.map((point) => Math.max(...point.map(({ pausedMs }) => pausedMs))),
        },
      ],
    }),
  ];
}

function shareOf(second: { readonly playerSeconds: number; readonly playedSeconds: number }) {
  return second.playerSeconds === 0 ? 1 : second.playedSeconds / second.playerSeconds;
}

/** All nodes of a region together: nodes come and go, and what matters is whether it grows. */
function memoryPlot({ memory, book }: SoakRun): Html {
  const nodes = [...memory].filter(([name]) => !/Redis|players|soak/.test(name));
  const regionIds = [...new Set(nodes.map(([name]) => name.split(' ')[0] ?? ''))];
  const times = [...new Set(nodes.flatMap(([, samples]) => samples.map(({ atMs }) => atMs)))]
    .filter((atMs) => atMs >= book.beganMs)
    .toSorted((a, b) => a - b);
  return linePlot({
    ...{ title: 'Memory of all nodes', unit: 'MiB' },
    x: times.map((atMs) => `${Math.round((atMs - book.beganMs) / SECOND_MS)} s`),
    series: regionIds.map((regionId, at) => ({
      name: regionId,
      colour: COLOURS[at % COLOURS.length] ?? 1,
      values: times.map((time) => {
        const there = nodes
          .filter(([name]) => name.startsWith(`${regionId} `))
          .flatMap(([, samples]) => samples.filter(({ atMs }) => atMs === time));
        return there.reduce((sum, { rssBytes }) => sum + rssBytes, 0) / MIB;
      }),
    })),
  });
}

function incidentTable(run: SoakRun): Html {
  return html`<h2>Incidents</h2>${table(
    ['Second', 'Cause', 'What players felt'],
    soakIncidents(run).map((incident) => [
      ((incident.atMs - run.book.beganMs) / SECOND_MS).toFixed(1),
      incident.cause,
      feltLine(incident),
    ]),
  )}`;
}

function regionTable({ book: { availability } }: SoakRun): Html {
  return html`<h2>Regions</h2>${table(
    ['Home of the players', 'Player-seconds', 'Not played', 'Available, %'],
    availability.homes.toSorted().map((home) => {
      const { playerSeconds, playedSeconds } = availability.played({ home });
      return [
        home,
        formatNumber(playerSeconds),
        formatNumber(playerSeconds - playedSeconds),
        ((100 * playedSeconds) / Math.max(1, playerSeconds)).toFixed(3),
      ];
    }),
  )}`;
}

function alertTable({ observed }: SoakRun): Html {
  if (observed === null || observed.fired.length === 0) return html``;
  return html`<h2>Alerts that fired</h2>${table(
    ['Alert', 'Region', 'Since', 'Runbook'],
    observed.fired.map(({ name, labels, activeAt, runbook }) => [
      name,
      labels['region'] ?? '',
      activeAt.slice(11, 19),
      runbook ?? 'none',
    ]),
  )}`;
}
