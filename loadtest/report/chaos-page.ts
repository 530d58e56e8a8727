import type { Verdict } from '../chaos/judges/invariants.ts';
import type { ChaosRun } from '../chaos/run-chaos.ts';
import type { StageSecond } from '../chaos/stage.ts';
import { type Html, html } from './html.ts';
import { linePlot } from './line-plot.ts';
import { reportPage, type Tile, table } from './page.ts';
import type { Report } from './report.ts';

/** A chaos run's page: what players received around each failure, and which promises were kept. */
export function chaosPage(report: Report, run: ChaosRun): string {
  const { figures } = report;
  const tiles: Tile[] = [
    { label: 'Broken invariants', value: figures['broken_invariants'], unit: '' },
    { label: 'Players', value: figures['bots'], unit: '' },
    { label: 'Outage p50', value: figures['outage_p50_ms'], unit: 'ms' },
    { label: 'Outage max', value: figures['outage_max_ms'], unit: 'ms' },
    { label: 'Lost patches', value: figures['lost_patches_max_journal'], unit: '' },
    { label: 'Clock drift', value: figures['clock_drift_max_ms'], unit: 'ms' },
  ];
  return reportPage(report, report.suite.replace('chaos-', 'Chaos: '), tiles, [
    html`<section class="plots">${secondsPlots(run.seconds)}</section>`,
    verdictSection(run.verdicts),
    html`<h2>What was done</h2>${table(
      ['Second', 'Event'],
      run.seconds.flatMap(({ at, events }) => events.map((event) => [String(at), event])),
    )}`,
  ]);
}

/** Each promise, and whether it was kept. */
export function verdictSection(verdicts: readonly Verdict[]): Html {
  return html`<h2>Promises</h2>${table(
    ['Promise', 'Verdict', 'First breach'],
    verdicts.map(({ id, title, breaches }) => [
      `${id} ${title}`,
      breaches.length === 0 ? 'kept' : `broken ${breaches.length} ×`,
      breaches[0] ?? '',
    ]),
  )}`;
}

/** States received and players without a room, second by second; events show when the pointer rests on them. */
export function secondsPlots(seconds: readonly StageSecond[]): readonly Html[] {
  const x = seconds.map(({ at, events }) => [`${at} s`, ...events].join(' · '));
  return [
    linePlot({
      title: 'States received',
      unit: '1/s',
      x,
      series: [
        {
          name: 'all players',
          colour: 1,
          values: seconds.map(({ states }) => states),
          isArea: true,
        },
      ],
    }),
    linePlot({
      title: 'Players',
      unit: '',
      x,
      series: [
        { name: 'playing', colour: 3, values: seconds.map(({ seated }) => seated), isArea: true },
        { name: 'searching', colour: 2, values: seconds.map(({ searching }) => searching) },
        { name: 'without a room', colour: 4, values: seconds.map(({ ended }) => ended) },
      ],
    }),
  ];
}
