import type { DashboardSpec } from './dashboard.ts';

const RATE = '[$__rate_interval]';
const IN = '{region=~"$region", queue=~"$queue"}';

/** Queues: how long players wait, and who is turned away. */
export const MATCHMAKING: DashboardSpec = {
  uid: 'meridian-matchmaking',
  title: 'Matchmaking',
  variables: ['region', 'queue'],
  panels: [
    {
      title: 'Matches in a minute',
      description: 'New rooms, and players for running ones.',
      unit: 'short',
      isFigure: true,
      queries: { matches: `60 * sum(rate(meridian_matchmaking_matches_total${IN}${RATE}))` },
    },
    {
      title: 'Players in a minute',
      description: 'Who got a seat.',
      unit: 'short',
      isFigure: true,
      queries: { players: `60 * sum(rate(meridian_matchmaking_wait_seconds_count${IN}${RATE}))` },
    },
    {
      title: 'Wait of who was matched',
      description: 'By queue.',
      unit: 's',
      alerts: ['MatchmakingSlow'],
      queries: {
        '{{queue}} p50': `histogram_quantile(0.5, sum by (queue, le) (rate(meridian_matchmaking_wait_seconds_bucket{region=~"$region", queue=~"$queue"}[5m])))`,
        '{{queue}} p95': `histogram_quantile(0.95, sum by (queue, le) (rate(meridian_matchmaking_wait_seconds_bucket{region=~"$region", queue=~"$queue"}[5m])))`,
      },
    },
    {
      title: 'Matches',
      description: 'By region, queue and kind.',
      unit: 'cps',
      queries: {
        '{{region}} {{queue}} {{kind}}': `sum by (region, queue, kind) (rate(meridian_matchmaking_matches_total${IN}${RATE}))`,
      },
    },
    {
      title: 'Refused at the door',
      description: 'While more came than got rooms.',
      unit: 'cps',
      alerts: ['MatchmakingSlow'],
      queries: {
        '{{region}} {{queue}}': `sum by (region, queue) (rate(meridian_matchmaking_refused_at_door_total${IN}${RATE}))`,
      },
    },
    {
      title: 'Messages between regions',
      description: 'Offers, claims and results travel over the links, by kind.',
      unit: 'cps',
      queries: {
        '{{region}} {{kind}}':
          'sum by (region, kind) (rate(meridian_region_link_delay_seconds_count{region=~"$region"}[$__rate_interval]))',
      },
    },
  ],
};
