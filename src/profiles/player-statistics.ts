import { GameError } from '../errors/game-error.ts';

/** Statistics of one profile, as UTF-8 JSON: bounds what rooms can pile up over a player's life. */
export const STATISTICS_BYTES = 64 * 1024;

type Numbers = Readonly<Record<string, number>>;

/**
 * The sum of both, key by key, each within ±`Number.MAX_SAFE_INTEGER`, where numbers are still exact.
 *
 * @throws {GameError} `BAD_REQUEST` when the profile would hold too many
 */
export function addedStatistics(statistics: Numbers, additions: Numbers): Numbers {
  if (Object.keys(additions).length === 0) return statistics;
  const sums = new Map(Object.entries(statistics));
  for (const [key, addition] of Object.entries(additions)) {
    const sum = (sums.get(key) ?? 0) + addition;
    sums.set(key, Math.max(-Number.MAX_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, sum)));
  }
  const added = Object.fromEntries(sums);
  if (Buffer.byteLength(JSON.stringify(added)) > STATISTICS_BYTES) {
    throw new GameError('BAD_REQUEST', {}, { message: 'This profile holds too many statistics.' });
  }
  return added;
}
