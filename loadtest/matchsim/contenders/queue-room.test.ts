import { describe, expect, test } from 'vitest';
import { alone, handMade, idsOf } from '../model/hand-made.ts';
import { RandomSource } from '../model/random-source.ts';
import { QueueRoomContender } from './queue-room.ts';

function queueRoom(scope: 'global' | 'region', teamSize: number, regions = ['here']) {
  const contender = new QueueRoomContender(
    { regions, teamSize, random: new RandomSource(1) },
    scope,
  );
  contender.setOpenRegions(regions.map(() => true));
  return contender;
}

describe("QueueRoom's rule", () => {
  test('neighbours by rank, from the weakest on: not who is nearest', () => {
    const contender = queueRoom('global', 1);
    for (const ticket of alone(2_000, 1_410, 1_000, 1_400)) contender.add(ticket);
    const { matches } = contender.pass();
    expect(matches.map(({ tickets }) => idsOf(tickets))).toEqual([
      ['r1000', 'r1400'],
      ['r1410', 'r2000'],
    ]);
  });

  test('who is left over waits for the next cycle', () => {
    const contender = queueRoom('global', 1);
    for (const ticket of alone(1_000, 1_100, 1_200)) contender.add(ticket);
    expect(contender.pass().matches).toHaveLength(1);
    expect(contender.pass().matches).toHaveLength(0);
    contender.add(handMade('late', [900]));
    expect(contender.pass().matches.map(({ tickets }) => idsOf(tickets))).toEqual([
      ['late', 'r1200'],
    ]);
  });

  test('a party that does not fit is passed over, and none is torn', () => {
    const contender = queueRoom('global', 2);
    for (const ticket of alone(1_000, 1_010, 1_020)) contender.add(ticket);
    contender.add(handMade('duo', [1_030, 1_030]));
    contender.add(handMade('last', [1_040]));
    expect(contender.pass().matches.map(({ tickets }) => idsOf(tickets))).toEqual([
      ['r1000', 'r1010', 'r1020', 'last'],
    ]);
  });

  test('a rank more than twice the mean away is refused, until it has waited ten cycles', () => {
    const contender = queueRoom('global', 1);
    for (const ticket of alone(100, 400)) contender.add(ticket);
    for (let cycle = 1; cycle <= 10; cycle++) expect(contender.pass().matches).toEqual([]);
    expect(contender.pass().matches).toHaveLength(1);
  });

  test('one in every region: who waits in a region that is lost asks in the next', () => {
    const contender = queueRoom('region', 1, ['east', 'west']);
    contender.add(handMade('e', [1_000], { latencyMs: [20, 90] }));
    contender.add(handMade('w', [1_000], { latencyMs: [90, 20] }));
    expect(contender.pass().matches).toEqual([]);
    contender.setOpenRegions([false, true]);
    expect(contender.pass().matches).toMatchObject([{ region: 1, tickets: { length: 2 } }]);
  });
});
