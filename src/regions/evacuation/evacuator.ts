import { redisKeys } from '../../storage/redis/redis-keys.ts';
import { type RedisClient, RedisScript } from '../../storage/redis/redis-script.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { LinkLoop } from '../link/link-loop.ts';
import { silentForDown } from './majority.ts';

// Watches one region whose rooms this one takes. Every node does, and none has to be told by another:
//
//   heard ──we have not heard it──▶ ask all others ──most have not heard it for `claimAfterMs`──▶ its rooms become orphans here
//                                        ▲  every 250 ms  │
//                                        └────────────────┘
//
// What the others say is good for a second, and their silence counts longer than that region needs to notice it itself
// (docs/adr/0009-evacuation.md has the arithmetic).

const EVERY_MS = 250;
/** How long an answer counts, ms, by this region's Redis: a command may get there late. With the longest call (0.8 s) below `CLAIM_MARGIN_MS`. */
const ANSWER_GOOD_MS = 1_000;
/** Between the moment at which a region has frozen its rooms and the one from which they may be claimed, ms. */
export const CLAIM_MARGIN_MS = 2_000;
const ROOMS_AT_A_TIME = 50;

const SILENCE = new RedisScript<readonly [silentMs: number, nowMs: string]>('link-silence');
const EVACUATE = new RedisScript<readonly [left: number, orphaned: number]>('evacuate-rooms');

export interface EvacuatorDeps {
  /** This region's Redis. */
  readonly redis: RedisClient;
  /** Redis of every other region but the watched one. */
  readonly others: readonly RedisClient[];
  /** Since this region last heard of it, ms; null: never. */
  readonly heardAgoMs: () => number | null;
  readonly log: Logger;
  readonly onEvacuated: (regionId: string, rooms: number) => void;
}

export interface EvacuatorOptions {
  /** The region that is watched. */
  readonly regionId: string;
  /** How many regions there are. */
  readonly regions: number;
  /** Silence after which that region has frozen its rooms, ms. */
  readonly isolationFenceMs: number;
}

export class Evacuator {
  readonly #deps: EvacuatorDeps;
  readonly #options: EvacuatorOptions;
  readonly #loop: LinkLoop;
  #isDown = false;

  constructor(deps: EvacuatorDeps, options: EvacuatorOptions) {
    this.#deps = deps;
    this.#options = options;
    this.#loop = new LinkLoop(
      async () => {
        await this.#round();
        await this.#loop.pause(EVERY_MS);
      },
      { longestBackOffMs: 1_000 },
    );
  }

  start(): void {
    this.#loop.start();
  }

  async stop(): Promise<void> {
    await this.#loop.stop();
  }

  async #round(): Promise<void> {
    const { redis, heardAgoMs, log } = this.#deps;
    const { regionId, isolationFenceMs } = this.#options;
    if ((heardAgoMs() ?? Number.POSITIVE_INFINITY) < isolationFenceMs) {
      this.#isDown = false;
      return;
    }
    if ((await redis.hlen(redisKeys.copiesOf(regionId))) === 0) return;
    const downAtMs = await this.#downAtMs();
    if (downAtMs === null) return;
    if (!this.#isDown) {
      log.warn({ event: 'region-down', region: regionId }, 'a region is down; its rooms come here');
    }
    this.#isDown = true;
    await this.#evacuate(downAtMs + ANSWER_GOOD_MS);
  }

  /** @returns when that was, by the clock of this region's Redis; null when the region is not down */
  async #downAtMs(): Promise<number | null> {
    const { redis, others } = this.#deps;
    const { regionId, regions, isolationFenceMs } = this.#options;
    const ask = async (witness: RedisClient) =>
      await SILENCE.run(witness, [redisKeys.linkHeard(regionId)], []);
    // One that does not answer says nothing.
    const asking = others.map((other) => ask(other).catch(() => [0] as const));
    const [[silentMs, nowMs], ...answers] = await Promise.all([ask(redis), ...asking]);
    const claimAfterMs = isolationFenceMs + CLAIM_MARGIN_MS;
    const silences = [silentMs, ...answers.map(([ms]) => ms)];
    const silent = silences.filter((ms) => ms >= claimAfterMs).length;
    return silent >= silentForDown(regions) ? Number(nowMs) : null;
  }

  async #evacuate(untilMs: number): Promise<void> {
    const { redis, log, onEvacuated } = this.#deps;
    const { regionId, isolationFenceMs } = this.#options;
    const args = [regionId, ROOMS_AT_A_TIME, isolationFenceMs + CLAIM_MARGIN_MS, untilMs];
    while (!this.#loop.isStopping) {
      const [left, orphaned] = await EVACUATE.run(redis, [redisKeys.owners], args);
      if (orphaned > 0) {
        onEvacuated(regionId, orphaned);
        log.warn(
          { event: 'rooms-evacuated', region: regionId, rooms: orphaned },
          'rooms evacuated',
        );
      }
      if (left <= 0) return;
    }
  }
}
