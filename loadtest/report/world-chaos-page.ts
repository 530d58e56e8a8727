import type { WorldChaosRun } from '../chaos/world/run-world-chaos.ts';
import { verdictSection } from './chaos-page.ts';
import { html } from './html.ts';
import { linePlot } from './line-plot.ts';
import { reportPage, type Tile, table } from './page.ts';
import type { Report } from './report.ts';

/** The page of a chaos run over five regions: who waited and was matched around each failure, and which promises were kept. */
export function worldChaosPage(report: Report, run: WorldChaosRun): string {
  const { figures } = report;
  const firstState = figures['evacuation_first_state_p95_ms'];
  const tiles: Tile[] = [
    { label: 'Broken invariants', value: figures['broken_invariants'], unit: '' },
    { label: 'Tickets', value: figures['tickets'], unit: '' },
    { label: 'Lost', value: figures['lost_tickets'], unit: '' },
    { label: 'Duplicated', value: figures['duplicated_tickets'], unit: '' },
    { label: 'Longest match gap', value: figures['longest_match_gap_ms'], unit: 'ms' },
    { label: 'Double owners', value: figures['double_owner_count'], unit: '' },
    ...(firstState === undefined
      ? []
      : [{ label: 'First state p95', value: firstState, unit: 'ms' }]),
  ];
  const { seconds } = run;
  const x = seconds.map(({ at, events }) => [`${at} s`, ...events].join(' · '));
  const waiting = seconds.map((second) => second.waiting);
  const matched = seconds.map((second) => second.matched);
  const seated = seconds.map((second) => second.seated);
  const searching = seconds.map((second) => second.searching);
  const hasRooms = seated.some((bots) => bots > 0);
  return reportPage(report, report.suite.replace('chaos-', 'Chaos: '), tiles, [
    html`<section class="plots">${[
      linePlot({
        ...{ title: 'Tickets', unit: '', x },
        series: [
          { name: 'waiting', colour: 2, values: waiting },
          { name: 'matched in a second', colour: 1, values: matched, isArea: true },
        ],
      }),
      ...(hasRooms
        ? [
            linePlot({
              ...{ title: 'Players of the lost region', unit: '', x },
              series: [
                { name: 'playing', colour: 3, values: seated, isArea: true },
                { name: 'searching', colour: 2, values: searching },
              ],
            }),
          ]
        : []),
    ]}</section>`,
    verdictSection(run.verdicts),
    html`<h2>What was done</h2>${table(
      ['Second', 'Event'],
      seconds.flatMap(({ at, events }) => events.map((event) => [String(at), event])),
    )}`,
  ]);
}
