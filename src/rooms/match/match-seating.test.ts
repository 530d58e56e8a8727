import { expect, test } from 'vitest';
import type { BackfillNeed, MatchedPlayer } from '../../matchmaking/contract.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { MATCH_OPTION, type MatchOption } from './match-option.ts';
import { MatchSeating } from './match-seating.ts';

function player(playerId: string): MatchedPlayer {
  return {
    ...{ playerId, displayName: playerId, role: null, homeRegionId: 'eu' },
    rating: { mu: 1_500, sigma: 100 },
  };
}

const silent = { warn: () => {}, debug: () => {} } as unknown as Logger;

const DUEL: MatchOption = {
  ...{ matchId: 'm', queue: 'duel' },
  teams: [{ players: [player('a')] }, { players: [player('b')] }],
};
const X_FOR_B = {
  [MATCH_OPTION]: { ...DUEL, teams: [{ players: [] }, { players: [player('x')] }] },
};

/** A duel whose players sit, unless it comes back. */
function setUp(option = DUEL, isComingBack = false) {
  const asked: BackfillNeed[] = [];
  const host = {
    ...{ isFull: false, isLockedByGame: false, isComingBack, withdrawn: 0 },
    remembered: null as MatchOption | null,
  };
  const seating = new MatchSeating(option, isComingBack, {
    roomId: () => 'r',
    log: () => silent,
    results: { report: async () => {} },
    backfills: {
      ask: async (need) => {
        asked.push(need);
        return { kind: 'searching' };
      },
      withdraw: async () => {
        host.withdrawn += 1;
      },
    },
    isLocked: () => host.isFull || host.isLockedByGame,
    isLockedByGame: () => host.isLockedByGame,
    isReserved: () => true,
    isComingBack: () => host.isComingBack,
    remember: (match) => {
      host.remembered = match;
    },
  });
  if (!isComingBack) {
    for (const id of ['a', 'b']) {
      seating.admit(`s-${id}`, {}, { playerId: id });
      seating.joined(`s-${id}`);
    }
  }
  return { seating, asked, host };
}

test('[TK-50] a room asks when somebody has left, and again every two seconds, with the age of its want', () => {
  const { seating, asked, host } = setUp();
  seating.match.backfill();
  seating.tick(0);
  expect(asked, 'it is full').toEqual([]);
  seating.left('s-b');
  for (const nowMs of [100, 200, 2_099, 2_100]) seating.tick(nowMs);
  expect(asked.map(({ waitedMs }) => waitedMs)).toEqual([0, 2_000]);
  expect(asked[0]).toMatchObject({ roomId: 'r', queue: 'duel', left: ['b'] });
  expect(seating.admit('s-x', X_FOR_B, { playerId: 'x' })).toBe(true);
  seating.joined('s-x');
  expect(host.remembered).toMatchObject({ isBackfilling: true, replaced: [{ team: 1 }] });
  seating.tick(4_200);
  expect(host.withdrawn).toBe(1);
  expect(asked.length).toBe(2);
});

test('[TK-52] without being told so, locked or stopped, it asks nobody and takes nobody, whoever sends him', () => {
  const { seating, asked, host } = setUp();
  seating.left('s-b');
  seating.tick(0);
  expect(asked).toEqual([]);
  expect(seating.admit('s-x', X_FOR_B, { playerId: 'x' })).toBe(false);
  seating.match.backfill();
  host.isLockedByGame = true;
  seating.tick(3_000);
  expect(asked).toEqual([]);
  expect(seating.admit('s-x', X_FOR_B, { playerId: 'x' })).toBe(false);
  host.isLockedByGame = false;
  seating.tick(6_000);
  expect(asked.length).toBe(1);
  seating.match.stopBackfill();
  expect(host.withdrawn).toBe(1);
  expect(seating.admit('s-x', X_FOR_B, { playerId: 'x' })).toBe(false);
  seating.match.backfill();
  seating.ended();
  seating.match.backfill();
  expect(seating.match.isBackfilling, 'it is over').toBe(false);
});

test('[TK-55] a room that comes back gives the seats it has promised, and is told what it was told last', () => {
  const { seating, host } = setUp({ ...DUEL, isBackfilling: false }, true);
  // What onCreate says.
  seating.match.backfill();
  expect(seating.match.isBackfilling).toBe(false);
  seating.held('s-a', { playerId: 'a' });
  expect(seating.admit('s-x', X_FOR_B, { playerId: 'x' })).toBe(true);
  host.isComingBack = false;
  seating.joined('s-x');
  expect(seating.match.placeOf('x')).toEqual({ team: 1, role: null });
  seating.match.backfill();
  expect(seating.match.isBackfilling).toBe(true);
});

test('who is not of the match gets a seat and no place', () => {
  const { seating } = setUp();
  expect(seating.admit('s-y', {}, { playerId: 'y' })).toBe(true);
  expect(seating.admit('s-z', {}, undefined)).toBe(true);
  seating.joined('s-y');
  seating.left('s-y');
  expect(seating.match.placeOf('y')).toBeUndefined();
});
