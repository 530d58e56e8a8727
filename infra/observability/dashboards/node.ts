import type { DashboardSpec } from './dashboard.ts';

const RATE = '[$__rate_interval]';
const IN = '{region=~"$region", instance=~"$instance"}';

/** One node, or a few: what it does with its core and its memory. */
export const NODE: DashboardSpec = {
  uid: 'meridian-node',
  title: 'Node',
  variables: ['region', 'instance'],
  panels: [
    {
      title: 'Who it is',
      description: 'The id by which it is drained, its build and its services.',
      unit: 'short',
      isFigure: true,
      queries: { '{{node}} {{build}} {{services}}': `meridian_node_info${IN}` },
    },
    {
      title: 'Running since',
      description: 'Start of the process.',
      unit: 'dateTimeFromNow',
      isFigure: true,
      queries: { '{{instance}}': `process_start_time_seconds${IN} * 1000` },
    },
    {
      title: 'Seats taken',
      description: 'Of those it is thought to hold.',
      unit: 'percentunit',
      isFigure: true,
      queries: {
        '{{instance}}': `sum by (instance) (meridian_clients${IN}) / (sum by (instance) (meridian_node_seats${IN}) > 0)`,
      },
    },
    {
      title: 'Rooms',
      description: 'Running.',
      unit: 'short',
      isFigure: true,
      queries: { '{{instance}}': `sum by (instance) (meridian_rooms${IN})` },
    },
    {
      title: 'Event loop lag',
      description: 'Of the last seconds: how late timers and messages are. Above 100 ms it is drained.',
      unit: 's',
      alerts: ['NodeLoopLags'],
      queries: {
        '{{instance}} p50': `meridian_event_loop_lag_p50_seconds${IN}`,
        '{{instance}} p99': `meridian_event_loop_lag_p99_seconds${IN}`,
      },
    },
    {
      title: 'CPU',
      description: 'Cores, by user and system.',
      unit: 'short',
      alerts: ['NodeCpuFull'],
      queries: {
        '{{instance}} user': `rate(process_cpu_user_seconds_total${IN}${RATE})`,
        '{{instance}} system': `rate(process_cpu_system_seconds_total${IN}${RATE})`,
      },
    },
    {
      title: 'Memory',
      description: 'Resident, and what of it is JavaScript’s.',
      unit: 'bytes',
      queries: {
        '{{instance}} resident': `process_resident_memory_bytes${IN}`,
        '{{instance}} heap used': `nodejs_heap_size_used_bytes${IN}`,
        '{{instance}} outside the heap': `nodejs_external_memory_bytes${IN}`,
      },
    },
    {
      title: 'Garbage collection',
      description: 'Share of the time, by kind.',
      unit: 'percentunit',
      queries: {
        '{{instance}} {{kind}}': `sum by (instance, kind) (rate(nodejs_gc_duration_seconds_sum${IN}${RATE}))`,
      },
    },
    {
      title: 'Steps: time of one with its flush',
      description: 'By kind of room. A step of 20 Hz has 50 ms, shared by all rooms of the node.',
      unit: 's',
      queries: {
        '{{room}} p50': `histogram_quantile(0.5, sum by (room, le) (rate(meridian_tick_duration_seconds_bucket${IN}${RATE})))`,
        '{{room}} p99': `histogram_quantile(0.99, sum by (room, le) (rate(meridian_tick_duration_seconds_bucket${IN}${RATE})))`,
      },
    },
    {
      title: 'Time in steps',
      description: 'Share of the time that is spent in steps and flushes, by kind of room.',
      unit: 'percentunit',
      queries: {
        '{{instance}} {{room}}': `sum by (instance, room) (rate(meridian_tick_duration_seconds_sum${IN}${RATE}))`,
      },
    },
    {
      title: 'Steps that were dropped',
      description: 'Because the node could not keep up.',
      unit: 'cps',
      alerts: ['NodeDropsSteps'],
      queries: {
        '{{instance}} {{room}}': `sum by (instance, room) (rate(meridian_tick_overrun_steps_total${IN}${RATE}))`,
      },
    },
    {
      title: 'Doors',
      description: 'Upgrades and seats that were refused, peers that stopped answering, rejections nobody awaited.',
      unit: 'cps',
      queries: {
        '{{instance}} seats refused': `sum by (instance) (rate(meridian_seats_refused_total${IN}${RATE}))`,
        '{{instance}} peers lost': `sum by (instance) (rate(meridian_peers_lost_total${IN}${RATE}))`,
        '{{instance}} unhandled rejections': `sum by (instance) (rate(meridian_unhandled_rejections_total${IN}${RATE}))`,
        'upgrades refused': `sum(rate(meridian_upgrades_refused_total${IN}${RATE})) or vector(0)`,
      },
    },
  ],
};
