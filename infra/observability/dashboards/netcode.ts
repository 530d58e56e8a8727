import type { DashboardSpec } from './dashboard.ts';

const RATE = '[$__rate_interval]';
const IN = '{region=~"$region", room=~"$room"}';
const of = (metric: string, quantile: string) =>
  `max by (region, room) (${metric}{region=~"$region", room=~"$room", quantile="${quantile}"})`;
const WORST = 'Of the node where it is worst: quantiles of nodes cannot be added up.';

/** How it feels: what is measured of the links of players, and what they report. */
export const NETCODE: DashboardSpec = {
  uid: 'meridian-netcode',
  title: 'Netcode',
  variables: ['region', 'room'],
  panels: [
    {
      title: 'Action latency',
      description: `Reported: from an input to its acknowledgement. The promise: 200 ms in 99 % of the seconds. ${WORST}`,
      unit: 's',
      alerts: ['ActionLatencyBurnsFast', 'ActionLatencyBurnsSlowly'],
      queries: {
        '{{region}} {{room}} p50': of('meridian_link_action_seconds', '0.5'),
        '{{region}} {{room}} p95': of('meridian_link_action_seconds', '0.95'),
      },
    },
    {
      title: 'Round trip',
      description: `Measured. ${WORST}`,
      unit: 's',
      queries: {
        '{{region}} {{room}} p50': of('meridian_link_rtt_seconds', '0.5'),
        '{{region}} {{room}} p95': of('meridian_link_rtt_seconds', '0.95'),
      },
    },
    {
      title: 'Round trips of all sockets, p95',
      description: 'Measured, over all nodes.',
      unit: 's',
      queries: {
        '{{region}}':
          'histogram_quantile(0.95, sum by (region, le) (rate(meridian_rtt_seconds_bucket{region=~"$region"}[$__rate_interval])))',
      },
    },
    {
      title: 'Wait of an input in the server',
      description: `Measured: from its arrival to the flush that acknowledges it. ${WORST}`,
      unit: 's',
      queries: {
        '{{region}} {{room}} p50': of('meridian_link_input_wait_seconds', '0.5'),
        '{{region}} {{room}} p95': of('meridian_link_input_wait_seconds', '0.95'),
      },
    },
    {
      title: 'Time in which others stood still',
      description: 'Reported: share of the time in sight.',
      unit: 'percentunit',
      alerts: ['AvailabilityBurnsFast'],
      queries: {
        '{{region}} {{room}}': `sum by (region, room) (rate(meridian_link_stall_seconds_sum${IN}${RATE})) / sum by (region, room) (rate(meridian_link_stall_seconds_count${IN}${RATE}))`,
      },
    },
    {
      title: 'Nothing to interpolate towards',
      description: 'Reported: times in a second, of all players.',
      unit: 'cps',
      queries: {
        '{{region}} {{room}}': `sum by (region, room) (rate(meridian_link_underruns_total${IN}${RATE}))`,
      },
    },
    {
      title: 'How far in the past others are drawn',
      description: `Reported. ${WORST}`,
      unit: 's',
      queries: {
        '{{region}} {{room}} p50': of('meridian_link_interpolation_delay_seconds', '0.5'),
        '{{region}} {{room}} p95': of('meridian_link_interpolation_delay_seconds', '0.95'),
      },
    },
    {
      title: 'Predictions that were wrong',
      description: 'Reported: share of those that were compared.',
      unit: 'percentunit',
      queries: {
        '{{region}} {{room}}': `sum by (region, room) (rate(meridian_link_mispredictions_total${IN}${RATE})) / (sum by (region, room) (rate(meridian_link_reconciliations_total${IN}${RATE})) > 0)`,
      },
    },
    {
      title: 'Correction of the own figure, p95',
      description: `Reported. ${WORST}`,
      unit: 'pixel',
      queries: { '{{region}} {{room}}': of('meridian_link_correction_pixels', '0.95') },
    },
    {
      title: 'Sent to one player',
      description: `Measured, with messages. ${WORST}`,
      unit: 'Bps',
      queries: {
        '{{region}} {{room}} p50': of('meridian_link_sent_bytes_per_second', '0.5'),
        '{{region}} {{room}} p95': of('meridian_link_sent_bytes_per_second', '0.95'),
      },
    },
    {
      title: 'Steps without an input',
      description: 'Because it came too late: share of the steps of players.',
      unit: 'percentunit',
      queries: {
        '{{region}} {{room}}': `sum by (region, room) (rate(meridian_input_steps_starved_total${IN}${RATE})) / (sum by (region, room) (rate(meridian_inputs_total${IN}${RATE})) + sum by (region, room) (rate(meridian_input_steps_starved_total${IN}${RATE})) > 0)`,
      },
    },
    {
      title: 'Wait of an input for its step',
      description: 'What evenness costs: the mean.',
      unit: 's',
      queries: {
        '{{region}} {{room}}': `sum by (region, room) (rate(meridian_input_wait_seconds_total${IN}${RATE})) / (sum by (region, room) (rate(meridian_inputs_total${IN}${RATE})) > 0)`,
      },
    },
    {
      title: 'Patches that were kept back',
      description: 'For slow links: held by flow, skipped at full sockets, and full states afterwards.',
      unit: 'cps',
      queries: {
        '{{region}} {{room}} held': `sum by (region, room) (rate(meridian_flow_patches_held_total${IN}${RATE}))`,
        '{{region}} {{room}} skipped': `sum by (region, room) (rate(meridian_send_gate_skips_total${IN}${RATE}))`,
        '{{region}} {{room}} resynchronised': `sum by (region, room) (rate(meridian_resyncs_total${IN}${RATE}))`,
      },
    },
    {
      title: 'Reports of clients',
      description: 'Taken, and not taken. One a second and player.',
      unit: 'cps',
      queries: {
        '{{region}} {{room}} {{transport}}': `sum by (region, room, transport) (rate(meridian_link_reports_total${IN}${RATE}))`,
        '{{region}} {{room}} {{reason}}': `sum by (region, room, reason) (rate(meridian_link_reports_dropped_total${IN}${RATE}))`,
      },
    },
    {
      title: 'Inputs beyond their budget',
      description: 'Acknowledged and not applied: who sends more than time allows.',
      unit: 'cps',
      queries: {
        '{{region}} {{room}}': `sum by (region, room) (rate(meridian_inputs_over_budget_total${IN}${RATE}))`,
      },
    },
    {
      title: 'Changes of quality',
      description: 'By the level they come to. None is the best that can be.',
      unit: 'cps',
      queries: {
        'to level {{level}}': `sum by (level) (rate(meridian_flow_level_changes_total${IN}${RATE})) or vector(0)`,
      },
    },
  ],
};
