import type { Clock } from '../../shared/clock.ts';
import { redisKeys } from '../../storage/redis/redis-keys.ts';
import { type RedisClient, RedisScript } from '../../storage/redis/redis-script.ts';
import { LinkLoop } from './link-loop.ts';
import type { LinkOptions } from './link-options.ts';
import { judgeLink, type LinkStatus, UNKNOWN_LINK } from './link-status.ts';

const LOOK_MS = 250;
const READ = new RedisScript<readonly (string | number)[]>('read-link');

/** What was last said about something by another region. */
export interface HeardSnapshot {
  readonly version: string;
  /** How long it counts, ms. */
  readonly lifeMs: number;
  readonly json: string;
  /** Since it arrived, ms. */
  readonly ageMs: number;
}

interface Look {
  readonly atMs: number;
  readonly status: LinkStatus;
  readonly snapshots: ReadonlyMap<string, HeardSnapshot>;
}

/** Looks at the link to one region a few times a second; every node does, from its own region's Redis. */
export class LinkWatch {
  readonly #redis: RedisClient;
  readonly #clock: Clock;
  readonly #peerId: string;
  readonly #options: LinkOptions;
  readonly #loop: LinkLoop;
  #last: Look | null = null;

  constructor(
    deps: { readonly redis: RedisClient; readonly clock: Clock },
    peerId: string,
    options: LinkOptions,
  ) {
    this.#redis = deps.redis;
    this.#clock = deps.clock;
    this.#peerId = peerId;
    this.#options = options;
    this.#loop = new LinkLoop(
      async () => {
        await this.#look();
        await this.#loop.pause(LOOK_MS);
      },
      // What is not seen here counts as silence of the peer.
      { longestBackOffMs: LOOK_MS },
    );
  }

  start(): void {
    this.#loop.start();
  }

  async stop(): Promise<void> {
    await this.#loop.stop();
  }

  /** While this region's Redis is away, or has forgotten it, what it said last grows old. */
  get status(): LinkStatus {
    if (this.#last === null) return UNKNOWN_LINK;
    const { status, atMs } = this.#last;
    const passedMs = this.#clock.monotonicMs() - atMs;
    const view = {
      ...status,
      confirmedAgoMs: olderBy(status.confirmedAgoMs, passedMs),
      heardAgoMs: olderBy(status.heardAgoMs, passedMs),
      lagMs: status.lagEntries === 0 ? 0 : status.lagMs + passedMs,
    };
    return { ...view, state: judgeLink(view, this.#options) };
  }

  /** @returns undefined for what was never said */
  snapshot(name: string): HeardSnapshot | undefined {
    const heard = this.#last?.snapshots.get(name);
    if (heard === undefined || this.#last === null) return undefined;
    return { ...heard, ageMs: heard.ageMs + this.#clock.monotonicMs() - this.#last.atMs };
  }

  async #look(): Promise<void> {
    const atMs = this.#clock.monotonicMs();
    // A Redis that began anew knows nothing of it; that the peer heard us, and we it, is true all the same.
    const before = this.status;
    const [lagEntries, lagMs, confirmedMs, heardMs, nowMs, ...records] = await READ.run(
      this.#redis,
      [
        redisKeys.linkOut(this.#peerId),
        redisKeys.linkState(this.#peerId),
        redisKeys.linkHeard(this.#peerId),
        redisKeys.snapshotsOf(this.#peerId),
      ],
      [],
    );
    const view = {
      lagEntries: Number(lagEntries),
      lagMs: Number(lagMs),
      confirmedAgoMs: agoOf(confirmedMs) ?? before.confirmedAgoMs,
      heardAgoMs: agoOf(heardMs) ?? before.heardAgoMs,
    };
    const status = { ...view, state: judgeLink(view, this.#options) };
    this.#last = { atMs, status, snapshots: snapshotsOf(records.map(String), Number(nowMs)) };
  }
}

function agoOf(reply: string | number | undefined): number | null {
  const agoMs = Number(reply);
  return agoMs < 0 ? null : agoMs;
}

function olderBy(agoMs: number | null, passedMs: number): number | null {
  return agoMs === null ? null : agoMs + passedMs;
}

/** @param records - `[name, "<version>\n<arrived, ms>\n<life, ms>\n<JSON>"] × n`; what does not look so is skipped */
function snapshotsOf(records: readonly string[], nowMs: number): Map<string, HeardSnapshot> {
  const snapshots = new Map<string, HeardSnapshot>();
  for (let at = 0; at < records.length; at += 2) {
    const [name = '', record = ''] = records.slice(at, at + 2);
    const [, version, arrivedMs, lifeMs, json] = /^(\d+)\n(\d+)\n(\d+)\n(.+)$/.exec(record) ?? [];
    if (version === undefined || json === undefined) continue;
    const ageMs = Math.max(0, nowMs - Number(arrivedMs));
    snapshots.set(name, { version, lifeMs: Number(lifeMs), json, ageMs });
  }
  return snapshots;
}
