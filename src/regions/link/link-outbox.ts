import type { Clock } from '../../shared/clock.ts';
import { redisKeys } from '../../storage/redis/redis-keys.ts';
import { type RedisClient, RedisScript } from '../../storage/redis/redis-script.ts';
import { LinkLoop } from './link-loop.ts';
import type { LinkMetrics } from './link-metrics.ts';
import type { LinkOptions } from './link-options.ts';
import type { SendOutcome, SendRefusal } from './region-link.ts';

// Messages on their way into this region's Redis. One call at a time takes what has gathered meanwhile, in the order in which
// it was sent. A call without an answer may have been made: it is made again with the question whether it was.
//
//   waiting ──call──▶ stored | outbox-full         no answer ──again──▶ …         too late ──▶ unconfirmed

const BATCH_MESSAGES = 256;
const BATCH_BYTES = 1_024 * 1_024;
/** Messages among which a repeated one is recognised. */
const LOOK_BACK = 2_000;
/** While this region's Redis is away it is tried at least this often, ms: who sends wants to know. */
const LONGEST_BACK_OFF_MS = 200;
const IDLE_MS = 10_000;

const SEND = new RedisScript<readonly string[]>('send-link-messages');

interface WaitingMessage {
  readonly id: string;
  readonly expiresAtMs: number;
  readonly text: string;
  readonly deadlineMs: number;
  mayBeThere: boolean;
  done(outcome: SendOutcome): void;
}

export interface EncodedMessage {
  readonly id: string;
  /** Wall clock, ms; 0: never. */
  readonly expiresAtMs: number;
  /** The envelope as JSON. */
  readonly text: string;
  /** It was sent before, under the same id. */
  readonly isRepeated: boolean;
}

/** What this node sends to one region. */
export class LinkOutbox {
  readonly #deps: {
    readonly redis: RedisClient;
    readonly clock: Clock;
    readonly metrics: LinkMetrics;
  };
  readonly #peerId: string;
  readonly #options: LinkOptions;
  readonly #loop: LinkLoop;
  #waiting: WaitingMessage[] = [];

  constructor(
    deps: { readonly redis: RedisClient; readonly clock: Clock; readonly metrics: LinkMetrics },
    peerId: string,
    options: LinkOptions,
  ) {
    this.#deps = deps;
    this.#peerId = peerId;
    this.#options = options;
    this.#loop = new LinkLoop(() => this.#round(), { longestBackOffMs: LONGEST_BACK_OFF_MS });
  }

  start(): void {
    this.#loop.start();
  }

  /** What waits is `stopped`, or `unconfirmed` when it was tried. */
  async stop(): Promise<void> {
    await this.#loop.stop();
    this.#settleLate(Number.POSITIVE_INFINITY);
  }

  /** Never rejects. */
  send({ id, expiresAtMs, text, isRepeated }: EncodedMessage): Promise<SendOutcome> {
    if (this.#loop.isStopping) return Promise.resolve(this.#refuse(id, 'stopped'));
    if (this.#waiting.length >= this.#options.sendBacklog) {
      return Promise.resolve(this.#refuse(id, 'unconfirmed'));
    }
    const deadlineMs = this.#deps.clock.monotonicMs() + this.#options.sendTimeoutMs;
    const { promise, resolve } = Promise.withResolvers<SendOutcome>();
    this.#waiting.push({
      ...{ id, expiresAtMs, text, deadlineMs, mayBeThere: isRepeated },
      done: resolve,
    });
    this.#loop.wake();
    return promise;
  }

  async #round(): Promise<void> {
    const batch = this.#takeBatch();
    if (batch.length === 0) {
      await this.#loop.pause(IDLE_MS);
      return;
    }
    try {
      const ids = await this.#store(batch);
      this.#waiting.splice(0, batch.length);
      for (const [at, message] of batch.entries()) this.#settle(message, ids[at] ?? '');
    } catch (error) {
      for (const message of batch) message.mayBeThere = true;
      this.#settleLate(this.#deps.clock.monotonicMs());
      // An outage has its line in the log of the connection; the loop waits a little.
      throw error;
    }
  }

  #takeBatch(): readonly WaitingMessage[] {
    const batch: WaitingMessage[] = [];
    let sizeBytes = 0;
    for (const message of this.#waiting) {
      sizeBytes += message.text.length;
      if (batch.length >= BATCH_MESSAGES || (batch.length > 0 && sizeBytes > BATCH_BYTES)) break;
      batch.push(message);
    }
    return batch;
  }

  #store(batch: readonly WaitingMessage[]): Promise<readonly string[]> {
    const lookBack = batch.some(({ mayBeThere }) => mayBeThere) ? LOOK_BACK : 0;
    const entries = batch.flatMap(({ id, expiresAtMs, text }) => [id, expiresAtMs, text]);
    return SEND.run(
      this.#deps.redis,
      [redisKeys.linkOut(this.#peerId), redisKeys.linkState(this.#peerId)],
      [this.#options.outboxEntries, lookBack, ...entries],
    );
  }

  #settle(message: WaitingMessage, entryId: string): void {
    if (entryId === '') {
      message.done(this.#refuse(message.id, 'outbox-full'));
      return;
    }
    this.#deps.metrics.sent(this.#peerId, 'stored');
    message.done({ ok: true, id: message.id });
  }

  #settleLate(nowMs: number): void {
    const isLate = ({ deadlineMs }: WaitingMessage) => deadlineMs <= nowMs;
    for (const message of this.#waiting.filter(isLate)) {
      const isNew = this.#loop.isStopping && !message.mayBeThere;
      message.done(this.#refuse(message.id, isNew ? 'stopped' : 'unconfirmed'));
    }
    this.#waiting = this.#waiting.filter((message) => !isLate(message));
  }

  #refuse(id: string, reason: SendRefusal): SendOutcome {
    this.#deps.metrics.sent(this.#peerId, reason);
    return { ok: false, id, reason };
  }
}
