import type { DashboardSpec, PanelSpec } from './dashboard.ts';

interface PromisedShare {
  readonly title: string;
  readonly what: string;
  /** As in rules/slo.yaml: `region:<metric>:error_ratio_rate…`. */
  readonly metric: string;
  /** Share that may fail. */
  readonly budget: number;
  readonly alert: string;
}

const PROMISES: readonly PromisedShare[] = [
  {
    title: 'Joins',
    what: 'Requests for a seat that fail by our fault; 0.1 % may.',
    metric: 'meridian_joins',
    budget: 0.001,
    alert: 'JoinSuccess',
  },
  {
    title: 'Actions',
    what: 'Seconds of players in which actions take longer than 200 ms; 1 % may.',
    metric: 'meridian_actions',
    budget: 0.01,
    alert: 'ActionLatency',
  },
  {
    title: 'Play',
    what: 'Time of players in which play stands still; 0.1 % may.',
    metric: 'meridian_play',
    budget: 0.001,
    alert: 'Availability',
  },
];

/** What is promised, and how fast it is spent. */
export const SLO: DashboardSpec = {
  uid: 'meridian-slo',
  title: 'Promises',
  variables: ['region'],
  panels: PROMISES.flatMap(panelsOf),
};

function panelsOf({ title, what, metric, budget, alert }: PromisedShare): readonly PanelSpec[] {
  const ratio = (window: string) => `region:${metric}:error_ratio_rate${window}{region=~"$region"}`;
  const alerts = [`${alert}BurnsFast`, `${alert}BurnsSlowly`];
  return [
    {
      title: `${title}: left of three days`,
      description: `${what} What of that is left, if three days are all there is; below 0 it is overspent.`,
      unit: 'percentunit',
      isFigure: true,
      alerts,
      queries: { '{{region}}': `1 - ${ratio('3d')} / ${budget}` },
    },
    {
      title: `${title}: share that fails`,
      description: what,
      unit: 'percentunit',
      alerts,
      queries: { '{{region}} 5 min': ratio('5m'), '{{region}} 6 h': ratio('6h') },
    },
    {
      title: `${title}: how fast it burns`,
      description: 'Times the pace at which thirty days would use all of it. 14.4 over an hour is a page.',
      unit: 'short',
      alerts,
      queries: {
        '{{region}} 5 min': `${ratio('5m')} / ${budget}`,
        '{{region}} 30 min': `${ratio('30m')} / ${budget}`,
        '{{region}} 1 h': `${ratio('1h')} / ${budget}`,
        '{{region}} 6 h': `${ratio('6h')} / ${budget}`,
      },
    },
  ];
}
