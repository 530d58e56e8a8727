import type { Revocation } from '../auth/revocation.ts';
import type { Revocations } from '../auth/revocations.ts';
import type { MatchmakingService } from '../matchmaking/service.ts';
import { evictionFor } from './eviction-for.ts';

/**
 * Ends what players have in matchmaking who are not welcome any more: of whom it is decided from now on, and of whom it was while nobody
 * was there to end it.
 *
 * @throws {Error} when Redis does not answer
 */
export async function evictRevoked({
  revocations,
  matchmaking,
}: {
  readonly revocations: Pick<Revocations, 'refusalOf' | 'onRevoked' | 'unexpired'>;
  readonly matchmaking: Pick<MatchmakingService, 'evict'>;
}): Promise<void> {
  const evict = (revocation: Revocation) => {
    const eviction = evictionFor(revocation, revocations);
    if (eviction !== null) matchmaking.evict(eviction);
  };
  revocations.onRevoked(evict);
  for (const revocation of await revocations.unexpired()) evict(revocation);
}
