import { PROFILE_NAMES, profileOf } from '../bench/badlink/link-profiles.ts';
import type { LinkRun } from '../bench/badlink/link-run.ts';
import { linkTable } from '../bench/badlink/link-table.ts';
import type { SlowClientRun } from '../bench/badlink/slow-client-run.ts';
import type { BadLinkResult } from '../bench/badlink/suite.ts';
import { barPlot } from './bar-plot.ts';
import { type Html, html } from './html.ts';
import { formatNumber, linePlot } from './line-plot.ts';
import { reportPage, type Tile, table } from './page.ts';

/** Seconds of play in the pictures: more is not told apart. */
const MOST_SECONDS = 30;

/** The page of `bench badlink`. */
export function badLinkPage({ report, runs }: BadLinkResult): string {
  const { figures } = report;
  const figure = (name: string) => figures[name] ?? figures[`quick_${name}`];
  const stalled = figure('stalled_ratio_bad');
  const tiles: Tile[] = [
    {
      label: 'Stalled, bad link',
      value: stalled === undefined ? undefined : stalled * 100,
      unit: '%',
    },
    { label: 'Drawn error p99, bad link', value: figure('drawn_error_p99_px_bad'), unit: 'px' },
    { label: 'Delay, LAN', value: figure('lan_delay_ms'), unit: 'ms' },
    { label: 'Back after an outage', value: figure('resume_after_outage_ms'), unit: 'ms' },
    { label: 'Backlog p99 at 32 kbit/s', value: figure('slow_backlog_p99_bytes'), unit: 'B' },
    {
      label: 'Events at 32 kbit/s, p95 beyond RTT',
      value: figure('slow_critical_p95_beyond_rtt_ms'),
      unit: 'ms',
    },
  ];
  const links = runs.filter((run) => run.kind === 'link');
  const body = PROFILE_NAMES.map((name) => links.filter(({ profile }) => profile === name))
    .filter((of) => of.length > 0)
    .map(linkSection);
  return reportPage(report, 'Over bad links', tiles, [
    ...body,
    slowSection(runs.filter((run) => run.kind === 'slow-client')),
    html`<h2>Figures</h2>`,
    table(
      ['Figure', 'Value'],
      Object.entries(figures).map(([name, value]) => [name, formatNumber(value)]),
    ),
  ]);
}

function linkSection(runs: readonly LinkRun[]): Html {
  const { name, title } = profileOf((runs[0] as LinkRun).profile);
  const { head, rows } = linkTable(runs);
  const plots = [
    seriesPlot(runs, 'Farthest from the truth', 'px', ({ worstErrorPx }) => worstErrorPx),
    seriesPlot(runs, 'How late others are drawn', 'ms', ({ delayMs }) => delayMs),
  ];
  return html`<h2>${name}: ${title}</h2>${table(head, rows)}<br><section class="plots">${plots}</section>`;
}

/** One player of each contender. */
function seriesPlot(
  runs: readonly LinkRun[],
  title: string,
  unit: string,
  of: (series: LinkRun['judged']['first']['series']) => readonly (number | null)[],
): Html {
  const everyMs = runs[0]?.judged.first.series.everyMs ?? 100;
  const places = (MOST_SECONDS * 1_000) / everyMs;
  const lines = runs.map(({ contender, judged }) => ({
    name: contender,
    values: of(judged.first.series).slice(0, places),
    colour: contender === 'meridian' ? (1 as const) : (2 as const),
  }));
  const length = Math.max(0, ...lines.map(({ values }) => values.length));
  const x = Array.from({ length }, (_, at) => `${((at * everyMs) / 1_000).toFixed(1)} s`);
  return linePlot({ title, unit, x, series: lines });
}

function slowSection(runs: readonly SlowClientRun[]): Html {
  if (runs.length === 0) return html``;
  const length = Math.max(...runs.map(({ backlogBytesBySecond }) => backlogBytesBySecond.length));
  const bars = (title: string, unit: string, value: (run: SlowClientRun) => number) =>
    barPlot({
      ...{ title, unit, better: 'less' as const },
      bars: runs.map((run) => ({
        label: run.contender,
        value: value(run),
        isOurs: run.contender === 'meridian',
      })),
    });
  const plots = [
    linePlot({
      title: 'On its way to the slow client',
      unit: 'bytes',
      x: Array.from({ length }, (_, second) => `${second} s`),
      series: runs.map(({ contender, backlogBytesBySecond }) => ({
        name: contender,
        values: backlogBytesBySecond,
        colour: contender === 'meridian' ? (1 as const) : (2 as const),
      })),
    }),
    bars('Event at 32 kbit/s, p95', 'ms', ({ eventMs }) => eventMs.p95),
  ];
  return html`<h2>One client behind 32 kbit/s</h2><section class="plots">${plots}</section>`;
}
