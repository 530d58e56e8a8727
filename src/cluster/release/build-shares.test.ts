import fc from 'fast-check';
import { expect, test } from 'vitest';
import { IDLE_LOAD, type NodeInfo } from '../node-info.ts';
import { placeRoom } from '../placement.ts';
import { type BuildShares, nodesOfDrawnBuild } from './build-shares.ts';

function node(nodeId: string, build: string, of: Partial<NodeInfo> = {}): NodeInfo {
  return {
    ...{ nodeId, build, publicAddress: null, peerAddress: 'p:1', internalAddress: 'i:1' },
    ...{ startedAtMs: 0, isDraining: false, load: IDLE_LOAD },
    ...of,
  };
}

/** Shares of up to four builds, together 1. */
const someShares = fc
  .array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 4 })
  .filter((parts) => parts.some((part) => part > 0))
  .map((parts): BuildShares => {
    const total = parts.reduce((sum, part) => sum + part, 0);
    return Object.fromEntries(parts.map((part, at) => [`b${at}`, part / total]));
  });
/** One to three nodes of each of some builds, one of which nobody has named. */
const regions = fc
  .array(fc.integer({ min: 0, max: 3 }), { minLength: 5, maxLength: 5 })
  .map((counts) =>
    counts.flatMap((count, build) =>
      Array.from({ length: count }, (_, at) => node(`b${build}-${at}`, `b${build}`)),
    ),
  );

const ROOMS = 4_000;
/** Five standard deviations of a share over that many rooms, at most. */
const TOLERANCE = 5 * Math.sqrt(0.25 / ROOMS);

test('[RO-1] over many rooms each build gets its share of new ones, whoever places them', () => {
  fc.assert(
    fc.property(someShares, regions, fc.nat(4), (given, nodes, self) => {
      const present = new Set(nodes.map(({ build }) => build));
      const total = Object.entries(given)
        .filter(([build]) => present.has(build))
        .reduce((sum, [, share]) => sum + share, 0);
      fc.pre(total > 0);
      const counts = new Map<string, number>();
      for (let room = 0; room < ROOMS; room += 1) {
        // All of the draws, evenly: what is tested is what becomes of a draw.
        const drawn = (room + 0.5) / ROOMS;
        const placed = placeRoom(nodes, `b${self}-0`, { shares: given, drawn });
        const { build = '?' } = nodes.find(({ nodeId }) => nodeId === placed) ?? {};
        counts.set(build, (counts.get(build) ?? 0) + 1);
      }
      for (const build of present) {
        const wanted = (given[build] ?? 0) / total;
        expect(Math.abs((counts.get(build) ?? 0) / ROOMS - wanted)).toBeLessThanOrEqual(2 / ROOMS);
      }
    }),
    { numRuns: 25 },
  );
});

test('[RO-1] draws of their own give the share within five standard deviations', () => {
  const nodes = [node('old1', 'old'), node('old2', 'old'), node('new1', 'new')];
  for (const share of [0.05, 0.25, 0.5]) {
    const given = { old: 1 - share, new: share };
    let rooms = 0;
    for (let room = 0; room < ROOMS; room += 1) {
      if (placeRoom(nodes, 'old1', { shares: given }) === 'new1') rooms += 1;
    }
    expect(Math.abs(rooms / ROOMS - share)).toBeLessThan(TOLERANCE);
  }
});

test('[RO-1] a build that is not named, or has none, gets no room, however idle its nodes are', () => {
  const busy = { load: { ...IDLE_LOAD, tickUse: 0.9, seats: 1_400 } };
  const nodes = [node('old', 'old', busy), node('new', 'new'), node('dev', 'dev')];
  for (const shares of [{ old: 1 }, { old: 1, new: 0 }]) {
    expect(placeRoom(nodes, 'new', { shares })).toBe('old');
  }
});

test('[RO-2] without shares builds make no difference', () => {
  fc.assert(
    fc.property(
      regions,
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (nodes, drawn) => {
        expect(nodesOfDrawnBuild(nodes, {}, drawn)).toEqual(nodes);
      },
    ),
  );
});

test('[RO-3] a build without nodes that take rooms leaves its share to the others', () => {
  const old = node('old', 'old');
  const shares = { old: 0.95, new: 0.05 };
  for (const drawn of [0, 0.94, 0.951, 0.999_999]) {
    expect(placeRoom([old], 'old', { shares, drawn })).toBe('old');
    const draining = node('new', 'new', { isDraining: true });
    expect(placeRoom([old, draining], 'old', { shares, drawn })).toBe('old');
    const exclude = new Set(['new']);
    expect(placeRoom([old, node('new', 'new')], 'old', { shares, drawn, exclude })).toBe('old');
  }
});

test('[RO-3] where no build with a share has a node, rooms go to whoever is there', () => {
  expect(placeRoom([node('dev', 'dev')], 'dev', { shares: { old: 1 } })).toBe('dev');
});
