import { Counter, type Registry } from 'prom-client';

/**
 * Where an answer came from: `memory` of this process, `stale` from it while looked up anew, `redis`, `waited` for another process'
 * load, `store`, or `kept` because the store did not answer.
 */
export type CacheOutcome = 'memory' | 'stale' | 'redis' | 'waited' | 'store' | 'kept';

/** What a node counts of its caches; labels are bounded (caches, outcomes). */
export class CacheMetrics {
  readonly #reads: Counter;
  readonly #news: Counter;

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
    this.#reads.inc({ cache, outcome });
  }

  news(cache: string, direction: 'sent' | 'heard', count: number): void {
    this.#news.inc({ cache, direction }, count);
  }
}
