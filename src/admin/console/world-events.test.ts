import { expect, test } from 'vitest';
import type { WorldLink, WorldNode, WorldRegion, WorldView } from '../../protocol/admin.ts';
import { eventsBetween } from './world-events.ts';

const region: WorldRegion = {
  regionId: 'europe',
  name: 'Europe',
  position: null,
  isOpen: true,
  loadRatio: 0.1,
  seats: 1,
  capacity: 10,
  builds: [],
  orders: null,
  isUnreachable: false,
  reportAgeMs: 0,
  isBlackHole: false,
};
const node: WorldNode = {
  nodeId: 'n1',
  regionId: 'europe',
  name: 'A',
  address: '127.0.0.1:1',
  build: '',
  state: 'up',
  startedAtMs: 0,
  rooms: 0,
  seats: 0,
  busyRatio: 0,
  loopLagMs: 0,
};
const link: WorldLink = {
  from: 'asia',
  to: 'europe',
  state: 'linked',
  lagMs: 0,
  lagEntries: 0,
  isCut: false,
};
const back = { ...link, from: 'europe', to: 'asia' };
const world: WorldView = {
  atMs: 0,
  ownRegionId: null,
  capabilities: [],
  regions: [region],
  places: [],
  routes: [],
  links: [link, back],
  nodes: [node],
  rooms: [],
  queues: [],
  bots: null,
};

test.each<[string, Partial<WorldView>, readonly string[]]>([
  ['nothing', {}, []],
  [
    'a node joins',
    { nodes: [node, { ...node, nodeId: 'n2', name: 'B' }] },
    ['node B of europe has joined'],
  ],
  ['a node drains', { nodes: [{ ...node, state: 'draining' }] }, ['node A of europe drains']],
  [
    'a node is quarantined',
    { nodes: [{ ...node, state: 'quarantined' }] },
    ['node A of europe takes no new rooms and players'],
  ],
  ['a process ends', { nodes: [{ ...node, state: 'gone' }] }, ['node A of europe has ended']],
  ['a node dies', { nodes: [] }, ['node A of europe is dead']],
  ['a region fills', { regions: [{ ...region, isOpen: false }] }, ['europe takes no new rooms']],
  [
    'a region is not heard: what becomes of its nodes is unknown',
    { regions: [{ ...region, isUnreachable: true, isOpen: null }], nodes: [] },
    ['europe is unreachable'],
  ],
  ['a black hole', { regions: [{ ...region, isBlackHole: true }] }, ['europe is in a black hole']],
  [
    'both directions of a link fall silent: once',
    { links: [link, { ...link, state: 'cut' }, { ...back, state: 'cut' }] },
    ['asia – europe is silent'],
  ],
  [
    'an operator cuts a link',
    { links: [{ ...link, state: 'cut', isCut: true }] },
    ['asia – europe is cut'],
  ],
])('[CN-5] %s', (_, change, expected) => {
  const texts = eventsBetween(world, { ...world, ...change }).map(({ text }) => text);
  expect(texts).toEqual(expected);
});

test('[CN-5] what was broken and is well again is told as well', () => {
  const broken = {
    ...world,
    regions: [{ ...region, isUnreachable: true, isBlackHole: true }],
    links: [{ ...link, state: 'cut' as const }],
  };
  expect(
    eventsBetween(broken, { ...world, links: [link] }).map(({ text, tone }) => [tone, text]),
  ).toEqual([
    ['good', 'europe is out of its black hole'],
    ['good', 'europe is heard again'],
    ['good', 'asia – europe is linked'],
  ]);
});
