import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { handMade } from '../model/hand-made.ts';
import type { SimTicket } from '../model/sim-ticket.ts';
import { cheapestCost } from './match-cost.ts';
import { optimalCosts } from './optimum.ts';

describe('the optimum', () => {
  test('leaves the first fit behind', () => {
    // From the weakest on, 1000 1010 1020 1300 make a match; better are the four around 1010, and the four around 1300.
    const ratings = [1_000, 1_300, 1_010, 1_310, 1_020, 1_320, 1_030, 1_330];
    const tickets = ratings.map((rating) => handMade(`t${rating}`, [rating]));
    expect(optimalCosts(tickets, 2)[2]).toBe(2 * 0.5 * 30);
  });

  test('of fewer matches than the players suffice for, takes the cheapest', () => {
    const ratings = [1_000, 1_000, 1_000, 1_000, 1_500, 1_600, 1_700, 1_800];
    const tickets = ratings.map((rating, i) => handMade(`t${i}`, [rating]));
    expect(optimalCosts(tickets, 2)).toEqual([0, 0, 0.5 * 300]);
  });

  test('is what trying every list of disjoint matches finds', () => {
    const player = fc.record({
      rating: fc.integer({ min: 800, max: 2_200 }),
      latencyMs: fc.tuple(fc.integer({ min: 10, max: 200 }), fc.integer({ min: 10, max: 200 })),
    });
    fc.assert(
      fc.property(
        fc.array(player, { minLength: 4, maxLength: 9 }),
        fc.integer({ min: 1, max: 2 }),
        (players, wanted) => {
          const tickets = players.map(({ rating, latencyMs }, i) =>
            handMade(`t${i}`, [rating], { latencyMs }),
          );
          const matches = Math.min(wanted, Math.floor(tickets.length / 4));
          expect(optimalCosts(tickets, 2)[matches]).toBeCloseTo(bruteForce(tickets, matches), 6);
        },
      ),
      { numRuns: 30 },
    );
  });

  test('is not asked for parties, nor for more players than can be tried', () => {
    const crowd = Array.from({ length: 17 }, (_, i) => handMade(`t${i}`, [1_000]));
    expect(() => optimalCosts(crowd, 2)).toThrow(RangeError);
    expect(() => optimalCosts([handMade('duo', [1, 2])], 2)).toThrow(RangeError);
  });
});

/** All ways, one player after the other: into the match that is being filled, or left out. */
function bruteForce(tickets: readonly SimTicket[], matches: number): number {
  if (matches === 0) return 0;
  let best = Number.POSITIVE_INFINITY;
  for (const group of groupsOf(tickets, 4)) {
    const rest = tickets.filter((ticket) => !group.includes(ticket));
    best = Math.min(best, cheapestCost(group, 2) + bruteForce(rest, matches - 1));
  }
  return best;
}

function groupsOf(tickets: readonly SimTicket[], size: number): SimTicket[][] {
  if (size === 0) return [[]];
  return tickets.flatMap((ticket, i) =>
    groupsOf(tickets.slice(i + 1), size - 1).map((rest) => [ticket, ...rest]),
  );
}
