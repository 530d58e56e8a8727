import type { Clock } from '../../shared/clock.ts';
import { redisKeys } from '../../storage/redis/redis-keys.ts';
import type { RedisClient } from '../../storage/redis/redis-script.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { INBOX_GROUP, mendInbox, readEpochs, readInboxEntry, trimInbox } from './inbox-streams.ts';
import type { LinkHandlers } from './link-handlers.ts';
import { LinkLoop } from './link-loop.ts';
import type { LinkMetrics } from './link-metrics.ts';
import type { LinkEnds, LinkOptions } from './link-options.ts';
import { readStreams, type StreamEntry, toEntry } from './link-streams.ts';
import { RecentIds } from './recent-ids.ts';

// Takes the work that comes from a region, in order: one node at a time, as a consumer of the group `region`.
//
//   turn gained ──▶ claim what others were given and did not finish ──▶ read on ──▶ handle ──▶ XACK ──▶ …
//
// A node that dies between handle and XACK leaves that one message to be handled again: such a one says mayBeRepeated.

const BATCH_ENTRIES = 100;
/** Without a word from the tail, ms. */
const LOOK_MS = 500;
const TRIM_EVERY_MS = 1_000;
/** Messages this node remembers to have handled, per region. */
const REMEMBERED_IDS = 10_000;

type ClaimReply = readonly [next: string, entries: [string, string[] | null][]];

export interface InboxWorkerDeps {
  readonly redis: RedisClient;
  readonly turn: { readonly isHeld: boolean };
  readonly handlers: LinkHandlers;
  readonly log: Logger;
  readonly metrics: LinkMetrics;
  readonly clock: Clock;
}

export class InboxWorker {
  readonly #deps: InboxWorkerDeps;
  readonly #ends: LinkEnds;
  readonly #options: LinkOptions;
  readonly #loop: LinkLoop;
  readonly #handled = new RecentIds(REMEMBERED_IDS);
  /** Since the turn was gained, and the last failure. */
  #hasClaimed = false;
  #trimDueMs = Number.NEGATIVE_INFINITY;

  constructor(deps: InboxWorkerDeps, ends: LinkEnds, options: LinkOptions) {
    this.#deps = deps;
    this.#ends = ends;
    this.#options = options;
    this.#loop = new LinkLoop(() => this.#round(), {
      // An answer that was lost may have given us entries.
      onFailure: () => {
        this.#hasClaimed = false;
      },
    });
  }

  start(): void {
    this.#loop.start();
  }

  /** There may be something to do. */
  wake(): void {
    this.#loop.wake();
  }

  /** Resolves when the message that is being handled is done. */
  async stop(): Promise<void> {
    await this.#loop.stop();
  }

  async #round(): Promise<void> {
    if (!this.#deps.turn.isHeld) this.#hasClaimed = false;
    const hasWorked = this.#deps.turn.isHeld && (await this.#work());
    if (!hasWorked) await this.#loop.pause(LOOK_MS);
  }

  /** @returns whether there was something new */
  async #work(): Promise<boolean> {
    const epochs = await readEpochs(this.#deps.redis, this.#ends.peerId);
    if (!this.#hasClaimed) {
      for (const epoch of epochs) await this.#claim(epoch);
      this.#hasClaimed = true;
    }
    let hasWorked = false;
    for (const epoch of epochs) {
      const entries = await this.#read(epoch);
      if (entries.length > 0) hasWorked = true;
      await this.#takeAll(epoch, entries, false);
    }
    await this.#trim(epochs);
    return hasWorked;
  }

  async #claim(epoch: number): Promise<void> {
    const { redis, turn } = this.#deps;
    const key = redisKeys.linkIn(this.#ends.peerId, epoch);
    let from = '0-0';
    do {
      // Idle for 0 ms: whoever had them has no turn any more.
      const claim = ['XAUTOCLAIM', key, INBOX_GROUP, this.#ends.nodeId, 0, from] as const;
      const reply = await redis
        .call(...claim, 'COUNT', BATCH_ENTRIES)
        .catch(withoutGroup<ClaimReply>(['0-0', []]));
      const [next, entries] = reply as ClaimReply;
      await this.#takeAll(epoch, entries.map(toEntry), true);
      from = next;
    } while (from !== '0-0' && turn.isHeld && !this.#loop.isStopping);
  }

  async #read(epoch: number): Promise<readonly StreamEntry[]> {
    const key = redisKeys.linkIn(this.#ends.peerId, epoch);
    const read = ['XREADGROUP', 'GROUP', INBOX_GROUP, this.#ends.nodeId] as const;
    const streams = await readStreams(this.#deps.redis, [
      ...read,
      ...['COUNT', BATCH_ENTRIES, 'STREAMS', key, '>'],
    ]).catch(withoutGroup(new Map<string, readonly StreamEntry[]>()));
    return streams.get(key) ?? [];
  }

  /** @throws when not all of it could be acknowledged; it is then claimed, and not handled again */
  async #takeAll(
    epoch: number,
    entries: readonly StreamEntry[],
    mayBeRepeated: boolean,
  ): Promise<void> {
    const key = redisKeys.linkIn(this.#ends.peerId, epoch);
    const acknowledgements: Promise<boolean>[] = [];
    for (const entry of entries) {
      if (!this.#deps.turn.isHeld || this.#loop.isStopping) {
        this.#hasClaimed = false;
        break;
      }
      await this.#take(epoch, entry, mayBeRepeated);
      const acknowledged = this.#deps.redis.xack(key, INBOX_GROUP, entry.id);
      acknowledgements.push(
        acknowledged.then(
          () => true,
          () => false,
        ),
      );
    }
    if ((await Promise.all(acknowledgements)).includes(false)) {
      throw new Error('Work that was done could not be acknowledged.');
    }
  }

  async #take(epoch: number, stored: StreamEntry, mayBeRepeated: boolean): Promise<void> {
    const { handlers, metrics } = this.#deps;
    const { peerId } = this.#ends;
    const entry = readInboxEntry(epoch, stored);
    switch (entry.kind) {
      case 'message':
        if (this.#handled.has(entry.message.id)) {
          metrics.dropped(peerId, 'repeated', 1);
          return;
        }
        await handlers.handle(entry.message, {
          delivery: 'work',
          mayBeRepeated: mayBeRepeated || entry.isSentAgain,
        });
        this.#handled.add(entry.message.id);
        return;
      case 'gap':
        metrics.gap(peerId, 'in');
        await handlers.tellGap('work');
        return;
      case 'torn':
        // Also what was removed while it waited.
        this.#skip('an entry of an inbox is torn and skipped', 1);
        return;
      case 'foreign':
        await this.#mend(epoch, stored.id);
        return;
      case 'dropped':
      case 'jump':
        return;
    }
  }

  async #mend(epoch: number, id: string): Promise<void> {
    const { redis } = this.#deps;
    const { peerId } = this.#ends;
    const key = redisKeys.linkIn(peerId, epoch);
    // Where to go on from if nothing of ours is left: what was delivered before it.
    const [before] = await redis.xrevrange(key, `(${id}`, '-', 'COUNT', 1);
    const sequence = Number(before?.[0].split('-')[1] ?? 0);
    const removed = await mendInbox(redis, { peerId, epoch, sequence });
    if (removed > 0) this.#skip('foreign entries in an inbox are taken out', removed);
  }

  #skip(what: string, entries: number): void {
    this.#deps.metrics.dropped(this.#ends.peerId, 'foreign', entries);
    this.#deps.log.warn({ peer: this.#ends.peerId, entries }, what);
  }

  async #trim(epochs: readonly number[]): Promise<void> {
    const nowMs = this.#deps.clock.monotonicMs();
    if (nowMs < this.#trimDueMs) return;
    this.#trimDueMs = nowMs + TRIM_EVERY_MS;
    const keep = this.#options.keptEntries;
    for (const epoch of epochs) {
      await trimInbox(this.#deps.redis, { peerId: this.#ends.peerId, epoch, keep });
    }
  }
}

/** An inbox without the group is one that is gone, or not there yet. */
function withoutGroup<T>(none: T): (error: unknown) => T {
  return (error) => {
    if (error instanceof Error && error.message.includes('NOGROUP')) return none;
    throw error;
  };
}
