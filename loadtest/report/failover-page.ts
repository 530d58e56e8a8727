import type { FailoverResult } from '../bench/failover/suite.ts';
import { secondsPlots } from './chaos-page.ts';
import { html } from './html.ts';
import { formatNumber } from './line-plot.ts';
import { reportPage, type Tile, table } from './page.ts';

/** The failover bench's page: what all players received around kill, drain and deploy, and the figures. */
export function failoverPage({ report, turns }: FailoverResult): string {
  const figure = (name: string) =>
    Object.entries(report.figures).find(
      ([key]) => key.replace(/^(quick|custom)_/, '') === name,
    )?.[1];
  const tiles: Tile[] = [
    { label: 'Kill to first state p50', value: figure('kill_to_first_state_p50_ms'), unit: 'ms' },
    { label: 'Kill to first state p99', value: figure('kill_to_first_state_p99_ms'), unit: 'ms' },
    { label: 'Sessions back', value: percent(figure('recovered_sessions_ratio')), unit: '%' },
    { label: 'Lost patches', value: figure('lost_patches_max'), unit: '' },
    { label: 'Drain pause p95', value: figure('drain_pause_p95_ms'), unit: 'ms' },
    { label: 'Double owners', value: figure('double_owner_count'), unit: '' },
    { label: 'False failovers', value: figure('false_failovers'), unit: '' },
    { label: 'Journal CPU', value: figure('journal_cpu_ratio'), unit: '×' },
  ];
  return reportPage(report, 'Failover', tiles, [
    ...turns.map(
      ({ seconds }, index) =>
        html`<h2>Turn ${index + 1}</h2><section class="plots">${secondsPlots(seconds)}</section>`,
    ),
    html`<h2>Figures</h2>${table(
      ['Figure', 'Value'],
      Object.entries(report.figures).map(([name, value]) => [name, formatNumber(value)]),
    )}`,
  ]);
}

function percent(ratio: number | undefined): number | undefined {
  return ratio === undefined ? undefined : ratio * 100;
}
