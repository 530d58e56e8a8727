import type { MeridianClient } from '@meridian/client';
import { ratingOf } from '../../shared/rating.ts';

const ASK_EVERY_MS = 400;
/** A result of another region comes over the link between the two. */
const PATIENCE_MS = 10_000;

/**
 * The own rating once a game's result has come to it. A profile tells nobody when it changes, so it is asked.
 *
 * @param before - rating in the game, points
 * @returns null when it has not changed in ten seconds
 */
export async function newRating(
  client: Pick<MeridianClient, 'profile'>,
  before: number,
): Promise<number | null> {
  for (let waitedMs = 0; waitedMs < PATIENCE_MS; waitedMs += ASK_EVERY_MS) {
    try {
      const rating = ratingOf((await client.profile.get()).statistics);
      if (rating !== before) return rating;
    } catch {
      // Out of reach for a moment, or asked too often: the next one tells.
    }
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
  }
  return null;
}
