import type { PlayerIdentity, PlayerStanding } from '../auth/contract.ts';
import type { Revocation } from '../auth/revocation.ts';
import { GameError } from '../errors/game-error.ts';

/**
 * Whether a player who sits in a room has to go because of a revocation of his that came just now.
 *
 * Of a seat that matchmaking took nobody knows by which sign-in its player asked for it. He sits there already, so it was before this
 * revocation; only when one of several devices signs out, it need not have been that one.
 *
 * @returns null: he may stay
 */
export function refusalOfSeated(
  player: PlayerIdentity,
  revocation: Revocation,
  standing: PlayerStanding,
): GameError | null {
  const refusal = standing.refusalOf(player);
  if (refusal !== null || player.signInId !== undefined) return refusal;
  const isAnyOfHis =
    revocation.kind === 'player' ||
    (revocation.kind === 'sign-in' && revocation.reason === 'stolen');
  return isAnyOfHis ? new GameError('TOKEN_REVOKED') : null;
}
