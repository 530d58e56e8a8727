import { setTimeout as sleep } from 'node:timers/promises';
import { redisKeys } from '../storage/redis/redis-keys.ts';
import type { RedisClient } from '../storage/redis/redis-script.ts';
import type { Logger } from '../telemetry/logger.ts';

// What holds for a whole region until it is taken back: a set in its Redis that every process reads twice a second. A command to
// each node would be unknown to those that start later.
//
//   operator, incident bot ── give('close') ──▶ {meridian}:orders ──▶ every process: holds('close')

/**
 * `close`: no new rooms. `shed-tickets`: no new tickets. `evacuate`: the region cuts itself off from the others, so that its rooms go
 * on in the nearest one; it is closed as well.
 */
export const REGION_ORDERS = ['close', 'shed-tickets', 'evacuate'] as const;

export type RegionOrder = (typeof REGION_ORDERS)[number];

export interface RegionOrders {
  /** Whether it holds, as far as this process has heard; what was heard last holds while Redis is away. */
  holds(order: RegionOrder): boolean;
  /** @throws when Redis does not answer */
  give(order: RegionOrder): Promise<void>;
  /** @throws when Redis does not answer */
  takeBack(order: RegionOrder): Promise<void>;
}

/** Whether new rooms may be made in the region. */
export function isClosed(orders: Pick<RegionOrders, 'holds'>): boolean {
  return orders.holds('close') || orders.holds('evacuate');
}

/** The orders of a node that is alone: they end with it. */
export class LocalRegionOrders implements RegionOrders {
  readonly #orders = new Set<RegionOrder>();

  holds(order: RegionOrder): boolean {
    return this.#orders.has(order);
  }

  async give(order: RegionOrder): Promise<void> {
    this.#orders.add(order);
  }

  async takeBack(order: RegionOrder): Promise<void> {
    this.#orders.delete(order);
  }
}

const LOOK_EVERY_MS = 500;

export class RedisRegionOrders implements RegionOrders {
  readonly #redis: RedisClient;
  readonly #log: Logger;
  readonly #stopping = new AbortController();
  #orders: ReadonlySet<string> = new Set();
  #loop: Promise<void> | undefined;

  constructor(deps: { readonly redis: RedisClient; readonly log: Logger }) {
    this.#redis = deps.redis;
    this.#log = deps.log;
  }

  /** Has looked once when it resolves, or found that Redis does not answer; then looks until `stop()`. */
  async start(): Promise<void> {
    await this.#look();
    this.#loop ??= this.#lookOn();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
  }

  holds(order: RegionOrder): boolean {
    return this.#orders.has(order);
  }

  async give(order: RegionOrder): Promise<void> {
    await this.#redis.sadd(redisKeys.orders, order);
    await this.#look();
  }

  async takeBack(order: RegionOrder): Promise<void> {
    await this.#redis.srem(redisKeys.orders, order);
    await this.#look();
  }

  async #lookOn(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await sleep(LOOK_EVERY_MS, null, { signal, ref: false }).catch(() => null);
      if (!signal.aborted) await this.#look();
    }
  }

  async #look(): Promise<void> {
    try {
      const orders = new Set(await this.#redis.smembers(redisKeys.orders));
      if (String([...orders].sort()) !== String([...this.#orders].sort())) {
        this.#log.warn({ event: 'region-orders', orders: [...orders] }, 'orders of the region');
      }
      this.#orders = orders;
    } catch (error) {
      // An outage has its line in the log of the connection.
      this.#log.debug({ err: error }, 'a look at the orders of the region failed');
    }
  }
}
