import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { acceptanceOf, acceptedCost } from './acceptance.ts';
import { matchCost } from './cost.ts';
import { valueAt } from './expansion.ts';
import type { Match, MatchPlayer, PoolMatch } from './match.ts';
import { MatchPool } from './match-pool.ts';
import { parseRuleSet, type RuleSet, type RuleSetInput } from './rule-set.ts';
import { TeamSplitter } from './team-split.ts';
import { type Ticket, type TicketPlayer, waitedMs } from './ticket.ts';
import { winProbabilities } from './win-probability.ts';

const REGIONS = ['asia', 'europe', 'us'];
const TICKETS = 40;

const latency: RuleSetInput['latency'] = {
  capMs: { value: 80, expansions: [{ waitTimeSeconds: 10, value: 150 }] },
};
const fiveAgainstFive = parseRuleSet({ teams: { count: 2, playersPerTeam: 5 }, latency });
const ROLES = { tank: 1, healer: 1 };
const ruleSets: fc.Arbitrary<RuleSet> = fc
  .record({
    teams: fc.constantFrom<RuleSetInput['teams']>(
      { count: 2, playersPerTeam: 1 },
      { count: 2, playersPerTeam: 2 },
      { count: 2, playersPerTeam: 2, roles: ROLES },
      { count: 2, playersPerTeam: 3 },
      { count: 3, playersPerTeam: 2 },
    ),
    quality: fc.constantFrom('strict' as const, 'balanced' as const, 'fast' as const),
    // With few of them, somebody who leaves lets another in.
    search: fc.constantFrom({}, { candidates: 5 }),
  })
  .map((rules) => parseRuleSet({ ...rules, latency }));
const rulesWithRoles = ruleSets.map((rules) => ({
  ...rules,
  teams: { count: 2, playersPerTeam: 2, roles: ROLES },
}));

const players = (ticket: number): fc.Arbitrary<readonly TicketPlayer[]> =>
  fc
    .array(
      fc.record(
        {
          rating: fc.record({
            mu: fc.integer({ min: 900, max: 2_100 }),
            sigma: fc.integer({ min: 50, max: 350 }),
          }),
          roles: fc.shuffledSubarray(Object.keys(ROLES), { minLength: 1 }),
          avoids: fc.array(
            fc.nat(TICKETS - 1).map((other) => `p${other}.0`),
            { minLength: 1, maxLength: 2 },
          ),
        },
        { requiredKeys: ['rating'] },
      ),
      { minLength: 1, maxLength: 2 },
    )
    .map((all) =>
      all.map(({ avoids, ...player }, i) => ({
        ...player,
        playerId: `p${ticket}.${i}`,
        // A fifth of those who could avoid somebody do, and nobody his own party.
        ...(avoids === undefined || player.rating.mu % 5 !== 0
          ? {}
          : { avoids: avoids.filter((id) => !id.startsWith(`p${ticket}.`)) }),
      })),
    );

const ticketOf = (ticket: number): fc.Arbitrary<Ticket> =>
  fc.record({
    ticketId: fc.constant(`t${ticket}`),
    players: players(ticket),
    latencyMsByRegion: fc.record(
      {
        europe: fc.integer({ min: 5, max: 100 }),
        asia: fc.integer({ min: 20, max: 280 }),
        us: fc.integer({ min: 20, max: 280 }),
      },
      { requiredKeys: ['europe'] },
    ),
    createdAtMs: fc.integer({ min: 0, max: 30_000 }),
  });
const tickets = fc.tuple(...Array.from({ length: TICKETS }, (_, i) => ticketOf(i)));

type Step =
  | { readonly kind: 'add' | 'remove'; readonly ticket: number }
  | { readonly kind: 'pass'; readonly afterMs: number };
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({ kind: fc.constant('add' as const), ticket: fc.nat(TICKETS - 1) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('remove' as const), ticket: fc.nat(TICKETS - 1) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('pass' as const), afterMs: fc.nat(4_000) }),
    },
  ),
  { minLength: 20, maxLength: 120 },
);

/** Plays the steps on a pool, and checks at each one that it holds what it must. */
class Play {
  readonly pool: MatchPool;
  readonly waiting = new Map<string, Ticket>();
  readonly matches: { readonly match: Match; readonly atMs: number }[] = [];
  nowMs = 10_000;

  constructor(ruleSet: RuleSet) {
    this.pool = new MatchPool({ ruleSet, regionIds: REGIONS });
  }

  run(all: readonly Ticket[], plan: readonly Step[]): this {
    for (const step of plan) {
      if (step.kind === 'pass') this.#pass(step.afterMs);
      else this.#change(step.kind, all[step.ticket] as Ticket);
      expect(this.pool.size).toBe(this.waiting.size);
    }
    const held = [...this.pool.tickets()].map(({ ticketId }) => ticketId);
    expect(held.toSorted()).toEqual([...this.waiting.keys()].toSorted());
    return this;
  }

  #pass(afterMs: number): void {
    this.nowMs += afterMs;
    for (const match of this.pool.pass(this.nowMs)) {
      if (match.kind !== 'new') throw new Error('no room has asked');
      this.matches.push({ match, atMs: this.nowMs });
      for (const { ticketId } of match.tickets) {
        expect(this.waiting.delete(ticketId)).toBe(true);
        expect(this.pool.has(ticketId)).toBe(false);
      }
    }
  }

  #change(kind: 'add' | 'remove', ticket: Ticket): void {
    const isThere = this.waiting.has(ticket.ticketId);
    if (kind === 'remove') {
      expect(this.pool.remove(ticket.ticketId)).toBe(isThere);
      this.waiting.delete(ticket.ticketId);
      return;
    }
    const added = this.pool.add(ticket);
    if (isThere) expect(added).toEqual({ ok: false, reason: 'duplicate-ticket' });
    if (added.ok) this.waiting.set(ticket.ticketId, ticket);
  }
}

/** Checks a property of every match of random plays, and that there were matches to look at. */
function checkMatches(
  check: (match: Match, context: { readonly rules: RuleSet; readonly atMs: number }) => void,
  rulesToTry: fc.Arbitrary<RuleSet> = ruleSets,
): void {
  let seen = 0;
  fc.assert(
    fc.property(rulesToTry, tickets, steps, (rules, all, plan) => {
      for (const { match, atMs } of new Play(rules).run(all, plan).matches) {
        check(match, { rules, atMs });
        seen += 1;
      }
    }),
    { numRuns: 60 },
  );
  expect(seen).toBeGreaterThan(20);
}

const everybody = (match: Match) => match.teams.flatMap((team) => team.players);
const idsOf = (list: readonly MatchPlayer[]) => list.map(({ playerId }) => playerId);
const meanOf = (ticket: Ticket) =>
  ticket.players.reduce((sum, { rating }) => sum + rating.mu, 0) / ticket.players.length;

describe('a match', () => {
  test('[MM-5] has whole teams, no player twice, and parties that stay together', () => {
    checkMatches((match, { rules }) => {
      expect(match.teams).toHaveLength(rules.teams.count);
      for (const team of match.teams) {
        expect(team.players).toHaveLength(rules.teams.playersPerTeam);
      }
      const members = match.tickets.flatMap((it) => it.players.map(({ playerId }) => playerId));
      expect(new Set(members).size).toBe(members.length);
      expect(idsOf(everybody(match)).toSorted()).toEqual(members.toSorted());
      for (const { ticketId, players: party } of match.tickets) {
        const sides = match.teams.filter((team) =>
          team.players.some((it) => it.ticketId === ticketId),
        );
        expect(sides).toHaveLength(1);
        expect(idsOf(sides[0]?.players ?? [])).toEqual(
          expect.arrayContaining(party.map(({ playerId }) => playerId)),
        );
      }
    });
  });

  test('[MM-6] is within what each party accepts of latency after its wait', () => {
    checkMatches((match, { rules: { latency: rules }, atMs }) => {
      for (const ticket of match.tickets) {
        const latencyMs = ticket.latencyMsByRegion[match.regionId] ?? Number.POSITIVE_INFINITY;
        const bestMs = Math.min(...Object.values(ticket.latencyMsByRegion));
        const capMs = valueAt(rules.capMs, waitedMs(ticket, atMs));
        expect(latencyMs).toBeLessThanOrEqual(Math.max(capMs, bestMs + rules.slackMs));
        expect(latencyMs).toBeLessThanOrEqual(rules.ceilingMs);
      }
    });
  });

  test('[MM-7] joins nobody with one he avoids, or who avoids him', () => {
    checkMatches((match) => {
      const present = new Set(idsOf(everybody(match)));
      for (const { avoids = [] } of match.tickets.flatMap((it) => it.players)) {
        expect(avoids.filter((id) => present.has(id))).toEqual([]);
      }
    });
  });

  test('[MM-8] fills the roles of each team, everybody with one he would play', () => {
    checkMatches((match) => {
      const wishes = new Map(match.tickets.flatMap((it) => it.players.map((p) => [p.playerId, p])));
      for (const team of match.teams) {
        const roles = team.players.map(({ role }) => role).toSorted();
        expect(roles).toEqual(Object.keys(ROLES).toSorted());
        for (const { playerId, role } of team.players) {
          expect(wishes.get(playerId)?.roles ?? [role]).toContain(role);
        }
      }
    }, rulesWithRoles);
  });

  test('[MM-8] has no roles where the queue has none', () => {
    checkMatches((match, { rules }) => {
      const roles = new Set(everybody(match).map(({ role }) => role));
      expect(roles.has(null)).toBe(rules.teams.roles === undefined);
    });
  });

  test('[MM-10] costs what its figures say, with the best teams there are', () => {
    checkMatches((match, { rules }) => {
      const skills = new Map(
        match.tickets.flatMap((it) => it.players.map((p) => [p.playerId, p.rating])),
      );
      const sides = match.teams.map((team) =>
        team.players.map(({ playerId }) => skills.get(playerId) as TicketPlayer['rating']),
      );
      const means = sides.map((side) => side.reduce((sum, { mu }) => sum + mu, 0) / side.length);
      const levels = match.tickets.map(meanOf);
      const teamGap = Math.max(...means) - Math.min(...means);
      const figures = {
        teamGap,
        spread: Math.max(...levels) - Math.min(...levels),
        latencyMs: Math.max(
          ...match.tickets.map((it) => it.latencyMsByRegion[match.regionId] ?? Infinity),
        ),
      };
      expect(match.cost).toBeCloseTo(matchCost(figures, rules.weights), 6);
      expect(match.winProbability).toBeCloseTo(winProbabilities(sides)[0] as number, 9);
      if (rules.teams.roles !== undefined) return;
      const splitter = new TeamSplitter(rules.teams);
      const sorted = match.tickets.toSorted((a, b) => b.players.length - a.players.length);
      const layout = splitter.layoutOf(sorted.map((it) => it.players.length));
      if (layout === null) throw new Error('there was a split');
      const sums = sorted.map((it) => meanOf(it) * it.players.length);
      expect(teamGap).toBeCloseTo(splitter.leastGap(layout, sums), 6);
    });
  });

  test('[MM-11] is no dearer than what the wait of its oldest ticket accepts', () => {
    checkMatches((match, { rules, atMs }) => {
      const waitMs = Math.max(...match.tickets.map((it) => waitedMs(it, atMs)));
      const accepted = acceptedCost(acceptanceOf(rules.quality), waitMs);
      expect(match.cost).toBeLessThanOrEqual(accepted + 1e-9);
    });
  });

  test('[MM-13] is made around a ticket that has all others within its distance in skill', () => {
    checkMatches((match, { rules, atMs }) => {
      const isSeed = (seed: Ticket) => {
        const distance = valueAt(rules.search.skillDistance, waitedMs(seed, atMs));
        return match.tickets.every((it) => Math.abs(meanOf(it) - meanOf(seed)) <= distance);
      };
      expect(match.tickets.some(isSeed)).toBe(true);
    });
  });
});

describe('a pool', () => {
  test('[MM-4] loses no ticket and gives none away twice, whatever comes, goes and is passed over', () => {
    let passed = 0;
    fc.assert(
      fc.property(ruleSets, tickets, steps, (rules, all, plan) => {
        const play = new Play(rules).run(all, plan);
        passed += plan.filter(({ kind }) => kind === 'pass').length;
        for (const ticketId of play.waiting.keys()) expect(play.pool.remove(ticketId)).toBe(true);
        expect(play.pool.size).toBe(0);
        expect(play.pool.pass(play.nowMs + 3_600_000)).toEqual([]);
      }),
    );
    expect(passed).toBeGreaterThan(100);
  });

  test('[MM-12] that has passed often makes the same matches as one made of the same tickets', () => {
    let matches = 0;
    fc.assert(
      fc.property(ruleSets, tickets, steps, fc.nat(6_000), (rules, all, plan, afterMs) => {
        const play = new Play(rules).run(all, plan);
        const fresh = new MatchPool({ ruleSet: rules, regionIds: REGIONS });
        for (const ticket of play.waiting.values()) expect(fresh.add(ticket)).toEqual({ ok: true });
        const nowMs = play.nowMs + afterMs;
        const made = play.pool.pass(nowMs);
        expect(made).toEqual(fresh.pass(nowMs));
        matches += made.length;
      }),
      { numRuns: 150 },
    );
    expect(matches).toBeGreaterThan(10);
  });

  test('[MM-12] does not search again for tickets around which nothing has changed', () => {
    const pool = new MatchPool({ ruleSet: fiveAgainstFive, regionIds: ['europe'] });
    for (let i = 0; i < 9; i += 1) pool.add(single(i, { mu: 1_500 }));
    pool.pass(1_000);
    expect(pool.searches).toBe(9);
    pool.pass(2_000);
    pool.pass(2_500);
    expect(pool.searches).toBe(9);
    // Far away: no concern of theirs.
    pool.add(single(20, { mu: 4_000 }));
    pool.pass(2_800);
    expect(pool.searches).toBe(10);
    pool.add(single(9, { mu: 1_500 }));
    expect(pool.pass(2_900)).toHaveLength(1);
  });

  test('[MM-12] searches again when one who stood in between has gone', () => {
    const pool = new MatchPool({
      ruleSet: parseRuleSet({
        teams: { count: 2, playersPerTeam: 1 },
        latency,
        search: { candidates: 1 },
      }),
      regionIds: ['europe'],
      // Nobody may play with the second.
      hooks: { adjustCost: ({ tickets: all }) => (all.some(isSecond) ? Infinity : 0) },
    });
    for (const i of [1, 2, 3]) pool.add(single(i, { mu: 1_500 + 10 * i + i }));
    expect(pool.pass(500)).toEqual([]);
    pool.remove('t2');
    expect(pool.pass(1_000)).toHaveLength(1);
  });

  test('[MM-14] passes over many tickets in slices, while others come and go', () => {
    let clockMs = 0;
    // Each look at the clock takes a millisecond: a slice of 5 ms ends after a few looks.
    const monotonicMs = () => {
      clockMs += 1;
      return clockMs;
    };
    const pool = new MatchPool({ ruleSet: fiveAgainstFive, regionIds: ['europe'], monotonicMs });
    for (let i = 0; i < 400; i += 1) pool.add(single(i, { mu: 1_000 + (i % 100) * 10 }));
    const gone: string[] = [];
    const matched: string[] = [];
    let slices = 0;
    for (const found of pool.passInSlices(60_000, 5)) {
      slices += 1;
      matched.push(...found.flatMap(ticketIdsOf));
      const next = [...pool.tickets()][slices % 7];
      if (next !== undefined && pool.remove(next.ticketId)) gone.push(next.ticketId);
      pool.add(single(1_000 + slices, { mu: 1_200 }));
    }
    expect(slices).toBeGreaterThan(10);
    expect(gone.length).toBeGreaterThan(10);
    expect(new Set(matched).size).toBe(matched.length);
    expect(gone.filter((id) => matched.includes(id))).toEqual([]);
    expect(pool.size).toBe(400 + slices - gone.length - matched.length);
  });

  test('[MM-14] gives the loop back within 20 ms, with 20 000 tickets', () => {
    const pool = new MatchPool({ ruleSet: fiveAgainstFive, regionIds: ['europe'] });
    for (let i = 0; i < 20_000; i += 1) {
      pool.add(single(i, { mu: 1_500 + 350 * Math.sin(i * 12.9898) * Math.cos(i * 78.233) }));
    }
    let matched = 0;
    let longestMs = 0;
    let before = process.threadCpuUsage();
    for (const found of pool.passInSlices(10_000)) {
      const { user, system } = process.threadCpuUsage(before);
      longestMs = Math.max(longestMs, (user + system) / 1_000);
      matched += found.flatMap(ticketIdsOf).length;
      before = process.threadCpuUsage();
    }
    expect(matched).toBeGreaterThan(19_000);
    // Of the thread's own time: how long the machine lets it wait is not the pool's doing.
    expect(longestMs).toBeLessThan(20);
  });

  test.each([[[]], [['a', 'a']], [Array.from({ length: 256 }, (_, i) => `r${i}`)]])(
    'wants regions: %j',
    (regionIds) => {
      const make = () => new MatchPool({ ruleSet: fiveAgainstFive, regionIds });
      expect(make).toThrow(RangeError);
    },
  );

  test('[MM-15] asks the hook, which may forbid a match or make it cheaper', () => {
    const make = (adjustCost: () => number) => {
      const pool = new MatchPool({
        ruleSet: parseRuleSet({ teams: { count: 2, playersPerTeam: 1 }, latency }),
        regionIds: ['europe'],
        hooks: { adjustCost },
      });
      pool.add(single(1, { mu: 1_500 }));
      pool.add(single(2, { mu: 1_600 }));
      return pool;
    };
    // 2.5 x 100 + 0.5 x 100 = 300 points: accepted after 7.5 s without the hook.
    expect(make(() => 0).pass(7_000)).toEqual([]);
    expect(make(() => 0).pass(7_600)).toHaveLength(1);
    const [match] = make(() => -200).pass(1_000) as Match[];
    expect(match?.cost).toBeCloseTo(300, 6);
    expect(make(() => Number.POSITIVE_INFINITY).pass(3_600_000)).toEqual([]);
    expect(make(() => Number.NaN).pass(3_600_000)).toEqual([]);
  });

  test('[MM-4] keeps the age of a ticket that comes back', () => {
    const pool = new MatchPool({
      ruleSet: parseRuleSet({ teams: { count: 2, playersPerTeam: 1 }, latency }),
      regionIds: ['europe'],
    });
    for (const i of [1, 2, 3]) pool.add(single(i, { mu: 1_500, createdAtMs: i * 1_000 }));
    const [match] = pool.pass(5_000);
    expect(ticketIdsOf(match as PoolMatch).toSorted()).toEqual(['t1', 't2']);
    pool.add(single(1, { mu: 1_500, createdAtMs: 1_000 }));
    expect([...pool.tickets()].map(({ ticketId }) => ticketId)).toEqual(['t1', 't3']);
  });
});

function single(i: number, facts: { readonly mu: number; readonly createdAtMs?: number }): Ticket {
  return {
    ticketId: `t${i}`,
    players: [{ playerId: `p${i}`, rating: { mu: facts.mu, sigma: 80 } }],
    latencyMsByRegion: { europe: 20 },
    createdAtMs: facts.createdAtMs ?? 0,
  };
}

function isSecond({ ticketId }: Ticket): boolean {
  return ticketId === 't2';
}

function ticketIdsOf(match: PoolMatch): readonly string[] {
  return match.tickets.map(({ ticketId }) => ticketId);
}
