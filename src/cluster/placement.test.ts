import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { IDLE_LOAD, type NodeInfo, type NodeLoad } from './node-info.ts';
import { loadScore, PendingPlacements, placeRoom } from './placement.ts';

function node(nodeId: string, load: Partial<NodeLoad> = {}, isDraining = false): NodeInfo {
  return {
    ...{ nodeId, publicAddress: null, peerAddress: 'p:1', internalAddress: 'i:1', build: 'b' },
    ...{ startedAtMs: 0, isDraining, load: { ...IDLE_LOAD, ...load } },
  };
}

const loads = fc.record({
  rooms: fc.nat(100),
  seats: fc.nat(3_000),
  loopLagMs: fc.float({ min: 0, max: 200, noNaN: true }),
  tickUse: fc.float({ min: 0, max: 1, noNaN: true }),
  cpuUse: fc.float({ min: 0, max: 2, noNaN: true }),
});
const regions = fc
  .array(fc.tuple(loads, fc.boolean()), { maxLength: 8 })
  .map((all) => all.map(([load, isDraining], i) => node(`n${i}`, load, isDraining)));

describe('[CL-39] a new room', () => {
  test('[SE-26] never goes to a process that has no rooms', () => {
    const queues: NodeInfo = { ...node('n1'), services: ['matchmaking'] };
    const games: NodeInfo = { ...node('n2', { tickUse: 0.9 }), services: ['game'] };
    expect(placeRoom([queues, games], 'n0')).toBe('n2');
    expect(placeRoom([queues], 'n0')).toBe('n0');
  });

  test('goes to a node that takes rooms and is (but for noise) the least busy, or stays', () => {
    fc.assert(
      fc.property(regions, fc.nat(7), (nodes, excluded) => {
        const exclude = new Set([`n${excluded}`]);
        const placed = placeRoom(nodes, 'n0', { exclude });
        const open = nodes.filter((it) => !it.isDraining && !exclude.has(it.nodeId));
        const chosen = open.find((it) => it.nodeId === placed);
        if (chosen === undefined) {
          expect(open).toEqual([]);
          expect(placed).toBe('n0');
          return;
        }
        const least = Math.min(...open.map(loadScore));
        expect(loadScore(chosen)).toBeLessThanOrEqual(least + (placed === 'n0' ? 0.02 : 0));
      }),
    );
  });

  test('stays here when all are alike', () => {
    expect(placeRoom([node('a'), node('self'), node('b')], 'self')).toBe('self');
    expect(placeRoom([], 'self')).toBe('self');
    expect(placeRoom([node('self', {}, true), node('b')], 'self')).toBe('b');
    expect(placeRoom([node('self', { loopLagMs: 30 }), node('b')], 'self')).toBe('b');
  });

  test('does not go where many have gone since the last report', () => {
    const nodes = [
      node('self', { tickUse: 0.5 }),
      node('b', { tickUse: 0.4 }),
      node('c', { tickUse: 0.4 }),
    ];
    const pending = new PendingPlacements();
    const counts: Record<string, number> = {};
    const place = (known: readonly NodeInfo[]) => {
      const nodeId = placeRoom(known, 'self', { pending: pending.of(known) });
      pending.placed(known.find((it) => it.nodeId === nodeId) as NodeInfo);
      counts[nodeId] = (counts[nodeId] ?? 0) + 1;
      return nodeId;
    };
    for (let i = 0; i < 30; i += 1) place(nodes);
    expect(Math.max(...Object.values(counts))).toBeLessThan(15);
    expect(Object.keys(counts).sort()).toEqual(['b', 'c', 'self']);
    // New reports show what was pending.
    expect(pending.of([node('b'), node('c')]).size).toBe(0);
  });
});
