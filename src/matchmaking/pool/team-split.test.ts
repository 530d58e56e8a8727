import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TeamSplitter } from './team-split.ts';

interface Party {
  readonly size: number;
  readonly skill: number;
}

/** Every assignment of parties to teams there is, tried. */
function leastGapByTrial(parties: readonly Party[], count: number, playersPerTeam: number): number {
  let least = Number.POSITIVE_INFINITY;
  const players = new Array<number>(count).fill(0);
  const sums = new Array<number>(count).fill(0);
  const place = (index: number): void => {
    const party = parties[index];
    if (party === undefined) {
      if (players.some((it) => it !== playersPerTeam)) return;
      least = Math.min(least, (Math.max(...sums) - Math.min(...sums)) / playersPerTeam);
      return;
    }
    for (let team = 0; team < count; team += 1) {
      players[team] = (players[team] ?? 0) + party.size;
      sums[team] = (sums[team] ?? 0) + party.size * party.skill;
      if ((players[team] ?? 0) <= playersPerTeam) place(index + 1);
      players[team] = (players[team] ?? 0) - party.size;
      sums[team] = (sums[team] ?? 0) - party.size * party.skill;
    }
  };
  place(0);
  return least;
}

function partiesOf(players: number): fc.Arbitrary<readonly Party[]> {
  return fc
    .array(fc.record({ size: fc.integer({ min: 1, max: 5 }), skill: fc.nat(3_000) }), {
      minLength: players,
      maxLength: players,
    })
    .map((drawn) => {
      let left = players;
      return drawn
        .map(({ size, skill }) => {
          const taken = Math.min(size, left);
          left -= taken;
          return { size: taken, skill };
        })
        .filter(({ size }) => size > 0)
        .sort((a, b) => b.size - a.size);
    });
}

function split(parties: readonly Party[], count: number, playersPerTeam: number) {
  const splitter = new TeamSplitter({ count, playersPerTeam });
  const layout = splitter.layoutOf(parties.map(({ size }) => size));
  if (layout === null) return null;
  const sums = parties.map(({ size, skill }) => size * skill);
  const teamGap = splitter.leastGap(layout, sums);
  return { teamGap, teamOf: splitter.lastTeams(layout) };
}

function gapOf(teamOf: readonly number[], parties: readonly Party[], count: number): number {
  const sums = new Array<number>(count).fill(0);
  const players = new Array<number>(count).fill(0);
  for (const [index, { size, skill }] of parties.entries()) {
    const team = teamOf[index] as number;
    sums[team] = (sums[team] ?? 0) + size * skill;
    players[team] = (players[team] ?? 0) + size;
  }
  expect(new Set(players).size).toBe(1);
  return (Math.max(...sums) - Math.min(...sums)) / (players[0] as number);
}

describe('[MM-9] teams', () => {
  test.each([
    [2, 1],
    [2, 2],
    [2, 5],
    [3, 2],
    [4, 2],
    [3, 3],
  ])('%i of %i players: the least gap there is', (count, playersPerTeam) => {
    fc.assert(
      fc.property(partiesOf(count * playersPerTeam), (parties) => {
        const least = leastGapByTrial(parties, count, playersPerTeam);
        const found = split(parties, count, playersPerTeam);
        if (found === null) {
          expect(least).toBe(Number.POSITIVE_INFINITY);
          return;
        }
        expect(found.teamGap).toBeCloseTo(least, 6);
        expect(gapOf(found.teamOf, parties, count)).toBeCloseTo(least, 6);
      }),
      { numRuns: 60 },
    );
  });

  test.each([
    [2, 12],
    [12, 2],
    [4, 6],
  ])(
    '%i of %i players, too many to try: still whole, and within reach',
    (count, playersPerTeam) => {
      const skills = fc.array(fc.nat(3_000), {
        minLength: count * playersPerTeam,
        maxLength: count * playersPerTeam,
      });
      fc.assert(
        fc.property(skills, (all) => {
          const parties = all.map((skill) => ({ size: 1, skill }));
          const found = split(parties, count, playersPerTeam);
          expect(found).not.toBeNull();
          if (found === null) return;
          expect(gapOf(found.teamOf, parties, count)).toBeCloseTo(found.teamGap, 6);
          expect(found.teamGap).toBeLessThanOrEqual(Math.max(...all) - Math.min(...all));
        }),
        { numRuns: 30 },
      );
    },
  );

  test('that may not play are passed over for the next best', () => {
    const splitter = new TeamSplitter({ count: 2, playersPerTeam: 2 });
    const layout = splitter.layoutOf([1, 1, 1, 1]);
    if (layout === null) throw new Error('four single players make two teams');
    const sums = [10, 20, 30, 40];
    // The best split, 10 + 40 against 20 + 30, is forbidden.
    const mayPlay = (mask: number) => mask !== 0b1001;
    expect(splitter.leastGap(layout, sums, { canPlay: mayPlay })).toBe(10);
    expect(splitter.leastGap(layout, sums, { canPlay: () => false })).toBe(
      Number.POSITIVE_INFINITY,
    );
  });
});
