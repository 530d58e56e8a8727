import { expect, test } from 'vitest';
import type { MatchmakingEvents } from '../../analytics/contract.ts';
import { GameError } from '../../errors/game-error.ts';
import type { PlayerOperation, PlayerProfiles } from '../../profiles/contract.ts';
import { systemClock as clock } from '../../shared/clock.ts';
import type { MatchedPlayer } from '../contract.ts';
import { MatchReports } from './match-reports.ts';

function player(playerId: string): MatchedPlayer {
  return {
    ...{ playerId, displayName: playerId, role: null, homeRegionId: 'eu' },
    rating: { mu: 1_500, sigma: 100 },
  };
}

test('[PR-67] a report that failed for one player rates the others, and him when it comes again', async () => {
  const operations: { readonly playerId: string; readonly operation: PlayerOperation }[] = [];
  let unlucky: string | null = 'a';
  const profiles = {
    read: async () => ({ statistics: {} }),
    operate: async (playerId: string, operation: PlayerOperation) => {
      if (playerId === unlucky) throw new GameError('SERVICE_UNAVAILABLE');
      operations.push({ playerId, operation });
    },
  } as unknown as PlayerProfiles;
  let told = 0;
  const events = { matchReported: () => (told += 1) } as unknown as MatchmakingEvents;
  const reported = new Set<string>();
  const isFirst = async (matchId: string) => {
    const isNew = !reported.has(matchId);
    reported.add(matchId);
    return isNew;
  };
  const deps = { regionId: 'eu', link: null, profiles, clock, events, isFirst };
  const reports = new MatchReports(deps);
  const teams = [{ players: [player('a')] }, { players: [player('b')] }];
  const match = { matchId: 'match-1', queue: 'duel', teams };

  await expect(reports.report(match, [1, 2])).rejects.toMatchObject({
    code: 'SERVICE_UNAVAILABLE',
  });
  expect(operations.map(({ playerId }) => playerId)).toEqual(['b']);
  unlucky = null;
  await reports.report(match, [1, 2]);
  // To the profiles each change has a name, by which it counts once.
  expect(operations.map(({ playerId }) => playerId)).toEqual(['b', 'a', 'b']);
  expect(new Set(operations.map(({ operation }) => operation.operationId))).toEqual(
    new Set(['rating:match-1']),
  );
  expect(told).toBe(1);
});
