import { directoryUnavailable } from '../cluster/directory-unavailable.ts';
import type { Clock } from '../shared/clock.ts';
import { redisKeys } from '../storage/redis/redis-keys.ts';
import { type RedisClient, RedisScript } from '../storage/redis/redis-script.ts';
import type { Appended, EventStream, StreamEntry, Taken } from './event-stream.ts';

// A stream in the region's Redis with one consumer group: every node that ships events is a consumer of it.
//
//   append ──▶ stream ──take──▶ pending for this node ──acknowledge──▶ gone
//                                  │ silent for `takeOverAfterMs`
//                                  └──take──▶ pending for another node
//
// Nothing is trimmed: a full stream refuses, and what waits on the nodes is dropped there by its class, and counted.

const GROUP = 'sinks';
/** Nodes come with new ids at each start: those that are gone for long and hold nothing are taken off the list now and then. */
const PRUNE_EVERY_MS = 60_000;
const FORGET_AFTER_MS = 3_600_000;

const scripts = {
  append: new RedisScript<readonly [isAppended: 0 | 1, backlog: number]>('append-events'),
  take: new RedisScript<readonly [redelivered: number, ...flat: string[]]>('take-events'),
  acknowledge: new RedisScript<number>('acknowledge-events'),
} as const;

/** The events of a region, in its Redis. */
export class RedisEventStream implements EventStream {
  readonly #redis: RedisClient;
  readonly #clock: Clock;
  readonly #options: RedisEventStreamOptions;
  #prunedAtMs = Number.NEGATIVE_INFINITY;

  /** @param deps.redis - stays its opener's */
  constructor(
    deps: { readonly redis: RedisClient; readonly clock: Clock },
    options: RedisEventStreamOptions,
  ) {
    this.#redis = deps.redis;
    this.#clock = deps.clock;
    this.#options = options;
  }

  async append(lines: readonly string[]): Promise<Appended> {
    const { mostEvents } = this.#options;
    const [isAppended, backlog] = await ask(() =>
      scripts.append.run(this.#redis, [redisKeys.analyticsEvents], [mostEvents, ...lines]),
    );
    return { kind: isAppended === 1 ? 'appended' : 'full', backlog };
  }

  async take(most: number): Promise<Taken> {
    const { nodeId, takeOverAfterMs } = this.#options;
    const nowMs = this.#clock.monotonicMs();
    const isToPrune = nowMs - this.#prunedAtMs >= PRUNE_EVERY_MS;
    if (isToPrune) this.#prunedAtMs = nowMs;
    const forgetAfterMs = isToPrune ? FORGET_AFTER_MS : 0;
    const [redelivered, ...flat] = await ask(() =>
      scripts.take.run(
        this.#redis,
        [redisKeys.analyticsEvents],
        [GROUP, nodeId, most, takeOverAfterMs, forgetAfterMs],
      ),
    );
    const entries: StreamEntry[] = [];
    for (let at = 0; at + 1 < flat.length; at += 2) {
      entries.push({ entryId: flat[at] as string, line: flat[at + 1] as string });
    }
    return { entries, redelivered };
  }

  async hold(entryIds: readonly string[]): Promise<void> {
    if (entryIds.length === 0) return;
    const { nodeId } = this.#options;
    await ask(() =>
      this.#redis.xclaim(redisKeys.analyticsEvents, GROUP, nodeId, 0, ...entryIds, 'JUSTID'),
    );
  }

  async acknowledge(entryIds: readonly string[]): Promise<number> {
    return await ask(() =>
      scripts.acknowledge.run(this.#redis, [redisKeys.analyticsEvents], [GROUP, ...entryIds]),
    );
  }
}

export interface RedisEventStreamOptions {
  readonly nodeId: string;
  /** Events the stream holds; more are refused. */
  readonly mostEvents: number;
  /** Silence of a taker after which his events are given to another, ms. */
  readonly takeOverAfterMs: number;
}

async function ask<T>(request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    throw directoryUnavailable(error);
  }
}
