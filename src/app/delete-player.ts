import type { PlayerAccounts } from '../auth/contract.ts';
import { GameError } from '../errors/game-error.ts';
import type { Profiles } from '../profiles/contract.ts';
import type { NodeAnalytics } from './analytics.ts';

/**
 * Deletes everything that is kept of a player. What ends his sign-in comes last: should it fail before, he can ask again.
 *
 * @throws {GameError} `STORE_UNAVAILABLE`, `SERVICE_UNAVAILABLE`
 */
export async function deletePlayer(
  {
    auth,
    profiles,
    analytics,
  }: {
    readonly auth: Pick<PlayerAccounts, 'forgetPlayer'>;
    readonly profiles: Pick<Profiles, 'erasePlayer'>;
    readonly analytics: Pick<NodeAnalytics, 'erasePlayer'>;
  },
  playerId: string,
): Promise<void> {
  await profiles.erasePlayer(playerId).catch((error: unknown) => {
    // Done by a try before this one.
    if (!(error instanceof GameError) || error.code !== 'PROFILE_UNKNOWN') throw error;
  });
  await analytics.erasePlayer(playerId);
  await auth.forgetPlayer(playerId);
}
