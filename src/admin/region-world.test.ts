import { expect, test } from 'vitest';
import { IDLE_LOAD, type NodeInfo } from '../cluster/node-info.ts';
import type { RegionInfo, RegionReport } from '../regions/contract.ts';
import { describeRegionWorld, type RegionSight } from './region-world.ts';

const info = (regionId: string): RegionInfo => ({
  ...{ regionId, name: regionId, url: null, probeUrl: null, position: null, priceClass: 0 },
});
const report: RegionReport = {
  ...{ regionId: 'here', atMs: 9_000, nodes: 1, seats: 3, capacity: 10, busyRatio: 0.1 },
  ...{ loadRatio: 0.3, isOpen: true, builds: ['1'] },
};
const node: NodeInfo = {
  ...{ nodeId: 'n1', publicAddress: null, peerAddress: 'p:1', internalAddress: 'i:2', build: '1' },
  ...{ startedAtMs: 1, isDraining: false },
  load: { ...IDLE_LOAD, rooms: 2, seats: 3, tickUse: 0.2, cpuUse: 1.4 },
};
const sight: RegionSight = {
  atMs: 10_000,
  ownRegionId: 'here',
  regions: [info('here'), info('there')],
  report: (regionId) => (regionId === 'here' ? report : null),
  link: (regionId) =>
    regionId === 'there' ? { state: 'cut', lagMs: 7, lagEntries: 2 } : undefined,
  nodes: [node],
  rooms: [
    { name: 'duel', clients: 2 },
    { name: 'arena', clients: 5 },
    { name: 'duel', clients: 1 },
  ],
  queues: [],
  orders: ['close'],
};

test('[CN-2] what is not heard of is null, and unreachable', () => {
  const [here, there] = describeRegionWorld(sight).regions;
  expect(here).toMatchObject({ seats: 3, isOpen: true, isUnreachable: false, reportAgeMs: 1_000 });
  expect(there).toMatchObject({
    ...{ seats: null, isOpen: null, loadRatio: null, reportAgeMs: null, isUnreachable: true },
  });
});

test('[CN-2] links of its own, nodes by where they can be reached, rooms by name with the fullest first', () => {
  const { links, nodes, rooms } = describeRegionWorld(sight);
  expect(links).toEqual([
    { from: 'here', to: 'there', state: 'cut', lagMs: 7, lagEntries: 2, isCut: false },
  ]);
  expect(nodes).toMatchObject([{ address: 'i:2', state: 'up', busyRatio: 1, rooms: 2 }]);
  expect(rooms).toEqual([
    { regionId: 'here', roomName: 'arena', rooms: 1, players: 5, links: null },
    { regionId: 'here', roomName: 'duel', rooms: 2, players: 3, links: null },
  ]);
  expect(describeRegionWorld({ ...sight, rooms: null }).rooms).toBeNull();
});

test('[TM-9] links of players by name of the room: of several nodes the mean of medians, and the worst', () => {
  const links = { roomName: 'arena', players: 3, rttP50Ms: 40, rttP95Ms: 90 };
  const far = { roomName: 'arena', players: 1, rttP50Ms: 80, rttP95Ms: 85 };
  const nodes = [
    { ...node, links: [{ ...links, levels: [2, 1, 0, 0, 0], sentBytesPerSecond: 900 }] },
    { ...node, links: [{ ...far, levels: [0, 0, 0, 0, 1], sentBytesPerSecond: 100 }] },
    // Of an older build.
    node,
  ];
  expect(describeRegionWorld({ ...sight, nodes }).rooms).toMatchObject([
    {
      roomName: 'arena',
      links: {
        ...{ rttP50Ms: 50, rttP95Ms: 90, levels: [2, 1, 0, 0, 1] },
        sentBytesPerPlayerPerSecond: 250,
      },
    },
    { roomName: 'duel', links: null },
  ]);
});
