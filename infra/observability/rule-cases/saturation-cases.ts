import type { RuleCase } from './rule-case.ts';

const INFO = {
  'meridian_node_info{region="europe",instance="a",node="Qx1",build="7",services="game"}': '1x60',
};
const LABELS = { region: 'europe', instance: 'a', node: 'Qx1' };
const of = (metric: string, more = '') => `${metric}{region="europe",instance="a"${more}}`;

const LAG = of('meridian_event_loop_lag_p99_seconds');
const OVERRUN = of('meridian_tick_overrun_steps_total', ',room="arena"');
const TICKS = of('meridian_tick_duration_seconds_count', ',room="arena"');
const CPU = of('process_cpu_seconds_total', ',job="meridian"');
const FROZEN = of('meridian_rooms_frozen_total', ',room="arena",reason="restore"');
const MOVED = of('meridian_rooms_frozen_total', ',room="arena",reason="move"');
const CLIENTS = of('meridian_clients', ',room="arena"');
const SEATS = of('meridian_node_seats');
const REFUSED = of('meridian_matchmaking_refused_at_door_total', ',queue="duel"');
const waits = (upTo60: string, upTo120: string) => ({
  [of('meridian_matchmaking_wait_seconds_bucket', ',queue="duel",le="60"')]: upTo60,
  [of('meridian_matchmaking_wait_seconds_bucket', ',queue="duel",le="120"')]: upTo120,
  [of('meridian_matchmaking_wait_seconds_bucket', ',queue="duel",le="+Inf"')]: upTo120,
});

export const SATURATION_CASES: readonly RuleCase[] = [
  {
    alert: 'NodeLoopLags',
    at: '5m',
    fires: { ...INFO, [LAG]: '0.25x60' },
    labels: LABELS,
    summary: 'the event loop of node Qx1 in europe is late by 250ms',
    quiet: [
      { ...INFO, [LAG]: '0.05x60' },
      // One that is over.
      { ...INFO, [LAG]: '0.01x3 0.25 0.01x50' },
    ],
  },
  {
    alert: 'NodeDropsSteps',
    at: '10m',
    fires: { ...INFO, [OVERRUN]: '0+120x60', [TICKS]: '0+1200x60' },
    labels: LABELS,
    summary: 'rooms of node Qx1 in europe drop 10% of their steps',
    quiet: [
      { ...INFO, [OVERRUN]: '0+12x60', [TICKS]: '0+1200x60' },
      { ...INFO, [OVERRUN]: '0x60', [TICKS]: '0x60' },
    ],
  },
  {
    alert: 'NodeCpuFull',
    at: '20m',
    fires: { ...INFO, [CPU]: '0+60x60' },
    labels: LABELS,
    summary: 'node Qx1 in europe takes 1 cores',
    quiet: [
      { ...INFO, [CPU]: '0+40x60' },
      { ...INFO, [CPU]: '0x5 0+60x9 540x60' },
    ],
  },
  {
    alert: 'RoomsKeepFailing',
    at: '15m',
    fires: { ...INFO, [FROZEN]: '0x5 0+1x60' },
    labels: LABELS,
    summary: 'node Qx1 in europe had to make 9 rooms anew in ten minutes',
    quiet: [
      { ...INFO, [FROZEN]: '0x10 1x60' },
      // Moved on purpose: a drain.
      { ...INFO, [FROZEN]: '0x60', [MOVED]: '0+5x60' },
    ],
  },
  {
    alert: 'RegionFills',
    at: '10m',
    fires: { [CLIENTS]: '1200x60', [SEATS]: '1500x60' },
    labels: { region: 'europe' },
    summary: '80% of the seats in europe are taken',
    quiet: [
      { [CLIENTS]: '1000x60', [SEATS]: '1500x60' },
      { [CLIENTS]: '0x60', [SEATS]: '0x60' },
    ],
  },
  {
    alert: 'RegionFull',
    at: '15m',
    fires: { [CLIENTS]: '1400x60', [SEATS]: '1500x60' },
    labels: { region: 'europe' },
    summary: 'europe takes nobody any more: 93.33% of its seats are taken',
    quiet: [
      { [CLIENTS]: '1300x60', [SEATS]: '1500x60' },
      // Two nodes more came after eight minutes.
      {
        [CLIENTS]: '1400x60',
        [SEATS]: '1500x60',
        'meridian_node_seats{region="europe",instance="b"}': '_x8 1500x60',
      },
    ],
  },
  {
    alert: 'MatchmakingSlow',
    at: '15m',
    fires: { ...waits('0x60', '0+10x60'), [REFUSED]: '0+5x60' },
    labels: { region: 'europe', queue: 'duel' },
    summary: 'players of duel in europe wait 1m 57s, and more come than are matched',
    quiet: [
      { ...waits('0+10x60', '0+10x60'), [REFUSED]: '0+5x60' },
      // A queue for few: long waits are its nature.
      { ...waits('0x60', '0+10x60'), [REFUSED]: '0x60' },
    ],
  },
];
