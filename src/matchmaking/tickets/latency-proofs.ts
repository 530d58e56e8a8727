import { GameError } from '../../errors/game-error.ts';
import type { LatencyVerifier } from '../../regions/contract.ts';

/**
 * A player's round trips by region, ms, as the regions' tokens prove them.
 *
 * @throws {GameError} `LATENCY_INVALID` for a token that proves nothing of this player; `BAD_REQUEST` for two of one region
 */
export async function provenLatencies(
  tokens: readonly string[],
  playerId: string,
  verifier: LatencyVerifier,
): Promise<Readonly<Record<string, number>>> {
  const proven = await Promise.all(tokens.map((token) => verifier.verify(token, { playerId })));
  const byRegion = new Map(proven.map(({ regionId, rttMs }) => [regionId, rttMs]));
  if (byRegion.size < proven.length) {
    throw new GameError('BAD_REQUEST', {}, { message: 'Two latency tokens are of one region.' });
  }
  return Object.fromEntries(byRegion);
}

/** Of several players: the worst of each region that all have measured. */
export function worstLatencies(
  all: readonly Readonly<Record<string, number>>[],
): Readonly<Record<string, number>> {
  const [first, ...others] = all;
  const common = Object.entries(first ?? {}).filter(([regionId]) =>
    others.every((other) => other[regionId] !== undefined),
  );
  return Object.fromEntries(
    common.map(([regionId, ms]) => [
      regionId,
      Math.max(ms, ...others.map((other) => other[regionId] ?? 0)),
    ]),
  );
}
