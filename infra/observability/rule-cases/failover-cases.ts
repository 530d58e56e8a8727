import type { RuleCase } from './rule-case.ts';

const NODE = 'region="europe",instance="a"';
const infoOf = (node: string, values: string) => ({
  [`meridian_node_info{${NODE},node="${node}",build="7",services="game"}`]: values,
});
const UP = `up{job="meridian",${NODE}}`;
const DEATHS = `meridian_node_deaths_declared_total{${NODE}}`;
const LAPSES = `meridian_lease_lapses_total{${NODE}}`;
const EVACUATED = 'meridian_evacuation_rooms_total{region="asia",exported_region="europe",instance="c"}';
const LAG = `meridian_evacuation_lag_seconds{${NODE}}`;
const revivals = (outcome: string) =>
  `meridian_room_revivals_total{${NODE},room="arena",outcome="${outcome}"}`;
const EUROPE = { region: 'europe' };

/** Of four nodes, so many answer. */
function answering(count: number) {
  return Object.fromEntries(
    [0, 1, 2, 3].map((n) => [
      `up{job="meridian",region="europe",instance="${n}"}`,
      n < count ? '1x60' : '1x5 0x60',
    ]),
  );
}

export const FAILOVER_CASES: readonly RuleCase[] = [
  {
    alert: 'NodeDied',
    at: '10m',
    fires: { [DEATHS]: '0x5 1x60' },
    labels: EUROPE,
    summary: 'europe has declared 1 node(s) dead within 15 minutes',
    quiet: [{ [DEATHS]: '1x60' }],
  },
  {
    alert: 'NodesKeepDying',
    at: '35m',
    fires: { [DEATHS]: '0x10 1x5 2x5 3x60' },
    labels: EUROPE,
    summary: 'europe loses node after node: 3 in half an hour',
    quiet: [{ [DEATHS]: '0x10 1x5 2x60' }],
  },
  {
    alert: 'NodeDown',
    at: '10m',
    fires: { ...infoOf('Qx1', '1x5 _x60'), [UP]: '1x5 0x60' },
    labels: { region: 'europe', instance: 'a', node: 'Qx1' },
    summary: 'node Qx1 in europe has not answered Prometheus for two minutes',
    quiet: [
      // Started again, as another node behind the same address.
      { ...infoOf('Qx1', '1x5 _x60'), ...infoOf('Ry2', '_x6 1x60'), [UP]: '1x5 0 1x60' },
      // Gone on purpose: the target is not listed any more.
      { ...infoOf('Qx1', '1x5 _x60'), [UP]: '1x5 _x60' },
    ],
  },
  {
    alert: 'NodeLeaseUnsteady',
    at: '15m',
    fires: { ...infoOf('Qx1', '1x60'), [LAPSES]: '0x4 1x4 2x60' },
    labels: { region: 'europe', instance: 'a', node: 'Qx1' },
    summary: 'node Qx1 in europe has lost its lease 2 times in 15 minutes',
    quiet: [{ ...infoOf('Qx1', '1x60'), [LAPSES]: '0x4 1x60' }],
  },
  {
    alert: 'RoomsLost',
    at: '15m',
    fires: { [revivals('restore-failed')]: '0x5 2x60' },
    labels: EUROPE,
    summary: '2 durable room(s) of europe could not be brought back',
    quiet: [{ [revivals('revived')]: '0x5 40x60', [revivals('not-durable')]: '0x5 4x60' }],
  },
  {
    alert: 'RegionMostlyDown',
    at: '10m',
    fires: answering(1),
    labels: EUROPE,
    summary: '75% of the nodes of europe do not answer',
    quiet: [answering(2), answering(4)],
  },
  {
    alert: 'RegionEvacuated',
    at: '15m',
    fires: { [EVACUATED]: '0x5 12x60' },
    labels: { region: 'europe', exported_region: 'europe' },
    summary: 'europe was lost: 12 of its rooms are in other regions now',
    quiet: [{ [EVACUATED]: '0x60' }],
  },
  {
    alert: 'EvacuationLags',
    at: '10m',
    fires: { [LAG]: '30x60' },
    labels: EUROPE,
    summary: 'the loss of europe would cost its rooms 30s of play',
    quiet: [{ [LAG]: '0.4x60' }, { [LAG]: '0.4x4 30x2 0.4x60' }],
  },
];
