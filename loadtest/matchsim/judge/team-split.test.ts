import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { alone, handMade, idsOf } from '../model/hand-made.ts';
import { splitTeams } from './team-split.ts';

describe('the best split', () => {
  test('of four players: the strongest with the weakest', () => {
    const split = splitTeams(alone(1_000, 1_100, 1_200, 1_300), 2);
    expect(split?.gap).toBe(0);
    expect(split?.teams.map(idsOf)).toEqual([
      ['r1100', 'r1200'],
      ['r1000', 'r1300'],
    ]);
  });

  test('keeps parties together, however good they are', () => {
    const split = splitTeams([handMade('duo', [1_800, 1_600]), ...alone(1_000, 1_100)], 2);
    expect(split?.gap).toBe(650);
  });

  test.each([
    ['too few', [2, 1]],
    ['too many', [2, 2, 1]],
    ['a party that is larger than a team', [3, 1]],
  ])('of %s there is none', (_what, sizes) => {
    const tickets = sizes.map((size, i) => handMade(`t${i}`, Array(size).fill(1_000)));
    expect(splitTeams(tickets, 2)).toBeNull();
  });

  test('is as good as any other split', () => {
    const ratings = fc.array(fc.integer({ min: 0, max: 3_000 }), { minLength: 6, maxLength: 6 });
    const order = fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 6 });
    fc.assert(
      fc.property(ratings, order, (all, players) => {
        const tickets = all.map((rating, i) => handMade(`t${i}`, [rating]));
        const mean = (places: readonly number[]) =>
          places.reduce((sum, place) => sum + (all[place] ?? 0), 0) / places.length;
        const other = Math.abs(mean(players.slice(0, 3)) - mean(players.slice(3)));
        expect(splitTeams(tickets, 3)?.gap).toBeLessThanOrEqual(other + 1e-9);
      }),
    );
  });
});
