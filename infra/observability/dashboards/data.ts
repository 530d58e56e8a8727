import type { DashboardSpec } from './dashboard.ts';

const RATE = '[$__rate_interval]';
const IN = '{region=~"$region"}';

/** Profiles, caches, calls between services, writes that wait, analytics. */
export const DATA: DashboardSpec = {
  uid: 'meridian-data',
  title: 'Data',
  variables: ['region'],
  panels: [
    {
      title: 'Writes that wait',
      description: 'For the profile store.',
      unit: 'short',
      isFigure: true,
      alerts: ['DeferredWritesWait'],
      queries: { '{{region}}': `max by (region) (meridian_deferred_writes_waiting${IN})` },
    },
    {
      title: 'The oldest of them',
      description: 'How long it has waited.',
      unit: 's',
      isFigure: true,
      alerts: ['DeferredWritesWait'],
      queries: { '{{region}}': `max by (region) (meridian_deferred_writes_oldest_seconds${IN})` },
    },
    {
      title: 'Writes for people',
      description: 'That the store has refused for good.',
      unit: 'short',
      isFigure: true,
      alerts: ['DeferredWritesFailed'],
      queries: { '{{region}}': `max by (region) (meridian_deferred_writes_failed${IN})` },
    },
    {
      title: 'Events that wait for the sink',
      description: 'In the stream of the region.',
      unit: 'short',
      isFigure: true,
      alerts: ['AnalyticsBacklogGrows'],
      queries: { '{{region}}': `max by (region) (meridian_analytics_backlog${IN})` },
    },
    {
      title: 'Calls between services',
      description: 'As callers count them, with their tries.',
      unit: 'reqps',
      alerts: ['ServiceCallsFail'],
      queries: {
        '{{region}} {{method}} {{outcome}}':
          'sum by (region, method, outcome) (rate(meridian_rpc_duration_seconds_count{region=~"$region", side="client"}[$__rate_interval]))',
      },
    },
    {
      title: 'Time of calls, p95',
      description: 'As those measure it who answer.',
      unit: 's',
      queries: {
        '{{region}} {{method}}':
          'histogram_quantile(0.95, sum by (region, method, le) (rate(meridian_rpc_duration_seconds_bucket{region=~"$region", side="server"}[5m])))',
      },
    },
    {
      title: 'Reads of caches',
      description: 'By where the answer came from. `kept`: the store did not answer.',
      unit: 'reqps',
      alerts: ['ProfileStoreAway'],
      queries: {
        '{{region}} {{cache}} {{outcome}}': `sum by (region, cache, outcome) (rate(meridian_cache_reads_total${IN}${RATE}))`,
      },
    },
    {
      title: 'News between caches of regions',
      description: 'Changed values that were told, and heard.',
      unit: 'cps',
      queries: {
        '{{region}} {{direction}}': `sum by (region, direction) (rate(meridian_cache_news_total${IN}${RATE}))`,
      },
    },
    {
      title: 'Writes that were put away, and their ends',
      description: 'While the profile store does not answer. `refused` ones are lost.',
      unit: 'cps',
      alerts: ['ProfileStoreAway', 'DeferredWritesRefused'],
      queries: {
        '{{region}} {{outcome}}': `sum by (region, outcome) (rate(meridian_deferred_writes_total${IN}${RATE}))`,
      },
    },
    {
      title: 'Soft values',
      description: 'Put by rooms, shelved after coalescing, written, dropped.',
      unit: 'cps',
      alerts: ['SoftWritesDropped'],
      queries: {
        '{{region}} {{step}}': `sum by (region, step) (rate(meridian_soft_writes_total${IN}${RATE}))`,
      },
    },
    {
      title: 'Events on their way',
      description: 'Recorded, put into the stream, taken by the sink.',
      unit: 'cps',
      queries: {
        '{{region}} recorded': `sum by (region) (rate(meridian_analytics_recorded_total${IN}${RATE}))`,
        '{{region}} published': `sum by (region) (rate(meridian_analytics_published_total${IN}${RATE}))`,
        '{{region}} shipped': `sum by (region) (rate(meridian_analytics_shipped_total${IN}${RATE}))`,
      },
    },
    {
      title: 'Events that did not get on',
      description: 'Dropped for want of room, refused for their form, tries that failed, taken over from silent nodes.',
      unit: 'cps',
      alerts: ['AnalyticsDropped'],
      queries: {
        '{{region}} dropped': `sum by (region) (rate(meridian_analytics_dropped_total${IN}${RATE}))`,
        '{{region}} refused': `sum by (region) (rate(meridian_analytics_refused_total${IN}${RATE}))`,
        '{{region}} {{step}} failed': `sum by (region, step) (rate(meridian_analytics_failures_total${IN}${RATE}))`,
        '{{region}} redelivered': `sum by (region) (rate(meridian_analytics_redelivered_total${IN}${RATE}))`,
        '{{region}} buffered on nodes': `sum by (region) (meridian_analytics_buffered${IN})`,
      },
    },
  ],
};
