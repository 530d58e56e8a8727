import type { ErrorCode } from '../../errors/errors.ts';
import { GameError } from '../../errors/game-error.ts';
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

/**
 * Adds what a match has changed of a player's rating, once for each match; nothing of a player who is not known here. While the
 * store is away it waits as other additions do.
 *
 * @throws {GameError} `STORE_UNAVAILABLE`, `SERVICE_UNAVAILABLE`: it may be asked for again
 */
export async function changeRating(
  playerId: string,
  change: {
    readonly queue: string;
    readonly matchId: string;
    readonly mu: number;
    readonly sigma: number;
  },
  { profiles, nowMs }: { readonly profiles: PlayerProfiles; readonly nowMs: number },
): Promise<void> {
  const keys = ratingKeys(change.queue);
  const known = await profiles.read(playerId).catch(unlessAway);
  if (known === null) return;
  // While the store is away nobody knows when he played last: the next match says it.
  const playedAt =
    known === 'away' ? {} : { [keys.playedAtMs]: nowMs - (known.statistics[keys.playedAtMs] ?? 0) };
  const statistics = { [keys.mu]: change.mu, [keys.sigma]: change.sigma, ...playedAt };
  const operationId = `rating:${change.matchId}`;
  await profiles.operate(playerId, { operationId, reason: 'rating', statistics }).catch((error) => {
    // Unknown: he has left for ever. Another one under this id: the match counts already, and was told of at another moment.
    const isSettled = ['PROFILE_UNKNOWN', 'OPERATION_CONFLICT'].includes(codeOf(error) ?? '');
    if (!isSettled) throw error;
  });
}

function unlessAway(error: unknown): 'away' {
  // A profile service elsewhere may find its store away only after the caller has stopped waiting for it.
  const isAway = ['STORE_UNAVAILABLE', 'SERVICE_UNAVAILABLE'].includes(codeOf(error) ?? '');
  if (!isAway) throw error;
  return 'away';
}

function codeOf(error: unknown): ErrorCode | null {
  return error instanceof GameError ? error.code : null;
}

function ratingKeys(queue: string) {
  return {
    mu: `rating.${queue}.mu`,
    sigma: `rating.${queue}.sigma`,
    playedAtMs: `rating.${queue}.playedAtMs`,
  };
}
