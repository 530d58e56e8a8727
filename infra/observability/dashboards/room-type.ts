import type { DashboardSpec } from './dashboard.ts';

const RATE = '[$__rate_interval]';
const IN = '{region=~"$region", room=~"$room"}';
const LINKS = '{region=~"$region", room=~"$room"}';

/** One kind of room, wherever it runs: for whoever makes the game. */
export const ROOM_TYPE: DashboardSpec = {
  uid: 'meridian-room-type',
  title: 'Room type',
  variables: ['region', 'room'],
  panels: [
    {
      title: 'Rooms',
      description: 'Running.',
      unit: 'short',
      queries: { '{{room}}': `sum by (room) (meridian_rooms${IN})` },
    },
    {
      title: 'Players',
      description: 'Seated.',
      unit: 'short',
      queries: { '{{room}}': `sum by (room) (meridian_clients${IN})` },
    },
    {
      title: 'Time of a step',
      description: 'With its flush.',
      unit: 's',
      queries: {
        '{{room}} p50': `histogram_quantile(0.5, sum by (room, le) (rate(meridian_tick_duration_seconds_bucket${IN}${RATE})))`,
        '{{room}} p99': `histogram_quantile(0.99, sum by (room, le) (rate(meridian_tick_duration_seconds_bucket${IN}${RATE})))`,
      },
    },
    {
      title: 'Cost of a player',
      description: 'Time of steps and flushes for one player in a second, of a core.',
      unit: 'percentunit',
      queries: {
        '{{room}}': `sum by (room) (rate(meridian_tick_duration_seconds_sum${IN}${RATE})) / (sum by (room) (meridian_clients${IN}) > 0)`,
      },
    },
    {
      title: 'State sent to a player',
      description: 'Bytes of patches and full states in a second, before WebSocket and TCP.',
      unit: 'Bps',
      queries: {
        '{{room}}': `sum by (room) (rate(meridian_patch_bytes_total${IN}${RATE})) / (sum by (room) (meridian_clients${IN}) > 0)`,
      },
    },
    {
      title: 'Journal',
      description: 'Bytes of state in entries, by kind.',
      unit: 'Bps',
      queries: {
        '{{room}} {{kind}}': `sum by (room, kind) (rate(meridian_journal_state_bytes_total${IN}${RATE}))`,
      },
    },
    {
      title: 'Journal entries',
      description: 'Written, by kind.',
      unit: 'cps',
      queries: {
        '{{room}} {{kind}}': `sum by (room, kind) (rate(meridian_journal_entries_total${IN}${RATE}))`,
      },
    },
    {
      title: 'Exceptions of the game',
      description: 'Contained, by hook.',
      unit: 'cps',
      alerts: ['RoomsKeepFailing'],
      queries: {
        '{{room}} {{hook}}': `sum by (room, hook) (rate(meridian_room_faults_total${IN}${RATE})) or vector(0)`,
      },
    },
    {
      title: 'Clients that were disconnected',
      description: 'By the room base, and why.',
      unit: 'cps',
      queries: {
        '{{room}} {{reason}}': `sum by (room, reason) (rate(meridian_evictions_total${IN}${RATE}))`,
      },
    },
    {
      title: 'Players at each quality level',
      description: '0 is all; the higher, the less of the state they get.',
      unit: 'short',
      queries: {
        '{{room}} level {{level}}': `sum by (room, level) (rate(meridian_link_level_seconds_total${LINKS}${RATE}))`,
      },
    },
    {
      title: 'Rooms that show less',
      description: 'Because their turns take too long.',
      unit: 'short',
      queries: { '{{room}}': `sum by (room) (meridian_rooms_overloaded${IN})` },
    },
    {
      title: 'Steps that were dropped',
      description: 'Because the node could not keep up.',
      unit: 'cps',
      alerts: ['NodeDropsSteps'],
      queries: {
        '{{room}}': `sum by (room) (rate(meridian_tick_overrun_steps_total${IN}${RATE}))`,
      },
    },
  ],
};
