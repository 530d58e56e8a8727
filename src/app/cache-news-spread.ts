import { MOST_NEWS, PROFILES_CHANGED } from '../profiles/link-kinds.ts';
import type { RegionLink } from '../regions/contract.ts';
import type { Clock } from '../shared/clock.ts';
import type { CacheMetrics } from '../telemetry/cache-metrics.ts';

// What caches of other regions should forget. Within the region each change is told by itself (profile-cache.ts); to the others it goes
// in batches, each key with its newest revision:
//
//   announce a 4, b 7, a 5 ── 200 ms ──▶ [a 5, b 7] ──link──▶ every node of every region: what is older is old
//
// A message that is lost costs freshness for as long as a value is fresh: a minute. So nothing is sent again.

const BATCH_MS = 200;
/** After that nobody has what it is about any more, ms. */
const NEWS_TTL_MS = 60_000;
/** Keys that wait for their batch; more are not told. */
const MOST_WAITING = 10_000;

/** A cache that forgets. */
export interface ForgetfulCache {
  /** Somebody has written that revision. */
  heard(key: string, revision: number): void;
}

/** Carries news between the profile caches of regions, once it knows both the cache and the links. */
export class CacheNewsSpread {
  readonly #metrics: CacheMetrics;
  readonly #name: string;
  #cache: ForgetfulCache | null = null;
  #link: { readonly link: RegionLink; readonly clock: Clock } | null = null;
  #changed = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #isSending = false;

  /** @param options.cache - its name, in metrics */
  constructor(deps: { readonly metrics: CacheMetrics }, { cache }: { readonly cache: string }) {
    this.#metrics = deps.metrics;
    this.#name = cache;
  }

  /** The cache of this process. Without one, nothing is told and nothing heard. */
  join(cache: ForgetfulCache): void {
    this.#cache = cache;
  }

  /**
   * Tells and hears over a link. To be called before it starts.
   *
   * @param link - null: this region is alone
   * @returns the link
   */
  over<Link extends RegionLink | null>(link: Link, clock: Clock): Link {
    const cache = this.#cache;
    if (link === null || cache === null) return link;
    this.#link = { link, clock };
    for (const peer of link.peers) {
      link.onMessage(peer, PROFILES_CHANGED, ({ body }) => {
        for (const [key, revision] of body.changed) cache.heard(key, revision);
        this.#metrics.news(this.#name, 'heard', body.changed.length);
      });
    }
    return link;
  }

  /** This process has written a revision. */
  announce(key: string, revision: number): void {
    if (this.#link === null) return;
    const known = this.#changed.get(key);
    if (known === undefined && this.#changed.size >= MOST_WAITING) return;
    this.#changed.set(key, Math.max(known ?? 0, revision));
    this.#wait();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#link = null;
  }

  #wait(): void {
    if (this.#timer !== undefined || this.#isSending) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#send();
    }, BATCH_MS).unref();
  }

  /** Never rejects: a link does not. While one batch is on its way the next grows. */
  async #send(): Promise<void> {
    const changed = [...this.#changed];
    this.#changed = new Map();
    this.#isSending = true;
    for (let from = 0; from < changed.length; from += MOST_NEWS) {
      if (this.#link === null) return;
      const { link, clock } = this.#link;
      const body = { changed: changed.slice(from, from + MOST_NEWS) };
      const expiresAtMs = clock.wallMs() + NEWS_TTL_MS;
      await link.broadcast({ kind: PROFILES_CHANGED, body, expiresAtMs });
      this.#metrics.news(this.#name, 'sent', body.changed.length);
    }
    this.#isSending = false;
    if (this.#changed.size > 0) this.#wait();
  }
}
