import { directoryUnavailable } from '../cluster/directory-unavailable.ts';
import { redisKeys } from '../storage/redis/redis-keys.ts';
import { type RedisClient, RedisScript } from '../storage/redis/redis-script.ts';
import { type AliasStore, ERASED_FOR_MS, erasedMark, newAlias } from './alias-store.ts';

/** A player who is away for longer comes back as a new one: pseudonyms of all who ever played would fill the region's Redis. */
const ALIAS_LIFE_MS = 90 * 86_400_000;

const scripts = {
  alias: new RedisScript<readonly string[]>('alias-players'),
  erase: new RedisScript<null>('erase-alias'),
} as const;

/** Pseudonyms that all nodes of a region share. */
export class RedisAliasStore implements AliasStore {
  readonly #redis: RedisClient;

  /** @param deps.redis - stays its opener's */
  constructor(deps: { readonly redis: RedisClient }) {
    this.#redis = deps.redis;
  }

  async aliasesOf(playerIds: readonly string[]): Promise<ReadonlyMap<string, string | null>> {
    if (playerIds.length === 0) return new Map();
    const keys = playerIds.flatMap(keysOf);
    const args = [ALIAS_LIFE_MS, ...playerIds.map(() => newAlias())];
    const aliases = await ask(() => scripts.alias.run(this.#redis, keys, args));
    return new Map(playerIds.map((playerId, at) => [playerId, aliases[at] || null]));
  }

  async erase(playerId: string): Promise<void> {
    await ask(() => scripts.erase.run(this.#redis, keysOf(playerId), [ERASED_FOR_MS]));
  }
}

function keysOf(playerId: string): readonly [alias: string, erased: string] {
  return [redisKeys.analyticsAlias(playerId), redisKeys.analyticsErased(erasedMark(playerId))];
}

async function ask<T>(request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    throw directoryUnavailable(error);
  }
}
