import { describe, expect, test } from 'vitest';
import type { ErrorCode } from '../../errors/errors.ts';
import { GameError } from '../../errors/game-error.ts';
import type { PlayerOperation, PlayerProfiles, Profile } from '../../profiles/contract.ts';
import { changeRating, ratingOf } from './player-ratings.ts';

const ANN = 'p_annannannannannannan';

/** One player's statistics, with operations that count once. */
class KeptStatistics implements Pick<PlayerProfiles, 'read' | 'operate'> {
  readFailure: ErrorCode | null = null;
  readonly statistics: Record<string, number> = {};
  readonly #done = new Map<string, PlayerOperation>();

  async read(): Promise<Profile> {
    if (this.readFailure !== null) throw new GameError(this.readFailure);
    return { statistics: this.statistics } as unknown as Profile;
  }

  async operate(_playerId: string, operation: PlayerOperation) {
    const done = this.#done.get(operation.operationId);
    if (done !== undefined && JSON.stringify(done) !== JSON.stringify(operation)) {
      throw new GameError('OPERATION_CONFLICT');
    }
    if (done === undefined) {
      for (const [key, value] of Object.entries(operation.statistics ?? {})) {
        this.statistics[key] = (this.statistics[key] ?? 0) + value;
      }
    }
    this.#done.set(operation.operationId, operation);
    return { kind: 'deferred' } as const;
  }
}

describe('[PR-67] a match changes a rating once', () => {
  const change = { queue: 'duel', matchId: 'match-1', mu: 25, sigma: -10 };

  test('also when the report comes again, at another time', async () => {
    const kept = new KeptStatistics();
    const profiles = kept as unknown as PlayerProfiles;
    await changeRating(ANN, change, { profiles, nowMs: 1_000 });
    await changeRating(ANN, change, { profiles, nowMs: 5_000 });
    expect(kept.statistics).toEqual({
      'rating.duel.mu': 25,
      'rating.duel.sigma': -10,
      'rating.duel.playedAtMs': 1_000,
    });
    await changeRating(ANN, { ...change, matchId: 'match-2' }, { profiles, nowMs: 9_000 });
    expect(kept.statistics).toMatchObject({
      'rating.duel.mu': 50,
      'rating.duel.playedAtMs': 9_000,
    });
  });

  test.each([
    'STORE_UNAVAILABLE',
    // What a profile service elsewhere is that waits longer for its store than its caller does for it.
    'SERVICE_UNAVAILABLE',
  ] as const)('and while the store is away (%s), as an addition that waits', async (code) => {
    const kept = new KeptStatistics();
    const profiles = kept as unknown as PlayerProfiles;
    kept.readFailure = code;
    await changeRating(ANN, change, { profiles, nowMs: 1_000 });
    kept.readFailure = null;
    await changeRating(ANN, change, { profiles, nowMs: 2_000 });
    expect(kept.statistics).toEqual({ 'rating.duel.mu': 25, 'rating.duel.sigma': -10 });
    expect((await ratingOf(ANN, 'duel', { profiles, nowMs: 3_000 })).mu).toBe(1_525);
  });
});
