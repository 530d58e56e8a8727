import { describe, expect, test } from 'vitest';
import { alone, handMade, idsOf } from '../model/hand-made.ts';
import { RandomSource } from '../model/random-source.ts';
import { GreedyWindowContender } from './greedy-window.ts';

function greedy(regions = ['here']) {
  const contender = new GreedyWindowContender({
    regions,
    teamSize: 1,
    random: new RandomSource(1),
  });
  contender.setOpenRegions(regions.map(() => true));
  return contender;
}

describe('the greedy window', () => {
  test('the oldest takes who is nearest in rating, and leaves the others what is left', () => {
    const contender = greedy();
    for (const ticket of alone(1_000, 1_030, 980, 1_035)) contender.add(ticket);
    expect(contender.pass(0).matches.map(({ tickets }) => idsOf(tickets))).toEqual([
      ['r1000', 'r980'],
      ['r1030', 'r1035'],
    ]);
  });

  test('opens by ten points a second', () => {
    const contender = greedy();
    for (const ticket of alone(1_000, 1_080)) contender.add(ticket);
    expect(contender.pass(2_000).matches).toEqual([]);
    expect(contender.pass(3_000).matches).toHaveLength(1);
  });

  test('never opens beyond 500 points', () => {
    const contender = greedy();
    for (const ticket of alone(1_000, 1_501)) contender.add(ticket);
    expect(contender.pass(600_000).matches).toEqual([]);
  });

  test('lets in who is near enough to the region of the oldest: 80 ms, 8 more a second', () => {
    const contender = greedy(['east', 'west']);
    contender.add(handMade('e', [1_000], { latencyMs: [20, 300] }));
    contender.add(handMade('w', [1_000], { latencyMs: [120, 20] }));
    expect(contender.pass(4_000).matches).toEqual([]);
    expect(contender.pass(5_000).matches).toMatchObject([{ region: 0 }]);
  });
});
