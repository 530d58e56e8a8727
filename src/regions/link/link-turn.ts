import type { Clock } from '../../shared/clock.ts';
import { type RedisClient, RedisScript } from '../../storage/redis/redis-script.ts';
import { LinkLoop } from './link-loop.ts';

// One node of a region at a time carries a link, and one takes its work: whoever holds the turn, a key that expires.
//
//   free ──hold──▶ held ──renewed in time──▶ held        dies, hangs, is cut off ──ttl──▶ free
//
// A node lets go by its own clock before Redis gives the turn to another. Two at once would do no harm to the copy (the inbox
// refuses what it has), but work could be done twice.

const HOLD = new RedisScript<number>('hold-link-turn');
const LEAVE = new RedisScript<number>('end-turn');

export interface LinkTurnOptions {
  readonly key: string;
  readonly nodeId: string;
  readonly ttlMs: number;
  readonly renewMs: number;
}

export class LinkTurn {
  readonly #redis: RedisClient;
  readonly #clock: Clock;
  readonly #options: LinkTurnOptions;
  readonly #loop: LinkLoop;
  #heldUntilMs = Number.NEGATIVE_INFINITY;

  constructor(
    deps: { readonly redis: RedisClient; readonly clock: Clock },
    options: LinkTurnOptions,
  ) {
    this.#redis = deps.redis;
    this.#clock = deps.clock;
    this.#options = options;
    this.#loop = new LinkLoop(
      async () => {
        await this.#hold();
        await this.#loop.pause(options.renewMs);
      },
      // Whoever waited for longer would keep the link silent when Redis is back already, and its region is counted as lost for that.
      { longestBackOffMs: options.renewMs },
    );
  }

  get isHeld(): boolean {
    return this.#clock.monotonicMs() < this.#heldUntilMs;
  }

  start(): void {
    this.#loop.start();
  }

  /** Gives it back, so that nobody has to wait for its end. */
  async stop(): Promise<void> {
    await this.#loop.stop();
    if (!this.isHeld) return;
    this.#heldUntilMs = Number.NEGATIVE_INFINITY;
    // A Redis that is away forgets it by itself.
    await LEAVE.run(this.#redis, [this.#options.key], [this.#options.nodeId]).catch(() => null);
  }

  async #hold(): Promise<void> {
    const { key, nodeId, ttlMs } = this.#options;
    const askedAtMs = this.#clock.monotonicMs();
    const isOurs = (await HOLD.run(this.#redis, [key], [nodeId, ttlMs])) === 1;
    // Counted from the question: Redis counts from later.
    this.#heldUntilMs = isOurs ? askedAtMs + ttlMs : Number.NEGATIVE_INFINITY;
  }
}
