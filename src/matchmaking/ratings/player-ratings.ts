import type { PlayerProfiles } from '../../profiles/contract.ts';
import type { Skill } from '../pool/ticket.ts';
import { NEW_PLAYER, ratingAfter } from './rating.ts';

// A rating lives in its player's statistics as what games have added to a new player's, so that two games that end at once both count.

/** A belief is never surer than this: what the sums of several results at once could make of it. */
const SUREST_SIGMA = 25;

/** What is believed of a player in a queue; of one who is not known here, what is believed of a new one. */
export async function ratingOf(
  playerId: string,
  queue: string,
  { profiles, nowMs }: { readonly profiles: Pick<PlayerProfiles, 'read'>; readonly nowMs: number },
): Promise<Skill> {
  const statistics = (await profiles.read(playerId))?.statistics ?? {};
  const keys = ratingKeys(queue);
  const sigma = NEW_PLAYER.sigma + (statistics[keys.sigma] ?? 0);
  const rating = {
    mu: NEW_PLAYER.mu + (statistics[keys.mu] ?? 0),
    sigma: Math.max(SUREST_SIGMA, sigma),
  };
  const playedAtMs = statistics[keys.playedAtMs];
  return playedAtMs === undefined ? rating : ratingAfter(rating, nowMs - playedAtMs);
}

/** Adds what a game has changed of a player's rating; nothing of a player who is not known here. */
export async function changeRating(
  playerId: string,
  change: { readonly queue: string; readonly mu: number; readonly sigma: number },
  { profiles, nowMs }: { readonly profiles: PlayerProfiles; readonly nowMs: number },
): Promise<void> {
  const profile = await profiles.read(playerId);
  if (profile === null) return;
  const keys = ratingKeys(change.queue);
  await profiles.addStatistics(playerId, {
    [keys.mu]: change.mu,
    [keys.sigma]: change.sigma,
    [keys.playedAtMs]: nowMs - (profile.statistics[keys.playedAtMs] ?? 0),
  });
}

function ratingKeys(queue: string) {
  return {
    mu: `rating.${queue}.mu`,
    sigma: `rating.${queue}.sigma`,
    playedAtMs: `rating.${queue}.playedAtMs`,
  };
}
