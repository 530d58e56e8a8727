import { Redis, type RedisOptions } from 'ioredis';
import type { Logger } from '../../telemetry/logger.ts';
import { breakHalfOpen } from './redis-connection.ts';
import type { RedisClient } from './redis-script.ts';

export interface RedisStoreChannelOptions<Change> {
  /** Stays its opener's. */
  readonly redis: RedisClient;
  readonly name: string;
  /** @returns null for what is none; it is skipped */
  parse(text: string): Change | null;
  readonly log: Logger;
}

/** What a store's scripts publish, in order, heard on a connection of its own. */
export class RedisStoreChannel<Change> {
  readonly #subscriber: RedisClient;
  readonly #options: RedisStoreChannelOptions<Change>;
  readonly #changeListeners = new Set<(change: Change) => void>();
  readonly #gapListeners = new Set<() => void>();

  /** Listens from then on; while Redis is away it waits. */
  static async open<Message>(
    options: RedisStoreChannelOptions<Message>,
  ): Promise<RedisStoreChannel<Message>> {
    const channel = new RedisStoreChannel(options);
    try {
      await channel.#subscriber.subscribe(options.name);
    } catch (error) {
      channel.close();
      throw error;
    }
    channel.#watch();
    return channel;
  }

  private constructor(options: RedisStoreChannelOptions<Change>) {
    this.#options = options;
    const redisOptions: RedisOptions = {
      // The ready check asks INFO, which a connection that listens may not.
      enableReadyCheck: false,
      enableOfflineQueue: true,
      maxRetriesPerRequest: null,
      // Given up, a subscription may succeed all the same, and nobody would tell of the gap before it.
      commandTimeout: undefined,
      // A subscription that was under way when the connection broke would never be settled.
      autoResendUnfulfilledCommands: true,
    };
    this.#subscriber =
      options.redis instanceof Redis
        ? options.redis.duplicate(redisOptions)
        : // A Cluster has a queue of its own, before those of its servers.
          options.redis.duplicate([], { redisOptions, enableOfflineQueue: true });
    this.#subscriber.on('error', (error: Error) => {
      options.log.debug({ err: error, channel: options.name }, 'the connection of a channel broke');
    });
    this.#subscriber.on('message', (_channel: string, text: string) => this.#receive(text));
    breakHalfOpen(this.#subscriber);
  }

  /** @returns stops listening */
  onChange(listener: (change: Change) => void): () => void {
    return added(this.#changeListeners, listener);
  }

  /** It listens again after a break. @returns stops listening */
  onGap(listener: () => void): () => void {
    return added(this.#gapListeners, listener);
  }

  close(): void {
    this.#subscriber.disconnect();
  }

  #receive(text: string): void {
    const change = this.#options.parse(text);
    if (change === null) {
      this.#options.log.warn(
        { channel: this.#options.name },
        'a message that is no change came in',
      );
      return;
    }
    for (const listener of this.#changeListeners) listener(change);
  }

  #watch(): void {
    this.#subscriber.on('ready', () => void this.#heardAgain());
    // A Cluster stays connected when one of its servers goes, which may be the one that is listened to.
    this.#subscriber.on('-node', () => void this.#heardAgain());
  }

  /** The connection subscribes by itself, behind its `ready`; only what is asked after that misses nothing. */
  async #heardAgain(): Promise<void> {
    try {
      await this.#subscriber.subscribe(this.#options.name);
    } catch {
      // Closed; or it broke once more, and will be ready once more.
      return;
    }
    for (const listener of this.#gapListeners) listener();
  }
}

/** Each call is a listener of its own, also when it brings the same function. */
function added<Listener extends (...args: never[]) => void>(
  listeners: Set<Listener>,
  listener: Listener,
): () => void {
  const own = ((...args) => listener(...args)) as Listener;
  listeners.add(own);
  return () => void listeners.delete(own);
}
