import { expect, test } from 'vitest';
import type { WorldLink, WorldNode, WorldRegion, WorldView } from '../../../src/protocol/admin.ts';
import type { WorldPlace } from '../world-places.ts';
import { describeWorld, portOf, type WorldSight } from './describe-world.ts';

const NOW_MS = 10_000;
const place = (id: string): WorldPlace => ({
  id,
  name: id.toUpperCase(),
  dataCentre: id,
  position: { latitude: 1, longitude: 2 },
});
const region = (regionId: string, isUnreachable: boolean): WorldRegion => ({
  regionId,
  name: regionId,
  position: null,
  isOpen: isUnreachable ? null : true,
  loadRatio: isUnreachable ? null : 0.5,
  seats: isUnreachable ? null : 4,
  capacity: isUnreachable ? null : 8,
  builds: [],
  orders: null,
  isUnreachable,
  reportAgeMs: isUnreachable ? null : 300,
  isBlackHole: false,
});
const node = (regionId: string, port: number): WorldNode => ({
  nodeId: `${regionId}-${port}`,
  regionId,
  name: null,
  address: `127.0.0.1:${port}`,
  build: '',
  state: 'up',
  startedAtMs: 0,
  rooms: 1,
  seats: 4,
  busyRatio: 0,
  loopLagMs: 0,
});
const link = (from: string, to: string): WorldLink => ({
  ...{ from, to, state: 'linked', lagMs: 0, lagEntries: 0, isCut: false },
});
/** What region `own` says, which does not hear `deafTo`. */
const view = (own: string, deafTo: readonly string[], port: number): WorldView => ({
  atMs: NOW_MS - 500,
  ownRegionId: own,
  capabilities: ['drain-node'],
  regions: ['a', 'b', 'c'].map((id) => region(id, deafTo.includes(id))),
  places: [],
  routes: [],
  links: ['a', 'b', 'c'].filter((id) => id !== own).map((id) => link(own, id)),
  nodes: [node(own, port)],
  rooms: [{ regionId: own, roomName: 'arena', rooms: 1, players: 4, links: null }],
  queues: [{ regionId: own, queue: 'duel', waiting: 2, oldestWaitMs: 100 }],
  bots: null,
});
const sight: WorldSight = {
  atMs: NOW_MS,
  places: ['a', 'b', 'c'].map(place),
  views: new Map([
    ['a', view('a', ['c'], 1)],
    ['b', view('b', ['c'], 2)],
    ['c', view('c', ['a', 'b'], 3)],
  ]),
  nodes: [
    { regionId: 'a', name: 'A', port: 1, isRunning: true },
    { regionId: 'b', name: 'A', port: 2, isRunning: false },
  ],
  blackHoles: new Set(['c']),
  isCut: (one, other) => [one, other].toSorted().join('') === 'ab',
  bots: { wanted: 5, playing: 3, searching: 2 },
  routes: [
    { placeId: 'a', regionId: 'a', players: 2, rttMs: 18 },
    { placeId: 'a', regionId: 'b', players: 1, rttMs: 90 },
  ],
};

test('[CN-13] a region that hears itself and is heard by nobody is unreachable', () => {
  const { regions } = describeWorld(sight);
  const brief = regions.map(({ regionId, isUnreachable, isBlackHole, seats }) => [
    ...[regionId, isUnreachable, isBlackHole, seats],
  ]);
  // The one that is cut off does not hear the others either, and is outvoted.
  expect(brief).toEqual([
    ['a', false, false, 4],
    ['b', false, false, 4],
    ['c', true, true, 4],
  ]);
});

test('[CN-10] every region is told of by its own node; age counts from now', () => {
  const { regions, nodes, rooms, queues, links, places } = describeWorld(sight);
  expect(regions[0]).toMatchObject({ name: 'A', position: { latitude: 1 }, reportAgeMs: 800 });
  expect(nodes.map(({ name, state }) => [name, state])).toEqual([
    ['A', 'up'],
    ['A', 'gone'],
    [null, 'up'],
  ]);
  expect([rooms?.length, queues.length, links.length]).toEqual([3, 3, 6]);
  expect(links.filter(({ isCut }) => isCut).map(({ from, to }) => from + to)).toEqual(['ab', 'ba']);
  expect(places.map(({ players }) => players)).toEqual([3, 0, 0]);
});

test('[CN-10] a region of which no node answers is unreachable, and the rest is told', () => {
  const views = new Map([...sight.views].filter(([id]) => id !== 'b'));
  const { regions, nodes, rooms } = describeWorld({ ...sight, views });
  expect(regions[1]).toMatchObject({ isUnreachable: true, seats: null, isOpen: null });
  expect(nodes).toHaveLength(2);
  expect(rooms).toHaveLength(2);
});

test('a port is what follows the last colon', () => {
  expect(portOf('[::1]:2567')).toBe(2567);
});
