import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GroupSearch } from './group-search.ts';
import { parseRuleSet } from './rule-set.ts';
import { WaitingTickets } from './waiting-tickets.ts';

const rules = parseRuleSet({
  teams: { count: 2, playersPerTeam: 2 },
  latency: { capMs: { value: 80 } },
});

function waitingOf(skills: readonly number[]): WaitingTickets {
  const waiting = new WaitingTickets(rules, ['europe']);
  for (const [i, mu] of skills.entries()) {
    waiting.add({
      ticketId: `t${i}`,
      players: [{ playerId: `p${i}`, rating: { mu, sigma: 80 } }],
      latencyMsByRegion: { europe: 20 },
      createdAtMs: 0,
    });
  }
  return waiting;
}

/** The cheapest three to play with the first, tried one after the other. */
function cheapestByTrial(skills: readonly number[]): number {
  let least = Number.POSITIVE_INFINITY;
  for (let a = 1; a < skills.length; a += 1) {
    for (let b = a + 1; b < skills.length; b += 1) {
      for (let c = b + 1; c < skills.length; c += 1) {
        least = Math.min(least, costOf([0, a, b, c].map((it) => skills[it] as number)));
      }
    }
  }
  return least;
}

/** Two against two of single players: the best teams are the outer ones against the inner ones. */
function costOf(skills: readonly number[]): number {
  const [a = 0, b = 0, c = 0, d = 0] = skills.toSorted((x, y) => x - y);
  return 2.5 * (Math.abs(a + d - b - c) / 2) + 0.5 * (d - a);
}

const skillLists = fc.array(fc.integer({ min: 0, max: 1_500 }), { minLength: 4, maxLength: 14 });

describe('[MM-13] the search around a ticket', () => {
  test('finds a match that is near the cheapest there is', () => {
    let found = 0;
    let best = 0;
    fc.assert(
      fc.property(skillLists, (skills) => {
        const group = new GroupSearch(waitingOf(skills)).find(0, 0, 10_000);
        const least = cheapestByTrial(skills);
        expect(group?.cost).toBeGreaterThanOrEqual(least - 1e-9);
        found += group?.cost ?? Number.POSITIVE_INFINITY;
        best += least;
      }),
      { numRuns: 200 },
    );
    expect(found / best).toBeLessThan(1.15);
  });

  test('leaves out who is too far away, also when it considers the others', () => {
    let farther = 0;
    fc.assert(
      fc.property(skillLists, fc.integer({ min: 100, max: 700 }), (skills, distance) => {
        const search = new GroupSearch(waitingOf(skills));
        const away = (slot: number) => Math.abs((skills[slot] as number) - (skills[0] as number));
        const own = search.find(0, 0, distance);
        const considerate = search.findConsiderate(0, 0, distance);
        expect(considerate === null).toBe(own === null);
        for (const slot of [...(own?.slots ?? []), ...(considerate?.slots ?? [])]) {
          expect(away(slot)).toBeLessThanOrEqual(distance);
        }
        if ((considerate?.cost ?? 0) > (own?.cost ?? 0)) farther += 1;
      }),
      { numRuns: 300 },
    );
    // Consideration costs the ticket something now and then, or it would be none.
    expect(farther).toBeGreaterThan(0);
  });
});
