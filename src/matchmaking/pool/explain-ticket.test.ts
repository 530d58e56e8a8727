import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MatchHooks } from './match.ts';
import { MatchPool } from './match-pool.ts';
import { parseRuleSet, type RuleSetInput } from './rule-set.ts';
import type { Ticket } from './ticket.ts';

const latency: RuleSetInput['latency'] = {
  capMs: { value: 80, expansions: [{ waitTimeSeconds: 20, value: 150 }] },
};

function poolOf(teams: RuleSetInput['teams'], hooks: MatchHooks = {}): MatchPool {
  return new MatchPool({
    ruleSet: parseRuleSet({ teams, latency }),
    regionIds: ['asia', 'europe'],
    hooks,
  });
}

function ticket(
  id: string,
  mu: number,
  facts: Partial<Ticket> & Partial<Pick<Ticket['players'][number], 'roles' | 'avoids'>> = {},
): Ticket {
  const { roles, avoids, ...rest } = facts;
  return {
    ticketId: id,
    players: [
      {
        playerId: `p-${id}`,
        rating: { mu, sigma: 80 },
        ...(roles === undefined ? {} : { roles }),
        ...(avoids === undefined ? {} : { avoids }),
      },
    ],
    latencyMsByRegion: { europe: 20, asia: 140 },
    createdAtMs: 0,
    ...rest,
  };
}

const duel: RuleSetInput['teams'] = { count: 2, playersPerTeam: 1 };
const threes: RuleSetInput['teams'] = { count: 2, playersPerTeam: 3 };
const pairs: RuleSetInput['teams'] = { count: 2, playersPerTeam: 2 };

function reasonsFor(pool: MatchPool, nowMs = 1_000) {
  return pool.explain('me', nowMs)?.reasons;
}

describe('[MM-18] why a ticket is not matched', () => {
  test('is not known of a ticket that does not wait', () => {
    expect(poolOf(duel).explain('me', 0)).toBeNull();
  });

  test('nobody else is there', () => {
    const pool = poolOf(duel);
    pool.add(ticket('me', 1_500));
    expect(pool.explain('me', 1_000)).toEqual({
      ticketId: 'me',
      waitedMs: 1_000,
      reasons: [{ kind: 'nobody-within-latency' }],
      bestOffer: null,
      regions: [
        {
          ...{ regionId: 'europe', latencyMs: 20, capMs: 80, isAllowed: true },
          ...{ allowedAtWaitMs: 0, isTried: true, tickets: 0, ticketsInReach: 0 },
          nearestDistance: null,
        },
        {
          ...{ regionId: 'asia', latencyMs: 140, capMs: 80, isAllowed: false },
          ...{ allowedAtWaitMs: 20_000, isTried: false, tickets: 0, ticketsInReach: 0 },
          nearestDistance: null,
        },
      ],
    });
  });

  test('the others are too far away in skill', () => {
    const pool = poolOf(duel);
    pool.add(ticket('me', 1_500));
    pool.add(ticket('star', 2_300));
    expect(reasonsFor(pool)).toEqual([
      { kind: 'skill-too-far', nearestDistance: 800, maxDistance: 600 },
    ]);
    expect(pool.explain('me', 1_000)?.regions[0]).toMatchObject({ tickets: 1, ticketsInReach: 0 });
    // From 10 s on the distance is 1000, and the price is what is left.
    expect(reasonsFor(pool, 10_000)).toMatchObject([{ kind: 'cost-too-high' }]);
  });

  test('there are too few, and who is avoided does not count', () => {
    const pool = poolOf(pairs);
    pool.add(ticket('me', 1_500));
    pool.add(ticket('a', 1_500));
    pool.add(ticket('b', 1_500, { avoids: ['p-me'] }));
    expect(reasonsFor(pool)).toEqual([
      { kind: 'too-few-players', players: 2, needed: 4 },
      { kind: 'avoided', tickets: 1 },
    ]);
  });

  test('nobody plays a role that is needed', () => {
    const pool = poolOf({ ...pairs, roles: { tank: 1, healer: 1 } });
    for (const id of ['me', 'a', 'b', 'c']) pool.add(ticket(id, 1_500, { roles: ['tank'] }));
    expect(reasonsFor(pool)).toEqual([{ kind: 'roles-missing', roles: ['healer'] }]);
  });

  test('the parties do not add up to teams', () => {
    const pool = poolOf(threes);
    for (const id of ['me', 'a', 'b']) {
      pool.add(ticket(id, 1_500, { players: partyOf(id, 2) }));
    }
    expect(reasonsFor(pool)).toEqual([{ kind: 'parties-do-not-fit' }]);
  });

  test('the best match is too dear: it says how much, and until when', () => {
    const pool = poolOf(duel);
    pool.add(ticket('me', 1_500));
    pool.add(ticket('other', 1_600));
    const explanation = pool.explain('me', 1_000);
    // 2.5 x 100 + 0.5 x 100, against 150 + 20 per second.
    expect(explanation?.reasons).toEqual([
      { kind: 'cost-too-high', cost: 300, acceptedCost: 170, acceptedAtWaitMs: 7_500 },
    ]);
    expect(explanation?.bestOffer).toEqual({
      ...{ regionId: 'europe', ticketIds: expect.arrayContaining(['me', 'other']) },
      ...{ cost: 300, teamGap: 100, spread: 100, latencyMs: 20 },
    });
    expect(reasonsFor(pool, 7_500)).toEqual([{ kind: 'next-pass' }]);
  });

  test.each([Number.POSITIVE_INFINITY, Number.NaN])('the hook forbids it, with %d', (points) => {
    const pool = poolOf(duel, { adjustCost: () => points });
    pool.add(ticket('me', 1_500));
    pool.add(ticket('other', 1_500));
    expect(reasonsFor(pool)).toMatchObject([
      { kind: 'cost-too-high', cost: Number.POSITIVE_INFINITY, acceptedAtWaitMs: null },
    ]);
  });

  test('[MM-6] a region beyond the ceiling never opens, near to the best or not', () => {
    const pool = poolOf(duel);
    pool.add(ticket('me', 1_500, { latencyMsByRegion: { europe: 248, asia: 252 } }));
    const outlooks = pool.explain('me', 3_600_000)?.regions;
    expect(outlooks?.map(({ allowedAtWaitMs }) => allowedAtWaitMs)).toEqual([0, null]);
    expect(outlooks?.map(({ isAllowed }) => isAllowed)).toEqual([true, false]);
  });
});

describe('[MM-19] an explanation', () => {
  const skills = fc.array(fc.integer({ min: 1_300, max: 1_700 }), { minLength: 1, maxLength: 11 });
  const filled = (teams: RuleSetInput['teams'], others: readonly number[]) => {
    const pool = poolOf(teams);
    pool.add(ticket('me', 1_500));
    for (const [i, mu] of others.entries()) pool.add(ticket(`t${i}`, mu));
    return pool;
  };

  test('changes nothing', () => {
    fc.assert(
      fc.property(skills, fc.nat(8_000), (others, nowMs) => {
        const [asked, silent] = [filled(pairs, others), filled(pairs, others)];
        asked.pass(500);
        silent.pass(500);
        asked.explain('me', nowMs);
        expect(asked.pass(nowMs + 500)).toEqual(silent.pass(nowMs + 500));
      }),
    );
  });

  test('is kept: two tickets are matched at the wait it foretells, and not before', () => {
    fc.assert(
      fc.property(skills, ([mu = 0]) => {
        const pool = filled(duel, [mu]);
        const reason = pool.explain('me', 0)?.reasons[0];
        const waitMs = reason?.kind === 'cost-too-high' ? reason.acceptedAtWaitMs : 0;
        if (waitMs === null) throw new Error('no hook forbids it');
        if (waitMs > 1) expect(pool.pass(waitMs - 1)).toEqual([]);
        expect(pool.pass(waitMs + 1)).toHaveLength(1);
      }),
    );
  });
});

function partyOf(id: string, size: number): Ticket['players'] {
  return Array.from({ length: size }, (_, i) => ({
    playerId: `p-${id}.${i}`,
    rating: { mu: 1_500, sigma: 80 },
  }));
}
