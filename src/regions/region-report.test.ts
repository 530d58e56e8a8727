import { describe, expect, test } from 'vitest';
import { IDLE_LOAD, type NodeInfo, type NodeLoad } from '../cluster/node-info.ts';
import { type RegionReport, reportRegion } from './region-report.ts';

function node(load: Partial<NodeLoad>, changes: Partial<NodeInfo> = {}): NodeInfo {
  return {
    ...{ nodeId: 'n', publicAddress: null, peerAddress: 'p:1', internalAddress: 'i:1' },
    ...{ build: 'b1', startedAtMs: 0, isDraining: false, load: { ...IDLE_LOAD, ...load } },
    ...changes,
  };
}

function report(
  nodes: readonly NodeInfo[],
  atMs = 0,
  previous: RegionReport | null = null,
): RegionReport {
  const options = { regionId: 'eu', seatsPerNode: 100, isClosed: false };
  return reportRegion(nodes, { ...options, atMs, previous });
}

describe('[RG-3] a region reports', () => {
  test('its nodes, seats, capacity and builds; a node that drains has seats and no capacity', () => {
    const nodes = [
      node({ seats: 30 }),
      node({ seats: 20 }, { build: 'b2' }),
      node({ seats: 5 }, { build: 'b0', isDraining: true }),
    ];
    expect(report(nodes, 77)).toEqual({
      ...{ regionId: 'eu', atMs: 77, nodes: 3, seats: 55, capacity: 200, builds: ['b1', 'b2'] },
      ...{ busyRatio: 0, loadRatio: 0.275, isOpen: true },
    });
  });

  test('[SE-26] nothing of processes that have no rooms', () => {
    const queues = node({ cpuUse: 1, tickUse: 1 }, { services: ['matchmaking'], build: 'q' });
    const nodes = [node({ seats: 30 }, { services: ['game', 'matchmaking'] }), queues];
    expect(report(nodes)).toMatchObject({ nodes: 1, capacity: 100, busyRatio: 0, builds: ['b1'] });
    expect(report([queues])).toMatchObject({ nodes: 0, capacity: 0, isOpen: false });
  });

  test('seats at once, and what keeps nodes busy as an average over ten seconds', () => {
    const idle = report([node({})]);
    const busy = report([node({ tickUse: 1, cpuUse: 0.5 })], 1_000, idle);
    expect(busy.busyRatio).toBeCloseTo(1 - Math.exp(-0.1), 9);
    const tenSeconds = report([node({ cpuUse: 1.4 })], 10_000, idle);
    expect(tenSeconds.loadRatio).toBeCloseTo(1 - Math.exp(-1), 9);
    expect(report([node({ seats: 80 })], 1, idle).loadRatio).toBe(0.8);
  });

  test('an average that does not depend on how often it is taken, nor on a clock that is set back', () => {
    const busy = [node({ tickUse: 0.8 })];
    let often = report([node({})]);
    for (let atMs = 100; atMs <= 5_000; atMs += 100) often = report(busy, atMs, often);
    expect(often.busyRatio).toBeCloseTo(report(busy, 5_000, report([node({})])).busyRatio, 9);
    expect(report(busy, -9_000, often).busyRatio).toBe(often.busyRatio);
  });

  test('that it is closed at nine tenths of its seats, or when no node takes rooms', () => {
    expect(report([node({ seats: 89 })]).isOpen).toBe(true);
    expect(report([node({ seats: 90 })])).toMatchObject({ isOpen: false, loadRatio: 0.9 });
    for (const nodes of [[], [node({}, { isDraining: true })]]) {
      expect(report(nodes)).toMatchObject({ isOpen: false, capacity: 0, loadRatio: 1 });
    }
    // Its first node is not busy for having started.
    expect(report([node({})], 500, report([])).loadRatio).toBe(0);
  });

  test('the mean of its nodes: one that is busy does not close it', () => {
    const nodes = [node({ cpuUse: 1 }), node({ tickUse: 0.2 })];
    expect(report(nodes)).toMatchObject({ busyRatio: 0.6, isOpen: true });
  });
});
