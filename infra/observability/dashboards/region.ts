import type { DashboardSpec } from './dashboard.ts';

const RATE = '[$__rate_interval]';
const IN = '{region=~"$region"}';

/** One region: its nodes beside each other, what dies and what comes back. */
export const REGION: DashboardSpec = {
  uid: 'meridian-region',
  title: 'Region',
  variables: ['region'],
  panels: [
    {
      title: 'Players',
      description: 'Seated clients.',
      unit: 'short',
      isFigure: true,
      queries: { '{{region}}': `sum by (region) (meridian_clients${IN})` },
    },
    {
      title: 'Nodes with rooms',
      description: 'That answer.',
      unit: 'short',
      isFigure: true,
      queries: { '{{region}}': `count by (region) (meridian_node_seats${IN} > 0)` },
    },
    {
      title: 'Sockets',
      description: 'Open WebSockets.',
      unit: 'short',
      isFigure: true,
      queries: { '{{region}}': `sum by (region) (meridian_sockets${IN})` },
    },
    {
      title: 'Deaths within the hour',
      description: 'Nodes that others have declared dead.',
      unit: 'short',
      isFigure: true,
      alerts: ['NodeDied', 'NodesKeepDying'],
      queries: {
        '{{region}}': `sum by (region) (increase(meridian_node_deaths_declared_total${IN}[1h]))`,
      },
    },
    {
      title: 'Players by node',
      description: 'Rooms are spread evenly; a node apart is draining, quarantined or new.',
      unit: 'short',
      queries: { '{{region}} {{instance}}': `sum by (region, instance) (meridian_clients${IN})` },
    },
    {
      title: 'Event loop lag by node, p99',
      description: 'Of the last seconds. Above 100 ms a node is drained.',
      unit: 's',
      alerts: ['NodeLoopLags'],
      queries: {
        '{{region}} {{instance}}': `max by (region, instance) (meridian_event_loop_lag_p99_seconds${IN})`,
      },
    },
    {
      title: 'CPU by node',
      description: 'Cores. One thread simulates.',
      unit: 'short',
      alerts: ['NodeCpuFull'],
      queries: {
        '{{region}} {{instance}}': `sum by (region, instance) (rate(process_cpu_seconds_total{job="meridian", region=~"$region"}${RATE}))`,
      },
    },
    {
      title: 'Memory by node',
      description: 'Resident. Kubernetes ends a node at its limit.',
      unit: 'bytes',
      queries: {
        '{{region}} {{instance}}': `sum by (region, instance) (process_resident_memory_bytes{job="meridian", region=~"$region"})`,
      },
    },
    {
      title: 'Joins by how they ended',
      description: 'Requests for a seat: ok, or an error code.',
      unit: 'reqps',
      alerts: ['JoinSuccessBurnsFast'],
      queries: {
        '{{region}} {{outcome}}': `sum by (region, outcome) (rate(meridian_joins_total${IN}${RATE}))`,
      },
    },
    {
      title: 'Rooms brought back, or not',
      description: 'After the loss of a node. `revived` is what is to be.',
      unit: 'cps',
      alerts: ['RoomsLost'],
      queries: {
        '{{region}} {{outcome}}': `sum by (region, outcome) (rate(meridian_room_revivals_total${IN}${RATE}))`,
      },
    },
    {
      title: 'Rooms that stood still',
      description: 'To be moved, to be made anew, or because another node owns them.',
      unit: 'cps',
      alerts: ['RoomsKeepFailing'],
      queries: {
        '{{region}} {{reason}}': `sum by (region, reason) (rate(meridian_rooms_frozen_total${IN}${RATE}))`,
      },
    },
    {
      title: 'Leases',
      description: 'Renewals that Redis did not answer, and leases that ran out.',
      unit: 'cps',
      alerts: ['RedisAway', 'NodeLeaseUnsteady'],
      queries: {
        '{{region}} not renewed': `sum by (region) (rate(meridian_lease_renewal_failures_total${IN}${RATE}))`,
        '{{region}} lapsed': `sum by (region) (rate(meridian_lease_lapses_total${IN}${RATE}))`,
        '{{region}} asked peers: {{outcome}}': `sum by (region, outcome) (rate(meridian_lease_votes_total${IN}${RATE}))`,
      },
    },
    {
      title: 'Messages to other regions',
      description: 'By what became of them.',
      unit: 'cps',
      queries: {
        '{{region}} to {{exported_region}} {{outcome}}': `sum by (region, exported_region, outcome) (rate(meridian_region_link_messages_sent_total${IN}${RATE}))`,
        '{{exported_region}} took {{outcome}}': `sum by (region, exported_region, outcome) (rate(meridian_region_link_entries_carried_total${IN}${RATE}))`,
      },
    },
    {
      title: 'Messages that were lost or dropped',
      description: 'Gaps in what came or went; messages that were too late or of another game.',
      unit: 'cps',
      alerts: ['RegionLinkGaps'],
      queries: {
        '{{region}} {{exported_region}} gaps {{direction}}': `sum by (region, exported_region, direction) (rate(meridian_region_link_gaps_total${IN}${RATE}))`,
        '{{region}} {{exported_region}} {{reason}}': `sum by (region, exported_region, reason) (rate(meridian_region_link_messages_dropped_total${IN}${RATE}))`,
      },
    },
    {
      title: 'Rooms taken from lost regions',
      description: 'By the region they were in.',
      unit: 'short',
      alerts: ['RegionEvacuated'],
      queries: {
        'from {{exported_region}}': `sum by (region, exported_region) (meridian_evacuation_rooms_total${IN})`,
      },
    },
  ],
};
