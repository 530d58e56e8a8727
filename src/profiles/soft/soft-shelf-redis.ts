import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { GameError } from '../../errors/game-error.ts';
import { parseJson } from '../../shared/parse-json.ts';
import { redisKeys } from '../../storage/redis/redis-keys.ts';
import { type RedisClient, RedisScript } from '../../storage/redis/redis-script.ts';
import {
  CLAIM_MS,
  SOFT_DELAY_MS,
  type SoftClaim,
  type SoftData,
  type SoftShelf,
  type SoftValue,
} from './soft-shelf.ts';

const scripts = {
  put: new RedisScript<number[]>('put-soft'),
  claim: new RedisScript<'empty' | 'claimed' | string[]>('claim-soft'),
  end: new RedisScript<0 | 1>('end-soft-claim'),
} as const;

const StoredData = z.record(z.string(), z.json());

/**
 * In the region's Redis: it outlives the process that put it there, and any process may write it to the store. Everything rejects with
 * {GameError} `STORE_UNAVAILABLE` when Redis does not answer in its connection's time; it may be done all the same.
 */
export class RedisSoftShelf implements SoftShelf {
  readonly #redis: RedisClient;
  readonly #mostPlayers: number;

  /** @param deps.redis - stays its opener's */
  constructor(deps: { readonly redis: RedisClient }, options: { readonly mostPlayers: number }) {
    this.#redis = deps.redis;
    this.#mostPlayers = options.mostPlayers;
  }

  async put(values: readonly SoftValue[]): Promise<readonly SoftValue[]> {
    const keys = values.map(({ playerId }) => redisKeys.softShelf(playerId));
    const args = values.flatMap(({ playerId, section, value }) => [
      playerId,
      section,
      JSON.stringify(value),
    ]);
    const refused = await ask(
      scripts.put.run(
        this.#redis,
        [redisKeys.softDue, ...keys],
        [SOFT_DELAY_MS, this.#mostPlayers, ...args],
      ),
    );
    const places = new Set(refused);
    return values.filter((_, index) => places.has(index + 1));
  }

  async due(most: number): Promise<readonly string[]> {
    const [seconds = 0, micros = 0] = await ask(this.#redis.time());
    const nowMs = Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000);
    return await ask(this.#redis.zrangebyscore(redisKeys.softDue, '-inf', nowMs, 'LIMIT', 0, most));
  }

  async claim(playerId: string, isDue: boolean): Promise<SoftClaim | 'empty' | 'claimed'> {
    const token = randomUUID();
    const reply = await ask(
      scripts.claim.run(this.#redis, keysOf(playerId), [
        ...[playerId, token, CLAIM_MS],
        isDue ? '0' : '1',
      ]),
    );
    if (reply === 'empty' || reply === 'claimed') return reply;
    const values: SoftClaim['values'][number][] = [];
    for (let at = 0; at < reply.length; at += 2) {
      const [section = '', text = ''] = reply.slice(at, at + 2);
      const version = Number.parseInt(text, 10);
      values.push({ section, version, value: dataOf(text) });
    }
    return { playerId, token, values };
  }

  async settle(claim: SoftClaim): Promise<void> {
    await this.#end(claim, claim.values, SOFT_DELAY_MS);
  }

  async release(claim: SoftClaim, afterMs: number): Promise<void> {
    await this.#end(claim, [], afterMs);
  }

  async read(playerId: string, section: string): Promise<SoftData | null> {
    const text = await ask(this.#redis.hget(redisKeys.softShelf(playerId), `s:${section}`));
    return text === null ? null : dataOf(text);
  }

  async #end(
    { playerId, token }: SoftClaim,
    written: SoftClaim['values'],
    afterMs: number,
  ): Promise<void> {
    const done = written.flatMap(({ section, version }) => [section, version]);
    await ask(scripts.end.run(this.#redis, keysOf(playerId), [playerId, token, afterMs, ...done]));
  }
}

function ask<Answer>(asked: Promise<Answer>): Promise<Answer> {
  return asked.catch((cause: unknown) => {
    throw new GameError('STORE_UNAVAILABLE', {}, { cause });
  });
}

function keysOf(playerId: string): readonly string[] {
  return [redisKeys.softDue, redisKeys.softShelf(playerId)];
}

/** @param text - `<version> <JSON>` @returns null for what is none */
function dataOf(text: string): SoftData | null {
  return parseJson(StoredData, text.slice(text.indexOf(' ') + 1)) as SoftData | null;
}
