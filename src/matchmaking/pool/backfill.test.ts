import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BackfillRequest, SeatedPlayer } from './backfill-request.ts';
import type { BackfillMatch, PoolMatch } from './match.ts';
import { MatchPool } from './match-pool.ts';
import { parseRuleSet, type RuleSetInput } from './rule-set.ts';
import type { Ticket } from './ticket.ts';

const latency: RuleSetInput['latency'] = { capMs: { value: 80 } };
const pairs: RuleSetInput['teams'] = { count: 2, playersPerTeam: 2 };
const ROLES = { tank: 1, healer: 1 };

function poolOf(teams: RuleSetInput['teams'] = pairs): MatchPool {
  return new MatchPool({ ruleSet: parseRuleSet({ teams, latency }), regionIds: ['europe', 'us'] });
}

function ticket(id: string, mu: number, facts: Partial<Ticket['players'][number]> = {}): Ticket {
  return {
    ticketId: `t-${id}`,
    players: [{ playerId: id, rating: { mu, sigma: 80 }, ...facts }],
    latencyMsByRegion: { europe: 20 },
    createdAtMs: 0,
  };
}

function seated(playerId: string, mu: number, facts: Partial<SeatedPlayer> = {}): SeatedPlayer {
  return { playerId, rating: { mu, sigma: 80 }, ...facts };
}

/** A strong player alone against a weak pair: one place is open. */
const request: BackfillRequest = {
  roomId: 'r1',
  regionId: 'europe',
  teams: [
    { players: [seated('strong', 1_800)], openPlaces: 1 },
    { players: [seated('weak', 1_500), seated('mild', 1_500)], openPlaces: 0 },
  ],
  createdAtMs: 0,
};

const roomsOf = (matches: readonly PoolMatch[]) => matches.filter((it) => it.kind === 'backfill');
const newcomersOf = (match: BackfillMatch | undefined) =>
  match?.teams.map((team) => team.players.map(({ playerId }) => playerId));

describe('[MM-16] a room that lacks players', () => {
  test('gets who makes its teams most alike', () => {
    const pool = poolOf();
    pool.addBackfill(request);
    for (const [id, mu] of [
      ['near', 1_750],
      ['even', 1_210],
      ['far', 1_600],
    ] as const) {
      pool.add(ticket(id, mu));
    }
    const [match] = roomsOf(pool.pass(20_000));
    expect(newcomersOf(match)).toEqual([['even'], []]);
    expect(match).toMatchObject({ roomId: 'r1', regionId: 'europe', openPlaces: 0 });
    expect(match?.winProbability).toBeCloseTo(0.5, 1);
    expect(pool.backfillSize).toBe(0);
    expect(pool.has('t-even')).toBe(false);
  });

  test('goes before new matches once it is old, and after them while it is young', () => {
    const play = (createdAtMs: number) => {
      const pool = poolOf({ count: 2, playersPerTeam: 1 });
      const teams = [
        { players: [seated('s', 1_500)], openPlaces: 0 },
        { players: [], openPlaces: 1 },
      ];
      pool.addBackfill({ roomId: 'r1', regionId: 'europe', teams, createdAtMs });
      for (const id of ['a', 'b', 'c']) pool.add(ticket(id, 1_500));
      return pool.pass(10_000).map(({ kind }) => kind);
    };
    expect(play(4_000)).toEqual(['backfill', 'new']);
    expect(play(6_000)).toEqual(['new', 'backfill']);
  });

  test('[TK-53] does not get back who has left it', () => {
    const pool = poolOf();
    pool.addBackfill({ ...request, left: ['even'] });
    for (const [id, mu] of [
      ['even', 1_210],
      ['far', 1_600],
    ] as const) {
      pool.add(ticket(id, mu));
    }
    const [match] = roomsOf(pool.pass(20_000));
    expect(newcomersOf(match)).toEqual([['far'], []]);
  });

  test('takes what there is, and may ask again for the rest', () => {
    const pool = poolOf();
    const teams = [
      { players: [seated('a', 1_500)], openPlaces: 1 },
      { players: [seated('b', 1_500)], openPlaces: 1 },
    ];
    pool.addBackfill({ ...request, teams });
    pool.add(ticket('one', 1_500));
    const [match] = roomsOf(pool.pass(10_000));
    expect(match?.openPlaces).toBe(1);
    expect(pool.addBackfill({ ...request, teams })).toEqual({ ok: true });
  });

  test('waits when only a match that is too dear could be had', () => {
    const pool = poolOf();
    pool.addBackfill(request);
    pool.add(ticket('strong-too', 2_100));
    expect(pool.pass(1_000)).toEqual([]);
    expect(pool.backfillSize).toBe(1);
    expect(roomsOf(pool.pass(60_000))).toHaveLength(1);
  });

  test('that is full again is forgotten', () => {
    const pool = poolOf();
    pool.addBackfill(request);
    expect(pool.removeBackfill('r1')).toBe(true);
    expect(pool.removeBackfill('r1')).toBe(false);
    pool.add(ticket('even', 1_210));
    expect(pool.pass(60_000)).toEqual([]);
  });
});

describe('[MM-17] newcomers', () => {
  test('are never whom somebody in the room avoids, nor one who avoids them, nor one who is there', () => {
    const pool = poolOf();
    const strong = seated('strong', 1_800, { avoids: ['rude'] });
    const teams = [
      { players: [strong], openPlaces: 1 },
      request.teams[1] as (typeof request.teams)[1],
    ];
    pool.addBackfill({ ...request, teams });
    pool.add(ticket('rude', 1_210));
    pool.add(ticket('shy', 1_210, { avoids: ['weak'] }));
    pool.add(ticket('mild', 1_210));
    expect(pool.pass(60_000)).toEqual([]);
    pool.add(ticket('fine', 1_000));
    expect(newcomersOf(roomsOf(pool.pass(60_000))[0])).toEqual([['fine'], []]);
  });

  test('play the roles that are missing', () => {
    const pool = poolOf({ ...pairs, roles: ROLES });
    pool.addBackfill({
      ...request,
      teams: [
        { players: [seated('t', 1_500, { role: 'tank' })], openPlaces: 1 },
        { players: [seated('h', 1_500, { role: 'healer' })], openPlaces: 1 },
      ],
    });
    pool.add(ticket('a-tank', 1_500, { roles: ['tank'] }));
    pool.add(ticket('any', 1_500));
    const [match] = roomsOf(pool.pass(10_000));
    expect(match?.teams.map((team) => team.players)).toEqual([
      [{ playerId: 'any', ticketId: 't-any', role: 'healer' }],
      [{ playerId: 'a-tank', ticketId: 't-a-tank', role: 'tank' }],
    ]);
  });

  test('never fill more places than are open, and are within the cap', () => {
    const tickets = fc.array(
      fc.record({
        size: fc.integer({ min: 1, max: 3 }),
        mu: fc.integer({ min: 1_200, max: 1_800 }),
        europe: fc.integer({ min: 10, max: 120 }),
        us: fc.integer({ min: 10, max: 120 }),
      }),
      { minLength: 1, maxLength: 12 },
    );
    const seats = fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 }));
    let seen = 0;
    fc.assert(
      fc.property(tickets, seats, (all, open) => {
        const pool = poolOf({ count: 2, playersPerTeam: 3 });
        const teams = open.map((openPlaces, team) => ({
          openPlaces,
          players: Array.from({ length: 3 - openPlaces }, (_, i) => seated(`s${team}.${i}`, 1_500)),
        }));
        const added = pool.addBackfill({ ...request, teams });
        expect(added.ok).toBe(open[0] + open[1] > 0);
        for (const [i, { size, mu, europe, us }] of all.entries()) {
          pool.add({
            ticketId: `t${i}`,
            players: Array.from({ length: size }, (_, p) => ({
              playerId: `p${i}.${p}`,
              rating: { mu, sigma: 80 },
            })),
            latencyMsByRegion: { europe, us },
            createdAtMs: 0,
          });
        }
        const size = pool.size;
        for (const match of roomsOf(pool.pass(10_000))) {
          seen += 1;
          const places = match.teams.map((team) => team.players.length);
          expect(places[0]).toBeLessThanOrEqual(open[0]);
          expect(places[1]).toBeLessThanOrEqual(open[1]);
          const filled = places.reduce((sum, it) => sum + it, 0);
          expect(match.openPlaces).toBe(open[0] + open[1] - filled);
          for (const { latencyMsByRegion } of match.tickets) {
            const { europe = 0, us = 0 } = latencyMsByRegion;
            expect(europe).toBeLessThanOrEqual(Math.max(80, Math.min(europe, us) + 10));
          }
          expect(match.tickets.length).toBeLessThanOrEqual(size);
          for (const { ticketId } of match.tickets) expect(pool.has(ticketId)).toBe(false);
        }
      }),
    );
    expect(seen).toBeGreaterThan(20);
  });
});

describe('[MM-2] a request is refused', () => {
  const team = { players: [], openPlaces: 1 };
  test.each<[object, Partial<BackfillRequest>]>([
    [{ reason: 'unknown-region', regionId: 'moon' }, { regionId: 'moon' }],
    [{ reason: 'teams-do-not-fit' }, { teams: [team] }],
    [{ reason: 'teams-do-not-fit' }, { teams: [team, { players: [], openPlaces: 3 }] }],
    [{ reason: 'teams-do-not-fit' }, { teams: [team, { players: [], openPlaces: 0.5 }] }],
    [
      { reason: 'teams-do-not-fit' },
      {
        teams: [
          { players: [], openPlaces: 0 },
          { players: [], openPlaces: 0 },
        ],
      },
    ],
    [{ reason: 'not-a-number', field: 'createdAtMs' }, { createdAtMs: Number.NaN }],
    [
      { reason: 'not-a-number', field: 'teams.players.rating' },
      { teams: [team, { players: [seated('x', Number.NaN)], openPlaces: 1 }] },
    ],
  ])('with %j', (refusal, changes) => {
    expect(poolOf().addBackfill({ ...request, ...changes })).toEqual({ ok: false, ...refusal });
  });

  test('when the room asks twice, plays unknown roles, or the queue has no backfill', () => {
    const pool = poolOf();
    pool.addBackfill(request);
    expect(pool.addBackfill(request)).toEqual({ ok: false, reason: 'duplicate-room' });
    expect(poolOf({ ...pairs, roles: ROLES }).addBackfill(request)).toMatchObject({
      reason: 'unknown-role',
    });
    const rules = parseRuleSet({ teams: pairs, latency, backfill: { isEnabled: false } });
    const without = new MatchPool({ ruleSet: rules, regionIds: ['europe'] });
    expect(without.addBackfill(request)).toEqual({ ok: false, reason: 'backfill-disabled' });
  });
});
