import { describe, expect, test } from 'vitest';
import { alone, handMade } from '../model/hand-made.ts';
import { RandomSource } from '../model/random-source.ts';
import { simTicket } from '../model/sim-ticket.ts';
import { Ledger } from './ledger.ts';
import { judgeMatch } from './match-judge.ts';
import { metricsOf } from './metrics.ts';
import { winProbability } from './win-probability.ts';

const random = () => new RandomSource(1);

describe('a match is measured', () => {
  const weak = handMade('weak', [1_000, 1_200], { latencyMs: [20, 80] });
  const strong = handMade('strong', [1_300, 1_500], { latencyMs: [40, 90] });

  test('by the means of its teams, its ends, and its region', () => {
    const match = { region: 1, tickets: [weak, strong], teams: null };
    expect(judgeMatch(match, 2, random())).toMatchObject({
      teamGap: 300,
      spread: 500,
      latencySpreadMs: 10,
      // 2.5 for each point of the gap, 0.5 between the parties' means, 1.2 for each ms above 60.
      cost: 2.5 * 300 + 0.5 * 300 + 1.2 * 30,
    });
  });

  test('with the teams that its maker chose, where it chose', () => {
    const four = alone(1_000, 1_100, 1_200, 1_300);
    const [a, b, c, d] = four as [never, never, never, never];
    const uneven = {
      region: 0,
      tickets: four,
      teams: [
        [a, b],
        [c, d],
      ] as const,
    };
    expect(judgeMatch(uneven, 2, random()).teamGap).toBe(200);
    expect(judgeMatch({ ...uneven, teams: null }, 2, random()).teamGap).toBe(0);
  });

  test.each([
    ['a team is not full', [[weak, strong], []]],
    ['somebody is left out', [[weak], [handMade('other', [1, 2])]]],
    ['a ticket plays twice', [[weak], [weak]]],
  ] as const)('and refused when %s', (_what, teams) => {
    const match = { region: 0, tickets: [weak, strong], teams };
    expect(() => judgeMatch(match, 2, random())).toThrow('weak, strong');
  });
});

test('the chance to win is Elo: 400 points are 10 to 1', () => {
  expect(winProbability(0)).toBe(0.5);
  expect(winProbability(400)).toBeCloseTo(10 / 11, 9);
  expect(winProbability(-400)).toBeCloseTo(1 / 11, 9);
});

test('games are won as often as skill says, and forecasts from it are as good as they claim', () => {
  const dice = random();
  const match = { region: 0, tickets: alone(1_200, 1_000), teams: null };
  let brier = 0;
  const games = 5_000;
  for (let game = 0; game < games; game++) {
    const { forecast, hasFirstWon } = judgeMatch(match, 1, dice);
    brier += (forecast - (hasFirstWon ? 1 : 0)) ** 2 / games;
  }
  const p = winProbability(200);
  expect(brier).toBeCloseTo(p * (1 - p), 1);
});

describe('the ledger', () => {
  test('refuses a match of tickets that do not wait, or where no match can be', () => {
    const ledger = new Ledger(1, random());
    const [a, b] = alone(1_000, 1_100) as [never, never];
    ledger.arrive(a);
    const match = { region: 0, tickets: [a, b], teams: null };
    const result = { matches: [match], expired: [] };
    expect(() => ledger.record(result, 0, [false])).toThrow('closed region');
    expect(() => ledger.record(result, 0, [true])).toThrow('not in the queue');
  });

  test('counts players, not tickets, and whoever is left at the end as not matched', () => {
    const ledger = new Ledger(2, random());
    const duo = handMade('duo', [1_000, 1_000], { latencyMs: [20] });
    const pair = [handMade('a', [1_000], { latencyMs: [100] }), handMade('b', [1_000])];
    const late = handMade('late', [1_000], { arrivedAtMs: 50_000 });
    for (const ticket of [duo, ...pair, late]) ledger.arrive(ticket);
    expect(ledger.queuedPlayers).toBe(5);
    const match = { region: 0, tickets: [duo, ...pair], teams: null };
    ledger.record({ matches: [match], expired: [] }, 130_000, [true]);
    expect(ledger.queuedPlayers).toBe(1);
    ledger.close(140_000);
    expect(metricsOf(ledger, 2)).toMatchObject({
      players: 5,
      matches: 1,
      matchedRatio: 0.8,
      // Four waited 130 s, one 90.
      timedOutRatio: 0.8,
      waitS: { p50: 130, p95: 130 },
      latencyMs: { p50: 20, p95: 100 },
      // 100 ms is above the cap, but no region is nearer to that player.
      overCapRatio: 0,
      waitP95S: { fullTeams: 130 },
    });
  });

  test('gives each player the latency of his party, and his own beside it', () => {
    const ledger = new Ledger(2, random());
    const member = (ms: number) => ({ rating: 1_000, skill: 1_000, latencyMs: [ms] });
    const parties = [
      simTicket('a', 0, [member(20), member(90)]),
      simTicket('b', 0, [member(30), member(30)]),
    ];
    for (const ticket of parties) ledger.arrive(ticket);
    ledger.record({ matches: [{ region: 0, tickets: parties, teams: null }], expired: [] }, 1_000, [
      true,
    ]);
    const { latencyMs, ownLatencyMs } = metricsOf(ledger, 2);
    expect(latencyMs.mean).toBe((90 + 90 + 30 + 30) / 4);
    expect(ownLatencyMs.mean).toBe((20 + 90 + 30 + 30) / 4);
  });

  test('counts a player over the cap when another region was nearer', () => {
    const ledger = new Ledger(1, random());
    const pair = [
      handMade('a', [1_000], { latencyMs: [90, 30] }),
      handMade('b', [1_000], { latencyMs: [30, 90] }),
    ];
    for (const ticket of pair) ledger.arrive(ticket);
    ledger.record({ matches: [{ region: 0, tickets: pair, teams: null }], expired: [] }, 1_000, [
      true,
      true,
    ]);
    expect(metricsOf(ledger, 1).overCapRatio).toBe(0.5);
  });
});
