import type { PlayerStanding } from '../auth/contract.ts';
import type { Revocation } from '../auth/revocation.ts';
import type { Eviction } from '../matchmaking/contract.ts';
import { refusalOfSeated } from './refusal-of-seated.ts';

/** Requests that were let in a moment before; and clocks of a region are not of one mind. */
const MARGIN_MS = 1_000;

/**
 * What a player loses in matchmaking by a revocation of his that came just now.
 *
 * Of a ticket nobody knows by which sign-in it was entered, as of a seat. Unlike a seat it says when: what he enters after he has signed in
 * again stays.
 *
 * @returns null: nothing
 */
export function evictionFor(revocation: Revocation, standing: PlayerStanding): Eviction | null {
  const { playerId, atMs, kind } = revocation;
  const refusal = refusalOfSeated({ playerId, displayName: '' }, revocation, standing);
  if (refusal === null) return null;
  const isBanned = refusal.code === 'PLAYER_BANNED';
  return {
    playerId,
    ticketsUntilMs: isBanned ? null : atMs + MARGIN_MS,
    leavesParty: kind === 'ban' && isBanned,
  };
}
