import { expect, test } from 'vitest';
import { FailureDetector } from './failure-detector.ts';
import { IDLE_LOAD, type NodeInfo } from './node-info.ts';
import type { RegionView } from './region-view.ts';

const OPTIONS = {
  selfId: 'w',
  ttlMs: 1_000,
  cutOffMs: 500,
  overdueMs: 300,
  graceMs: 2_000,
  outageMaxMs: 60_000,
};
const STEADY = OPTIONS.graceMs;
const NOBODY: ReadonlySet<string> = new Set();

function info(nodeId: string): NodeInfo {
  return {
    nodeId,
    publicAddress: null,
    peerAddress: `${nodeId}:1`,
    internalAddress: `${nodeId}:2`,
    build: '',
    startedAtMs: 0,
    isDraining: false,
    load: IDLE_LOAD,
  };
}

/** `'w a b'`: they have fresh leases; `a?` has one that is not renewed, `a~` came back just now, `a!` has none. */
function view(nodes: string): RegionView {
  return new Map(
    nodes.split(' ').map((word) => {
      const nodeId = word.replace(/[?!~]/, '');
      const remainingMs = word.endsWith('?') ? 300 : 900;
      const lease = { info: info(nodeId), remainingMs, wasSilent: word.endsWith('~') };
      return [nodeId, word.endsWith('!') ? null : lease];
    }),
  );
}

/** A watcher that has lived with `nodes` for a while. */
function watcherOf(nodes: string): FailureDetector {
  const detector = new FailureDetector(OPTIONS);
  detector.observe(view(nodes), 0, STEADY);
  return detector;
}
const living = (detector: FailureDetector) => detector.nodes.map(({ nodeId }) => nodeId);

test('[CL-10] a node without a lease is dead at the first look, for a watcher that is steady', () => {
  const detector = watcherOf('w a b');
  detector.observe(view('w a! b'), 100, STEADY);
  expect(detector.verdict(100, NOBODY)).toEqual(['a']);
  expect(living(detector)).toEqual(['w', 'b']);
});

test('[CL-9] before the grace is over nobody is judged, and everybody stays known', () => {
  const detector = watcherOf('w a b');
  expect(detector.observe(view('w a!'), 100, STEADY - 1)).toEqual([]);
  expect(detector.verdict(100, new Set(['a']))).toEqual([]);
  expect(living(detector)).toEqual(['w', 'a', 'b']);
  detector.observe(view('w a b'), 200, STEADY);
  expect(detector.suspects).toEqual([]);
});

test.each([
  { nodes: 'w a', seen: 'w a!', dead: ['a'], why: 'half is no majority' },
  { nodes: 'w a b', seen: 'w a! b!', dead: [], why: 'two of three may hold their leases by vote' },
  { nodes: 'w a b', seen: 'w a! b?', dead: [], why: 'one that is quiet may be cut off too' },
  { nodes: 'w a b', seen: 'w a! b~', dead: [], why: 'a vote with it may hold still' },
  { nodes: 'w a b c', seen: 'w a! b! c', dead: ['a', 'b'], why: 'half is no majority' },
  { nodes: 'w a b c d', seen: 'w a! b? c? d', dead: [], why: 'three of five' },
])('[CL-11] of $nodes, $seen: $dead are declared dead ($why)', ({ nodes, seen, dead }) => {
  const detector = watcherOf(nodes);
  detector.observe(view(seen), 100, STEADY);
  expect(detector.verdict(100, NOBODY)).toEqual(dead);
});

test('[CL-11] a silent majority is dead when its processes are gone, or when its votes cannot hold any more', () => {
  const detector = watcherOf('w a b c d');
  detector.observe(view('w a! b! c! d!'), 100, STEADY);
  expect(detector.verdict(100, NOBODY)).toEqual([]);
  expect(detector.verdict(100, new Set(['a', 'b']))).toEqual(['a', 'b']);
  detector.declared('a', true);
  detector.declared('b', true);
  // Still two of three.
  expect(detector.verdict(100, NOBODY)).toEqual([]);
  const overMs = 100 + OPTIONS.outageMaxMs + OPTIONS.graceMs;
  expect(detector.verdict(overMs, NOBODY)).toEqual([]);
  expect(detector.verdict(overMs + 1, NOBODY)).toEqual(['c', 'd']);
});

test('[CL-11] a node of an earlier life of the region is dead when its process is gone', () => {
  const detector = watcherOf('w');
  detector.observe(view('w old!'), 100, STEADY);
  expect(detector.verdict(100, NOBODY)).toEqual([]);
  expect(detector.verdict(100, new Set(['old']))).toEqual(['old']);
});

test('[CL-10] a node that another one declared dead, or that released its lease, vanishes once', () => {
  const detector = watcherOf('w a b');
  detector.observe(view('w a! b'), 100, STEADY);
  expect(detector.observe(view('w'), 200, STEADY)).toEqual(['b', 'a']);
  expect(detector.observe(view('w'), 300, STEADY)).toEqual([]);
  expect(living(detector)).toEqual(['w']);
});

test('[CL-16] a node that missed a renewal is dead when its process is gone, whatever is left of its lease', () => {
  const detector = watcherOf('w a b c');
  detector.observe(view('w a? b? c'), 100, STEADY);
  expect(detector.overdue).toEqual(['a', 'b']);
  expect(detector.verdict(100, NOBODY)).toEqual([]);
  expect(detector.verdict(100, new Set(['a']))).toEqual(['a']);
  detector.declared('a', true);
  expect(living(detector)).toEqual(['w', 'b', 'c']);
  detector.observe(view('w b c'), 200, STEADY);
  expect(detector.overdue).toEqual([]);
});

test('[CL-16] a watcher that is not steady asks for nobody', () => {
  const detector = watcherOf('w a');
  detector.observe(view('w a?'), 100, STEADY - 1);
  expect(detector.overdue).toEqual([]);
});

test('a suspect that renews is alive again; this node never suspects itself', () => {
  const detector = watcherOf('w a');
  detector.observe(view('w! a!'), 100, STEADY);
  expect(detector.suspects).toEqual(['a']);
  detector.observe(view('w a'), 200, STEADY);
  expect(detector.verdict(200, NOBODY)).toEqual([]);
  expect(living(detector)).toEqual(['w', 'a']);
});
