import { expect, test } from 'vitest';
import { KnownNodes } from './known-nodes.ts';

/** 0, 1, 2, …: leaves an order as it is. */
function inOrder(): () => number {
  let rank = 0;
  return () => rank++;
}

test('[SV-55] who was named before is asked behind those of now, and the lost one last', () => {
  const nodes = new KnownNodes('https://play.example');
  nodes.learn(['a:1', 'b:2/']);
  nodes.learn(['c:3']);
  nodes.learn([]);
  nodes.learn(undefined);
  expect(nodes.inRandomOrder(inOrder(), { last: 'c:3' })).toEqual([
    'play.example',
    'a:1',
    'b:2',
    'c:3',
  ]);
  expect(nodes.count).toBe(4);
  nodes.learn(['b:2', 'c:3']);
  expect(nodes.inRandomOrder(inOrder(), { first: 'c:3' })).toEqual([
    'c:3',
    'b:2',
    'play.example',
    'a:1',
  ]);
});

test('[SV-55] a region that was renewed very often is not remembered for ever', () => {
  const nodes = new KnownNodes('http://play.example');
  for (let i = 0; i < 100; i++) nodes.learn([`n${i}:1`]);
  const asked = nodes.inRandomOrder(inOrder(), {});
  expect(asked).toHaveLength(18);
  expect(asked.slice(0, 3)).toEqual(['n99:1', 'play.example', 'n98:1']);
});
