import type { Skill } from '../pool/ticket.ts';

/** What is believed of a new player. */
export const NEW_PLAYER: Skill = { mu: 1_500, sigma: 350 };

/** Of a player who plays much. */
const SETTLED_SIGMA = 60;
/** After so long nothing is known any more. */
const FORGOTTEN_AFTER_MS = 365 * 24 * 3_600_000;

/**
 * What is still believed of a player who has not played for `idleMs`: the mean stays, doubt grows, from a settled player's to a new
 * one's within a year (as in Glicko, by the variance).
 */
export function ratingAfter({ mu, sigma }: Skill, idleMs: number): Skill {
  const share = Math.max(0, idleMs) / FORGOTTEN_AFTER_MS;
  const grown = sigma ** 2 + share * (NEW_PLAYER.sigma ** 2 - SETTLED_SIGMA ** 2);
  // One who is less known than a new player gains nothing by waiting.
  return { mu, sigma: Math.max(sigma, Math.min(NEW_PLAYER.sigma, Math.sqrt(grown))) };
}
