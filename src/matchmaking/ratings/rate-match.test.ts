import { expect, test } from 'vitest';
import type { MatchedPlayer } from '../contract.ts';
import { rateMatch } from './rate-match.ts';

function player(playerId: string, mu = 1_500): MatchedPlayer {
  return {
    ...{ playerId, displayName: playerId, role: null, homeRegionId: 'eu' },
    rating: { mu, sigma: 100 },
  };
}

function gainsOf(rated: ReturnType<typeof rateMatch>): Record<string, number> {
  if (!rated.ok) throw new Error(rated.reason);
  return Object.fromEntries(
    rated.players.map(({ player: { playerId, rating }, after }) => [
      playerId,
      after.mu - rating.mu,
    ]),
  );
}

const LOST = [2, 1];
const others = { players: [player('c'), player('d')] };

test('[TK-54] who left and who came for him lose what a player at that place loses', () => {
  const whole = gainsOf(
    rateMatch({ teams: [{ players: [player('a'), player('b')] }, others] }, LOST),
  );
  const changed = gainsOf(
    rateMatch(
      {
        teams: [{ players: [player('a'), player('x')] }, others],
        replaced: [
          { player: player('b'), team: 0, place: 1 },
          { player: player('w'), team: 0, place: 1 },
        ],
      },
      LOST,
    ),
  );
  expect(Object.keys(changed).toSorted()).toEqual(['a', 'b', 'c', 'd', 'w', 'x']);
  for (const id of ['a', 'b', 'x', 'w']) expect(changed[id]).toBeCloseTo(whole['b'] ?? 0, 9);
  for (const id of ['c', 'd']) expect(changed[id]).toBeCloseTo(whole[id] ?? 0, 9);
});

test('[TK-54] each is rated with his own strength at that place', () => {
  const teams = [{ players: [player('a'), player('strong', 1_900)] }, others];
  const replaced = [{ player: player('weak', 1_100), team: 0, place: 1 }];
  const gains = gainsOf(rateMatch({ teams, replaced }, LOST));
  // A defeat says more of a strong team than of a weak one.
  expect(gains['strong']).toBeLessThan(gains['weak'] ?? 0);
  expect(gains['weak']).toBeLessThan(0);
});

test('a result that cannot be is refused', () => {
  expect(rateMatch({ teams: [others] }, [1])).toEqual({ ok: false, reason: 'too-few-teams' });
});

test('[SE-9] nobody had a place that no team has', () => {
  const teams = [{ players: [player('a')] }, { players: [player('b')] }];
  for (const at of [
    { team: 0, place: 1 },
    { team: 2, place: 0 },
  ]) {
    const replaced = [{ player: player('x'), ...at }];
    expect(rateMatch({ teams, replaced }, LOST)).toEqual({ ok: false, reason: 'no-such-place' });
  }
});
