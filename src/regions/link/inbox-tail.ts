import { redisKeys } from '../../storage/redis/redis-keys.ts';
import type { RedisClient } from '../../storage/redis/redis-script.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { awaitReady } from './await-ready.ts';
import { mendInbox, readEpochs, readInboxEntry, readLastSequence } from './inbox-streams.ts';
import type { LinkHandlers } from './link-handlers.ts';
import { LinkLoop } from './link-loop.ts';
import type { LinkMetrics } from './link-metrics.ts';
import type { LinkEnds } from './link-options.ts';
import { readStreams, type StreamEntry } from './link-streams.ts';

// Reads along what comes from a region, from when this node started, and gives it its news. Every node does, with a place of its
// own in memory.

const BATCH_ENTRIES = 256;
/** Longest wait for an entry; also how long an inbox of a new epoch may not be noticed, ms. */
const BLOCK_MS = 1_000;
/** Between two looks for the first inbox of a region, ms. */
const LOOK_MS = 200;
/** What a connection may take before it counts as trouble, ms. */
const DIAL_MS = 1_000;
/** The place before everything, the marker at sequence 0 included. */
const BEFORE_ALL = -1;

export interface InboxTailDeps {
  /** For short calls. */
  readonly redis: RedisClient;
  /** A connection for calls that block; the tail closes it. */
  readonly openLine: () => RedisClient;
  readonly handlers: LinkHandlers;
  /** There may be work. */
  readonly onEntries: () => void;
  readonly log: Logger;
  readonly metrics: LinkMetrics;
}

export class InboxTail {
  readonly #deps: InboxTailDeps;
  readonly #peerId: string;
  readonly #loop: LinkLoop;
  /** Sequence of the last entry that was read, by epoch. */
  readonly #places = new Map<number, number>();
  #hasLooked = false;
  #line: RedisClient | null = null;

  constructor(deps: InboxTailDeps, { peerId }: LinkEnds) {
    this.#deps = deps;
    this.#peerId = peerId;
    this.#loop = new LinkLoop(() => this.#round());
  }

  /** When it resolves, everything that arrives is news to this node; while Redis is away, from when it is back. */
  async start(): Promise<void> {
    await this.#epochs().catch(() => null);
    this.#loop.start();
  }

  async stop(): Promise<void> {
    const stopped = this.#loop.stop();
    this.#line?.disconnect();
    await stopped;
    this.#line?.disconnect();
  }

  async #round(): Promise<void> {
    const epochs = await this.#epochs();
    if (epochs.length === 0) {
      await this.#loop.pause(LOOK_MS);
      return;
    }
    if (this.#line === null) {
      this.#line = this.#deps.openLine();
      await awaitReady(this.#line, DIAL_MS);
    }
    const keys = epochs.map((epoch) => redisKeys.linkIn(this.#peerId, epoch));
    const read = ['XREAD', 'COUNT', BATCH_ENTRIES, 'BLOCK', BLOCK_MS, 'STREAMS'] as const;
    const places = epochs.map((epoch) => this.#idOfPlace(epoch));
    const streams = await readStreams(this.#line, [...read, ...keys, ...places]);
    if (streams.size > 0) this.#deps.onEntries();
    for (const [at, epoch] of epochs.entries()) {
      for (const entry of streams.get(keys[at] as string) ?? []) {
        if (this.#loop.isStopping) return;
        await this.#take(epoch, entry);
      }
    }
  }

  /** Those of the first look are read from their end, later ones from their beginning. */
  async #epochs(): Promise<readonly number[]> {
    const epochs = await readEpochs(this.#deps.redis, this.#peerId);
    for (const epoch of epochs) {
      if (this.#places.has(epoch)) continue;
      const inbox = { peerId: this.#peerId, epoch };
      const place = this.#hasLooked ? BEFORE_ALL : await readLastSequence(this.#deps.redis, inbox);
      this.#places.set(epoch, place);
    }
    this.#hasLooked = true;
    return epochs;
  }

  #idOfPlace(epoch: number): string {
    const place = this.#places.get(epoch) ?? BEFORE_ALL;
    return place === BEFORE_ALL ? '0-0' : `${epoch}-${place}`;
  }

  async #take(epoch: number, stored: StreamEntry): Promise<void> {
    const { handlers, log } = this.#deps;
    const place = Math.max(0, this.#places.get(epoch) ?? BEFORE_ALL);
    const entry = readInboxEntry(epoch, stored);
    if (entry.kind === 'foreign') {
      await this.#mend(epoch, place);
      return;
    }
    this.#places.set(epoch, entry.id.sequence);
    const explainsItself = entry.kind === 'gap' || entry.kind === 'jump';
    const isHole = entry.id.sequence > place + 1 && !explainsItself;
    if (isHole) log.warn({ peer: this.#peerId }, 'this node was too slow for the news of a region');
    if (isHole || entry.kind === 'gap') await handlers.tellGap('news');
    if (entry.kind !== 'message') return;
    await handlers.handle(entry.message, { delivery: 'news', mayBeRepeated: entry.isSentAgain });
  }

  async #mend(epoch: number, sequence: number): Promise<void> {
    const { redis, metrics, log } = this.#deps;
    const removed = await mendInbox(redis, { peerId: this.#peerId, epoch, sequence });
    // Whoever takes the work, and the bridge, may have been first.
    if (removed === 0) return;
    metrics.dropped(this.#peerId, 'foreign', removed);
    log.warn({ peer: this.#peerId, entries: removed }, 'foreign entries in an inbox are taken out');
  }
}
