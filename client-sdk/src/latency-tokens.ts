import { MeridianError } from './meridian-error.ts';
import type { RegionLatency, RegionsApi } from './regions-api.ts';

/**
 * What the regions have signed for this player. Regions that gave nothing are left out; when none gave anything, they are asked
 * once more.
 *
 * @throws {MeridianError} `NETWORK` when no region could be measured, or why the list of regions cannot be had
 */
export async function latencyTokens(
  regions: Pick<RegionsApi, 'latencies' | 'probe'>,
  { isFresh = false }: { readonly isFresh?: boolean } = {},
): Promise<readonly string[]> {
  const known = isFresh ? [] : tokensOf(await regions.latencies());
  const tokens = known.length > 0 ? known : tokensOf(await regions.probe());
  if (tokens.length > 0) return tokens;
  throw new MeridianError({
    code: 'NETWORK',
    message: 'No region could be measured.',
    retryable: true,
  });
}

/**
 * Does something with the tokens at hand; with new ones when the server finds fault with these (a device that has slept, a changed key).
 *
 * @throws {MeridianError} as `latencyTokens` does, or what `send` throws
 */
export async function withLatencyTokens<Reply>(
  regions: Pick<RegionsApi, 'latencies' | 'probe'>,
  send: (tokens: readonly string[]) => Promise<Reply>,
): Promise<Reply> {
  const tokens = await latencyTokens(regions);
  try {
    return await send(tokens);
  } catch (error) {
    if (!(error instanceof MeridianError) || error.code !== 'LATENCY_INVALID') throw error;
    return await send(await latencyTokens(regions, { isFresh: true }));
  }
}

function tokensOf(latencies: readonly RegionLatency[]): readonly string[] {
  return latencies.map(({ token }) => token).filter((token) => token !== null);
}
