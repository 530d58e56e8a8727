import type { DashboardSpec } from './dashboard.ts';

/** All regions side by side: is the world well, and if not, where. */
export const WORLD: DashboardSpec = {
  uid: 'meridian-world',
  title: 'World',
  variables: [],
  panels: [
    {
      title: 'Players',
      description: 'Seated clients of all regions.',
      unit: 'short',
      isFigure: true,
      queries: { players: 'sum(meridian_clients)' },
    },
    {
      title: 'Rooms',
      description: 'Running rooms of all regions.',
      unit: 'short',
      isFigure: true,
      queries: { rooms: 'sum(meridian_rooms)' },
    },
    {
      title: 'Nodes that answer',
      description: 'Of all processes that Prometheus knows.',
      unit: 'percentunit',
      isFigure: true,
      alerts: ['RegionMostlyDown', 'NodeDown'],
      queries: { nodes: 'avg(up{job="meridian"})' },
    },
    {
      title: 'Alerts that fire',
      description: 'Besides the dead man’s switch, which always does.',
      unit: 'short',
      isFigure: true,
      queries: {
        alerts: 'count(ALERTS{alertstate="firing", alertname!="DeadMansSwitch"}) or vector(0)',
      },
    },
    {
      title: 'Players by region',
      description: 'A region that loses players while others win them is closed, full or lost.',
      unit: 'short',
      queries: { '{{region}}': 'sum by (region) (meridian_clients)' },
    },
    {
      title: 'Seats taken',
      description: 'At nine tenths a region takes nobody any more.',
      unit: 'percentunit',
      alerts: ['RegionFills', 'RegionFull'],
      queries: {
        '{{region}}': 'sum by (region) (meridian_clients) / (sum by (region) (meridian_node_seats) > 0)',
      },
    },
    {
      title: 'Time in which play stood still',
      description: 'Share of the time of players, as they report it. The promise is less than 0.1 %.',
      unit: 'percentunit',
      alerts: ['AvailabilityBurnsFast', 'AvailabilityBurnsSlowly'],
      queries: {
        '{{region}}':
          'sum by (region) (rate(meridian_link_stall_seconds_sum[$__rate_interval])) / sum by (region) (rate(meridian_link_stall_seconds_count[$__rate_interval]))',
      },
    },
    {
      title: 'Joins that fail by our fault',
      description: 'Share of the requests for a seat. The promise is less than 0.1 %.',
      unit: 'percentunit',
      alerts: ['JoinSuccessBurnsFast', 'JoinSuccessBurnsSlowly'],
      queries: {
        '{{region}}':
          'sum by (region) (rate(meridian_join_failures_total[$__rate_interval])) / sum by (region) (rate(meridian_joins_total[$__rate_interval]))',
      },
    },
    {
      title: 'Delay between regions, p95',
      description: 'From sending in the other region to handling here. About half the round trip is what light takes.',
      unit: 's',
      alerts: ['RegionLinkLags', 'RegionLinkSilent'],
      queries: {
        '{{exported_region}} to {{region}}':
          'histogram_quantile(0.95, sum by (region, exported_region, le) (rate(meridian_region_link_delay_seconds_bucket[$__rate_interval])))',
      },
    },
    {
      title: 'What the loss of a region would cost',
      description: 'Time since its buddy had everything of its rooms.',
      unit: 's',
      alerts: ['EvacuationLags', 'RegionEvacuated'],
      queries: { '{{region}}': 'max by (region) (meridian_evacuation_lag_seconds)' },
    },
  ],
};
