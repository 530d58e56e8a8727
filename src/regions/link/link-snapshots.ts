import type { z } from 'zod';
import { redisKeys } from '../../storage/redis/redis-keys.ts';
import { type RedisClient, RedisScript } from '../../storage/redis/redis-script.ts';
import { LINK_MESSAGE_LIMIT_BYTES } from './link-message.ts';
import type { HeardSnapshot } from './link-watch.ts';

// What is the case in a region now, such as its report: only the newest counts. It is carried with each heartbeat in place of
// what was said before, so a link that was cut has nothing to catch up with.

/** It counts this many times as long as it takes to be made anew: two may get lost. */
const LIFE_IN_INTERVALS = 3;

export interface SnapshotKind<Value> {
  readonly name: string;
  readonly value: z.ZodType<Value>;
  /** How often its region makes it anew, ms. */
  readonly everyMs: number;
}

/**
 * What is known of another region. Old news say that it cannot be reached, not that it is dead: `unreachable` has the last
 * value, and how old it is.
 */
export type RemoteSnapshot<Value> =
  | { readonly state: 'unknown' }
  | {
      readonly state: 'fresh' | 'unreachable';
      readonly value: Value;
      /** Since it arrived here, ms. */
      readonly ageMs: number;
    };

const PUBLISH = new RedisScript<string>('publish-link-snapshot');

export class LinkSnapshots {
  readonly #redis: RedisClient;
  readonly #heard: (regionId: string, name: string) => HeardSnapshot | undefined;

  constructor(deps: {
    readonly redis: RedisClient;
    readonly heard: (regionId: string, name: string) => HeardSnapshot | undefined;
  }) {
    this.#redis = deps.redis;
    this.#heard = deps.heard;
  }

  /**
   * Says to all regions what is the case here, in place of what was said before; any node may.
   *
   * @returns false when this region's Redis did not take it: the next one will do
   * @throws {RangeError} for a value larger than a message may be
   */
  async publish<Value>(kind: SnapshotKind<Value>, value: Value): Promise<boolean> {
    const json = JSON.stringify(value);
    if (Buffer.byteLength(json) > LINK_MESSAGE_LIMIT_BYTES) {
      throw new RangeError(`The snapshot ${kind.name} has ${Buffer.byteLength(json)} bytes.`);
    }
    const args = [kind.name, kind.everyMs * LIFE_IN_INTERVALS, json];
    const published = PUBLISH.run(this.#redis, [redisKeys.linkSnapshots], args);
    return await published.then(
      () => true,
      () => false,
    );
  }

  /** What another region said last; `unknown` when it said nothing, or nothing that is of the kind. */
  latest<Value>(regionId: string, kind: SnapshotKind<Value>): RemoteSnapshot<Value> {
    const heard = this.#heard(regionId, kind.name);
    const value = heard === undefined ? undefined : parse(kind, heard.json);
    if (heard === undefined || value === undefined) return { state: 'unknown' };
    const { ageMs, lifeMs } = heard;
    return { state: ageMs > lifeMs ? 'unreachable' : 'fresh', value: value.value, ageMs };
  }
}

function parse<Value>(kind: SnapshotKind<Value>, json: string): { value: Value } | undefined {
  try {
    const parsed = kind.value.safeParse(JSON.parse(json));
    return parsed.success ? { value: parsed.data } : undefined;
  } catch {
    return undefined;
  }
}
