import { setTimeout as sleep } from 'node:timers/promises';
import { GameError } from '../errors/game-error.ts';

/** Others that may be faster, one after the other, before this one gives up. */
const MOST_TRIES = 24;
const LONGEST_PAUSE_MS = 40;

/**
 * Decides anew as long as others are faster.
 *
 * @param decide - null: somebody was
 * @throws {GameError} `STORE_UNAVAILABLE` when somebody always is
 */
export async function untilDecided<Outcome>(
  decide: () => Promise<Outcome | null>,
): Promise<Outcome> {
  for (let tries = 1; tries <= MOST_TRIES; tries += 1) {
    const outcome = await decide();
    if (outcome !== null) return outcome;
    await sleep(Math.random() * Math.min(LONGEST_PAUSE_MS, 2 ** tries));
  }
  throw new GameError('STORE_UNAVAILABLE', { reason: 'contended' });
}
