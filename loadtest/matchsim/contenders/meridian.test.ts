import { describe, expect, test } from 'vitest';
import { judgeMatch } from '../judge/match-judge.ts';
import { alone, handMade, idsOf } from '../model/hand-made.ts';
import { RandomSource } from '../model/random-source.ts';
import { MeridianContender, poolTicket } from './meridian.ts';

const random = new RandomSource(1);

function meridian(teamSize: number, regions = ['here']) {
  const contender = new MeridianContender({ regions, teamSize, random });
  contender.setOpenRegions(regions.map(() => true));
  return contender;
}

describe('the production pool as a contender', () => {
  test('matches in its own teams, and costs what the judge says', () => {
    const contender = meridian(2);
    for (const ticket of alone(1_000, 1_010, 1_030, 1_080)) contender.add(ticket);
    const [match] = contender.pass(1_000).matches;
    expect(match?.teams?.map((team) => idsOf(team).sort()).sort()).toEqual([
      ['r1000', 'r1080'],
      ['r1010', 'r1030'],
    ]);
    expect(match?.winProbability).toBeCloseTo(0.5, 1);
    // The judge has the rules' weights written down by itself.
    expect(match && judgeMatch(match, 2, random).cost).toBeCloseTo(2.5 * 20 + 0.5 * 80, 6);
  });

  test('lets a ticket go after 120 s, once', () => {
    const contender = meridian(1);
    contender.add(handMade('lonely', [1_000]));
    expect(contender.pass(119_000).expired).toEqual([]);
    expect(idsOf(contender.pass(120_000).expired)).toEqual(['lonely']);
    expect(contender.pass(121_000)).toEqual({ matches: [], expired: [] });
  });

  test('goes on without a region that is lost, with the age of its tickets kept', () => {
    const contender = meridian(1, ['east', 'west']);
    contender.add(handMade('a', [1_000], { latencyMs: [20, 60] }));
    contender.add(handMade('b', [1_000], { latencyMs: [20, 60] }));
    contender.setOpenRegions([false, true]);
    expect(contender.pass(1_000).matches).toMatchObject([{ region: 1, tickets: { length: 2 } }]);
  });

  test('keeps a player who is far from every region until he gives up', () => {
    const contender = meridian(1);
    contender.add(handMade('far', [1_000], { latencyMs: [900] }));
    contender.add(handMade('near', [1_000]));
    expect(contender.pass(60_000).matches).toEqual([]);
    expect(idsOf(contender.pass(120_000).expired)).toEqual(['far', 'near']);
  });
});

test('a ticket names latencies to open regions only', () => {
  const ticket = handMade('duo', [1_000, 1_200], { latencyMs: [20, 60], arrivedAtMs: 12.7 });
  expect(poolTicket(ticket, ['east', 'west'], [true, false])).toMatchObject({
    ticketId: 'duo',
    players: [{ rating: { mu: 1_000 } }, { rating: { mu: 1_200 } }],
    latencyMsByRegion: { east: 20 },
    createdAtMs: 12,
  });
});
