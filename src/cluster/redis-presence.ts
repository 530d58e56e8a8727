import { RedisPresence } from '@colyseus/redis-presence';
import { Cluster, type Redis } from 'ioredis';
import { GameError } from '../errors/game-error.ts';
import { within } from '../shared/within.ts';
import type { RedisClient } from '../storage/redis/redis-script.ts';
import type { Logger } from '../telemetry/logger.ts';
import { directoryUnavailable } from './directory-unavailable.ts';

// Colyseus' presence on Redis, with an end to every wait. What it cures of the original:
//
//   set, setex, expire, del, sadd    an error came back as the value
//   every command                    waited for a Redis that was away; Colyseus lets some of these promises go, and a rejection
//                                    that nobody hears ends the process
//   subscribe                        the same, inside remoteRoomCall before its timeout runs: it never came back
//   channels, sinter, brpop          on a cluster: one server's view, CROSSSLOT
//
// Colyseus hands rooms a presence that inherits from this object, so there are no #private members here.

export interface RegionPresenceOptions {
  /** Stays its opener's: `shutdown()` does not close it. */
  readonly redis: RedisClient;
  readonly log: Logger;
  /** How long callers wait for Redis, in ms. */
  readonly deadlineMs?: number;
}

type Callback = (...args: unknown[]) => void;

const DEADLINE_MS = 1_000;

/** Commands that are right as they are, but for their waits. */
const COMMANDS = [
  ...['exists', 'get', 'smembers', 'sismember', 'srem', 'scard', 'hset', 'hincrby', 'hincrbyex'],
  ...['hget', 'hgetall', 'hdel', 'hlen', 'incr', 'decr', 'llen', 'rpush', 'lpush', 'rpop', 'lpop'],
] as const;

/** Subscriptions Colyseus makes for itself: rooms, processes, replies, rooms being made. */
const COLYSEUS_TOPIC = /^(\$|p:|ipc:|concurrent:)/;

export class RegionPresence extends RedisPresence {
  protected readonly log: Logger;
  protected readonly deadlineMs: number;

  static {
    for (const name of COMMANDS) {
      const stock = RedisPresence.prototype[name] as (...args: unknown[]) => Promise<unknown>;
      Object.defineProperty(RegionPresence.prototype, name, {
        configurable: true,
        writable: true,
        value(this: RegionPresence, ...args: unknown[]) {
          return this.ask(() => stock.apply(this, args));
        },
      });
    }
  }

  constructor(options: RegionPresenceOptions) {
    super(options.redis);
    this.log = options.log;
    this.deadlineMs = options.deadlineMs ?? DEADLINE_MS;
  }

  override set(key: string, value: string) {
    return this.ask(() => this.pub.set(key, value));
  }

  override setex(key: string, value: string, seconds: number) {
    return this.ask(() => this.pub.setex(key, seconds, value));
  }

  override expire(key: string, seconds: number) {
    return this.ask(() => this.pub.expire(key, seconds));
  }

  override del(key: string) {
    return this.ask(() => this.pub.del(key));
  }

  override sadd(key: string, value: string | number) {
    return this.ask(() => this.pub.sadd(key, value));
  }

  override sinter(...keys: string[]): Promise<string[]> {
    return this.ask(async () => {
      if (!(this.pub instanceof Cluster)) return this.pub.sinter(...keys);
      // The sets may live on different servers.
      const [first = [], ...others] = await Promise.all(keys.map((key) => this.pub.smembers(key)));
      const sets = others.map((members) => new Set(members));
      return first.filter((member) => sets.every((set) => set.has(member)));
    });
  }

  /** Waits as long as the caller says. On a cluster it takes one key. */
  // biome-ignore lint/suspicious/noExplicitAny: Colyseus' signature.
  override async brpop(...args: any): Promise<[string, string] | null> {
    if (this.pub instanceof Cluster && args.length > 2) {
      throw new GameError(
        'BAD_REQUEST',
        {},
        { message: 'brpop takes one key on a Redis Cluster.' },
      );
    }
    return super.brpop(...args);
  }

  override channels(pattern = '*'): Promise<string[]> {
    return this.ask(async () => {
      // A server of a cluster knows its own listeners only.
      const servers = this.pub instanceof Cluster ? this.pub.nodes('all') : [this.pub as Redis];
      const lists = await Promise.all(servers.map((it) => it.pubsub('CHANNELS', pattern)));
      return [...new Set(lists.flat() as string[])];
    });
  }

  /** At most once: without Redis the message is dropped, and not sent when it is back. */
  override publish(topic: string, data: unknown): Promise<void> {
    return this.ask(async () => {
      await this.pub.publish(topic, JSON.stringify(data === undefined ? false : data));
    });
  }

  /**
   * Colyseus' own subscriptions always succeed and come into force when Redis is back: it waits for them where it cannot
   * fail. A game's are refused.
   *
   * @throws {GameError} `DIRECTORY_UNAVAILABLE`
   */
  override subscribe(topic: string, callback: Callback): Promise<this> {
    return quiet(this.subscribeNow(topic, callback));
  }

  protected async subscribeNow(topic: string, callback: Callback): Promise<this> {
    try {
      // Registers the callback first; resubscribeAll() goes by the registered ones.
      const subscribing = quiet(super.subscribe(topic, callback));
      if (isAway(this.sub)) throw directoryUnavailable();
      if ((await within(subscribing, this.deadlineMs)) === 'late') throw directoryUnavailable();
    } catch (error) {
      if (!COLYSEUS_TOPIC.test(topic)) {
        void quiet(super.unsubscribe(topic, callback));
        throw asUnavailable(error);
      }
      this.log.debug({ err: error }, 'a subscription waits for Redis');
    }
    return this;
  }

  override unsubscribe(topic: string, callback?: Callback): Promise<this> {
    // The callback is gone at once, whatever becomes of the command.
    const unsubscribing = super.unsubscribe(topic, callback);
    return quiet(within(unsubscribing, this.deadlineMs).then(() => this));
  }

  override shutdown(): void {
    this.sub.disconnect();
  }

  /** @throws {GameError} `DIRECTORY_UNAVAILABLE` when Redis is away or late; whatever Redis says otherwise */
  protected ask<T>(command: () => Promise<T>): Promise<T> {
    return quiet(this.askNow(command));
  }

  protected async askNow<T>(command: () => Promise<T>): Promise<T> {
    if (isAway(this.pub)) throw directoryUnavailable();
    let answer: T | 'late';
    try {
      answer = await within(command(), this.deadlineMs);
    } catch (error) {
      throw asUnavailable(error);
    }
    if (answer === 'late') throw directoryUnavailable();
    return answer;
  }
}

/** Nobody has to listen to its rejection; whoever does, hears it. */
function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

/** Not while it connects for the first time: commands wait for that. */
function isAway(redis: RedisClient): boolean {
  return ['close', 'reconnecting', 'end', 'disconnecting'].includes(redis.status);
}

function asUnavailable(error: unknown): unknown {
  const isReply = error instanceof Error && error.name === 'ReplyError';
  return isReply || error instanceof GameError ? error : directoryUnavailable(error);
}
