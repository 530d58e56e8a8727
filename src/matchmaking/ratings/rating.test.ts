import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { winProbabilities } from '../pool/win-probability.ts';
import { type GameResult, type RatedPlayer, rateGame } from './rate-game.ts';
import { NEW_PLAYER, ratingAfter } from './rating.ts';

const DAY_MS = 24 * 3_600_000;
const newcomer = (playerId: string): RatedPlayer => ({ playerId, ...NEW_PLAYER });

function rated(result: GameResult): readonly (readonly RatedPlayer[])[] {
  const game = rateGame(result);
  if (!game.ok) throw new Error(game.reason);
  return game.teams;
}

/** Evenly between 0 and 1, the same for a seed (a Lehmer generator, Park and Miller 1988). */
function uniformNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

const skills = fc.record({
  mu: fc.integer({ min: 0, max: 3_000 }),
  sigma: fc.integer({ min: 40, max: 350 }),
});
const teamsOf = (size: number) =>
  fc.array(fc.array(skills, { minLength: size, maxLength: size }), { minLength: 2, maxLength: 5 });
const games = fc
  .integer({ min: 1, max: 5 })
  .chain(teamsOf)
  .chain((teams) =>
    fc.record({
      teams: fc.constant(
        teams.map((team, t) => team.map((skill, p) => ({ playerId: `${t}.${p}`, ...skill }))),
      ),
      ranks: fc.array(fc.nat(4), { minLength: teams.length, maxLength: teams.length }),
    }),
  );

describe('[MM-20] a game', () => {
  test('lets the first rise and the last fall, and everybody keeps his place in the list', () => {
    fc.assert(
      fc.property(games, (game) => {
        const after = rated(game);
        const best = Math.min(...game.ranks);
        const worst = Math.max(...game.ranks);
        const isClear = game.ranks.filter((rank) => rank === best).length === 1 && best < worst;
        for (const [t, team] of game.teams.entries()) {
          for (const [p, before] of team.entries()) {
            const { playerId, mu, sigma } = (after[t] ?? [])[p] as RatedPlayer;
            expect(playerId).toBe(before.playerId);
            expect(sigma).toBeGreaterThan(0);
            expect(sigma).toBeLessThanOrEqual(Math.hypot(before.sigma, 3.5) + 1e-9);
            if (isClear && game.ranks[t] === best) expect(mu).toBeGreaterThan(before.mu);
          }
        }
      }),
    );
  });

  test('of two new players moves both by the same, and lowers the doubt', () => {
    const [[winner], [loser]] = rated({
      teams: [[newcomer('a')], [newcomer('b')]],
      ranks: [1, 2],
    }) as [[RatedPlayer], [RatedPlayer]];
    expect(winner.mu - 1_500).toBeGreaterThan(50);
    expect(winner.mu - 1_500).toBeCloseTo(1_500 - loser.mu, 6);
    expect(winner.sigma).toBeLessThan(350);
  });

  test('that ends in a tie of equals changes no mean', () => {
    for (const team of rated({ teams: [[newcomer('a')], [newcomer('b')]], ranks: [1, 1] })) {
      for (const { mu } of team) expect(mu).toBeCloseTo(1_500, 6);
    }
  });

  test.each([1, 3])('many of them, %i against as many, find out how good players are', (size) => {
    const draw = uniformNumbers(4);
    const truth = Array.from({ length: 24 }, (_, i) => 1_000 + (i * 1_000) / 23);
    const players = truth.map((_, i) => newcomer(`${i}`));
    for (let game = 0; game < 1_500 * size; game += 1) {
      const order = truth
        .map((_, i) => ({ i, at: draw() }))
        .sort((a, b) => a.at - b.at)
        .map(({ i }) => i);
      const sides = [order.slice(0, size), order.slice(size, 2 * size)];
      const real = sides.map((side) => side.map((i) => ({ mu: truth[i] as number, sigma: 1 })));
      const hasFirstWon = draw() < (winProbabilities(real)[0] as number);
      const teams = rated({
        teams: sides.map((side) => side.map((i) => players[i] as RatedPlayer)),
        ranks: hasFirstWon ? [1, 2] : [2, 1],
      });
      for (const player of teams.flat()) players[Number(player.playerId)] = player;
    }
    const mean = players.reduce((sum, { mu }) => sum + mu, 0) / players.length;
    const errors = players.map(({ mu }, i) => mu - mean - ((truth[i] as number) - 1_500));
    const rms = Math.sqrt(errors.reduce((sum, error) => sum + error ** 2, 0) / errors.length);
    // The players are spread over 1000 points: knowing nothing is an error of 295.
    expect(rms).toBeLessThan(110);
  });

  test.each<[string, GameResult]>([
    ['too-few-teams', { teams: [[newcomer('a')]], ranks: [1] }],
    ['empty-team', { teams: [[newcomer('a')], []], ranks: [1, 2] }],
    ['ranks-do-not-fit', { teams: [[newcomer('a')], [newcomer('b')]], ranks: [1] }],
    ['duplicate-player', { teams: [[newcomer('a')], [newcomer('a')]], ranks: [1, 2] }],
    ['not-a-number', { teams: [[newcomer('a')], [newcomer('b')]], ranks: [1, Number.NaN] }],
    [
      'not-a-number',
      { teams: [[newcomer('a')], [{ playerId: 'b', mu: Infinity, sigma: 1 }]], ranks: [1, 2] },
    ],
  ])('that cannot be is refused: %s', (reason, result) => {
    expect(rateGame(result)).toEqual({ ok: false, reason });
  });
});

describe('[MM-21] who does not play', () => {
  test('keeps his mean, and is as unknown as a new player after a year', () => {
    expect(ratingAfter({ mu: 1_800, sigma: 60 }, 0)).toEqual({ mu: 1_800, sigma: 60 });
    expect(ratingAfter({ mu: 1_800, sigma: 60 }, 365 * DAY_MS).sigma).toBeCloseTo(350, 6);
    // Half the variance.
    expect(ratingAfter({ mu: 1_800, sigma: 60 }, 182.5 * DAY_MS).sigma).toBeCloseTo(251.1, 1);
    expect(ratingAfter({ mu: 1_800, sigma: 60 }, 3_650 * DAY_MS).sigma).toBe(350);
    expect(ratingAfter({ mu: 1_800, sigma: 400 }, 30 * DAY_MS).sigma).toBe(400);
    expect(ratingAfter({ mu: 1_800, sigma: 60 }, -5)).toEqual({ mu: 1_800, sigma: 60 });
  });

  test('becomes no better known by waiting longer', () => {
    fc.assert(
      fc.property(skills, fc.nat(500), fc.nat(500), (skill, days, more) => {
        const first = ratingAfter(skill, days * DAY_MS);
        const later = ratingAfter(skill, (days + more) * DAY_MS);
        expect(later.sigma).toBeGreaterThanOrEqual(first.sigma);
        expect(later.mu).toBe(skill.mu);
      }),
    );
  });
});
