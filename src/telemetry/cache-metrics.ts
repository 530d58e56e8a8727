import { Counter, type Registry } from 'prom-client';

/**
 * Where an answer came from: `memory` of this process, `stale` from it while looked up anew, `redis`, `waited` for another process'
 * load, `store`, or `kept` because the store did not answer.
 */
export const CACHE_OUTCOMES = ['memory', 'stale', 'redis', 'waited', 'store', 'kept'] as const;

export type CacheOutcome = (typeof CACHE_OUTCOMES)[number];

/** What a node counts of its caches; labels are bounded (caches, outcomes). */
export class CacheMetrics {
  readonly #reads: Counter;
  readonly #news: Counter;
  readonly #known = new Set<string>();

  constructor(registry: Registry) {
    this.#reads = new Counter({
      name: 'meridian_cache_reads_total',
      help: 'Reads by where the answer came from: memory, stale, redis, waited, store, or kept.',
      labelNames: ['cache', 'outcome'],
      registers: [registry],
    });
    this.#news = new Counter({
      name: 'meridian_cache_news_total',
      help: 'Changed values that other regions were told of (sent), and that they told (heard).',
      labelNames: ['cache', 'direction'],
      registers: [registry],
    });
  }

  read(cache: string, outcome: CacheOutcome): void {
    if (!this.#known.has(cache)) {
      this.#known.add(cache);
      // What has not happened yet is 0, not unknown.
      for (const other of CACHE_OUTCOMES) this.#reads.inc({ cache, outcome: other }, 0);
    }
    this.#reads.inc({ cache, outcome });
  }

  news(cache: string, direction: 'sent' | 'heard', count: number): void {
    this.#news.inc({ cache, direction }, count);
  }
}
