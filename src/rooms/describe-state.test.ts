import { schema, t } from '@colyseus/schema';
import { expect, test } from 'vitest';
import type { StateNode } from '../protocol/operator-questions.ts';
import { describeState } from './describe-state.ts';

const Walker = schema({ x: t.number().default(0), name: t.string().default('') }, 'Walker');
const World = schema(
  {
    ticks: t.uint32().default(7),
    walkers: t.map(Walker),
    scores: t.array('number'),
  },
  'World',
);

function branch(node: StateNode | undefined) {
  if (node?.kind !== 'branch') throw new Error('This is no branch.');
  return node;
}

test('[CN-22] fields, maps and arrays of a schema are told by their names', () => {
  const state = new World();
  const walker = new Walker();
  walker.x = 1.23456;
  walker.name = 'Ada';
  state.walkers.set('s1', walker);
  state.scores.push(3);
  expect(describeState(state)).toEqual({
    ...{ kind: 'branch', type: 'World', left: 0 },
    entries: [
      { name: 'ticks', node: { kind: 'value', text: '7' } },
      {
        name: 'walkers',
        node: {
          ...{ kind: 'branch', type: 'Map', left: 0 },
          entries: [
            {
              name: 's1',
              node: {
                ...{ kind: 'branch', type: 'Walker', left: 0 },
                entries: [
                  { name: 'x', node: { kind: 'value', text: '1.2346' } },
                  { name: 'name', node: { kind: 'value', text: '"Ada"' } },
                ],
              },
            },
          ],
        },
      },
      {
        name: 'scores',
        node: {
          ...{ kind: 'branch', type: 'Array', left: 0 },
          entries: [{ name: '0', node: { kind: 'value', text: '3' } }],
        },
      },
    ],
  });
});

test('[CN-22] what is plain, strange or endless is shown, too', () => {
  const loop: Record<string, unknown> = { at: new Date(0), bytes: new Uint8Array(3), none: null };
  loop['self'] = loop;
  const text = JSON.stringify(describeState(loop));
  expect(text).toContain('1970-01-01T00:00:00.000Z');
  expect(text).toContain('3 bytes');
  expect(text).toContain('Object (4)');
  expect(describeState(new Set(['a']))).toMatchObject({ type: 'Set', entries: [{ name: '0' }] });
  expect(describeState(undefined)).toEqual({ kind: 'value', text: 'undefined' });
});

test('[CN-22] of a huge state the first of each branch are shown, the rest is counted', () => {
  const state = new World();
  for (let at = 0; at < 5_000; at++) {
    const walker = new Walker();
    walker.name = 'x'.repeat(1_000);
    state.walkers.set(`session-${at}`, walker);
  }
  const tree = branch(describeState(state));
  const walkers = branch(tree.entries.find(({ name }) => name === 'walkers')?.node);
  expect(walkers.entries).toHaveLength(40);
  expect(walkers.left).toBe(4_960);
  expect(JSON.stringify(tree).length).toBeLessThan(48 * 1_024);
});

test('[CN-22] however wide and deep, it fits into a message between regions', () => {
  const wide = (depth: number): unknown =>
    depth === 0
      ? '"'.repeat(500)
      : Object.fromEntries(
          Array.from({ length: 40 }, (_, at) => [`"${at}"`.repeat(50), wide(depth - 1)]),
        );
  expect(JSON.stringify(describeState(wide(3))).length).toBeLessThan(60 * 1_024);
});
