import { describe, expect, test } from 'vitest';
import { handMade, idsOf } from '../model/hand-made.ts';
import { RandomSource } from '../model/random-source.ts';
import { NakamaContender } from './nakama.ts';

function nakama(teamSize: number, regions = ['here']) {
  const contender = new NakamaContender({ regions, teamSize, random: new RandomSource(1) }, 1_000);
  contender.setOpenRegions(regions.map(() => true));
  return contender;
}

describe("Nakama's rule", () => {
  test('takes the oldest that the query finds, not the nearest', () => {
    const contender = nakama(1);
    contender.add(handMade('a', [1_000]));
    contender.add(handMade('b', [1_200]));
    expect(contender.pass().matches).toEqual([]);
    contender.add(handMade('c', [1_110]));
    expect(contender.pass().matches.map(({ tickets }) => idsOf(tickets))).toEqual([['c', 'a']]);
  });

  test('a ticket asks once: two that could meet later do not, unless a third asks', () => {
    const contender = nakama(2);
    for (const id of ['a', 'b', 'c']) contender.add(handMade(id, [1_000]));
    expect(contender.pass().matches).toEqual([]);
    contender.add(handMade('far', [1_500]));
    expect(contender.pass().matches).toEqual([]);
    contender.add(handMade('d', [1_000]));
    const [match] = contender.pass().matches;
    expect(idsOf(match?.tickets ?? [])).toEqual(['d', 'a', 'b', 'c']);
  });

  test('what does not fit into one combination begins another, and the first that is full is taken', () => {
    const contender = nakama(3);
    // One after the other, too far apart to meet: all have asked before the last one comes.
    for (const [id, ratings] of [
      ['duo-1', [900, 900]],
      ['duo-2', [1_060, 1_060]],
      ['trio', [900, 900, 900]],
      ['duo-3', [1_060, 1_060]],
    ] as const) {
      contender.add(handMade(id, ratings));
      expect(contender.pass().matches).toEqual([]);
    }
    contender.add(handMade('solo', [1_000]));
    const [match] = contender.pass().matches;
    // With both first duos there is room for one player, and nobody comes alone.
    expect(idsOf(match?.tickets ?? [])).toEqual(['solo', 'trio', 'duo-3']);
  });

  test('never crosses regions, whatever the wait', () => {
    const contender = nakama(1, ['east', 'west']);
    contender.add(handMade('e', [1_000], { latencyMs: [20, 21] }));
    contender.add(handMade('w', [1_000], { latencyMs: [21, 20] }));
    for (let pass = 0; pass < 100; pass++) expect(contender.pass().matches).toEqual([]);
  });

  test('players of a lost region ask again, where it is next nearest', () => {
    const contender = nakama(1, ['east', 'west']);
    contender.add(handMade('w', [1_000], { latencyMs: [90, 20] }));
    contender.add(handMade('e', [1_000], { latencyMs: [20, 90] }));
    contender.pass();
    contender.setOpenRegions([false, true]);
    expect(contender.pass().matches).toMatchObject([{ region: 1, tickets: { length: 2 } }]);
  });
});
