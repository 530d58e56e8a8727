import type { MatchsimResult } from '../matchsim/run-matchsim.ts';
import { contenderPlots, contenderRows } from './contender-plots.ts';
import { html } from './html.ts';
import { formatNumber } from './line-plot.ts';
import { reportPage, table } from './page.ts';

/** The simulator's page: the contenders side by side on one scenario. */
export function matchsimPage({ report, log, runs }: MatchsimResult): string {
  const ours = runs.find(({ contender }) => contender === 'meridian')?.metrics;
  const matched = ours === undefined ? undefined : ours.matchedRatio * 100;
  return reportPage(
    report,
    `Matchmaking: ${log.name}`,
    [
      { label: 'Wait p95', value: ours?.waitS.p95, unit: 's' },
      { label: 'Team gap p95', value: ours?.teamGap.p95, unit: 'points' },
      { label: 'Latency p95', value: ours?.latencyMs.p95, unit: 'ms' },
      { label: 'Matched', value: matched, unit: '%' },
      { label: 'Wait p95 of full teams', value: ours?.waitP95S.fullTeams, unit: 's' },
    ],
    [
      html`<section class="plots">${contenderPlots(runs)}</section>`,
      html`<h2>Contenders</h2>${contenderRows(runs)}`,
      html`<h2>Figures</h2>`,
      table(
        ['Figure', 'Value'],
        Object.entries(report.figures).map(([name, value]) => [name, formatNumber(value)]),
      ),
    ],
  );
}
