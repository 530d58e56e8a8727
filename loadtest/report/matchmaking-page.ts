import type { MatchmakingResult } from '../bench/matchmaking/suite.ts';
import { contenderPlots, contenderRows } from './contender-plots.ts';
import { html } from './html.ts';
import { formatNumber } from './line-plot.ts';
import { reportPage, type Tile, table } from './page.ts';

/** The page of `bench matchmaking`: the contenders at every rate of arrivals. */
export function matchmakingPage({ report, rates }: MatchmakingResult): string {
  const figure = (name: string) =>
    Object.entries(report.figures).find(
      ([key]) => key.replace(/^(quick|custom)_/, '') === name,
    )?.[1];
  const tiles: Tile[] = [
    {
      label: 'Team gap p95 against the best peer',
      value: figure('team_gap_p95_ratio_vs_best_peer'),
      unit: '×',
    },
    { label: 'Wait p95', value: figure('wait_p95_s'), unit: 's' },
    { label: 'Latency p95', value: figure('latency_p95_ms'), unit: 'ms' },
    { label: 'Matched', value: percent(figure('matched_ratio')), unit: '%' },
    { label: 'Cost against the optimum', value: figure('cost_ratio_vs_optimum'), unit: '×' },
    { label: 'Tickets per second', value: figure('tickets_per_second'), unit: '' },
    { label: 'Pass over 100 000', value: figure('pass_100k_s'), unit: 's' },
    { label: 'Longest slice of it', value: figure('pass_100k_longest_slice_ms'), unit: 'ms' },
  ];
  return reportPage(report, 'Matchmaking', tiles, [
    ...rates.map(
      ({ ticketsPerSecond, runs }) =>
        html`<h2>${ticketsPerSecond} tickets per second</h2><section class="plots">${contenderPlots(runs)}</section>${contenderRows(runs)}`,
    ),
    html`<h2>Figures</h2>`,
    table(
      ['Figure', 'Value'],
      Object.entries(report.figures)
        // Those are in the tables above.
        .filter(([name]) => !name.includes('_rate_'))
        .map(([name, value]) => [name, formatNumber(value)]),
    ),
  ]);
}

function percent(ratio: number | undefined): number | undefined {
  return ratio === undefined ? undefined : ratio * 100;
}
