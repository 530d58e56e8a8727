import { Cluster, type ClusterNode, type ClusterOptions, Redis, type RedisOptions } from 'ioredis';
import { parseRedisUri, type RedisTarget } from '../../config/redis-uri.ts';
import { backOffMs } from '../../shared/back-off.ts';
import type { RedisClient } from './redis-script.ts';

// Clients of the region's Redis. What a request waits for is bounded: while Redis is away a call is refused at once, and one
// that was under way fails with its connection or after `commandTimeoutMs`. A caller that can wait tries again itself; a queue
// in between would only answer questions that nobody asks any more.
//
//   ready ──connection breaks──▶ away: calls fail at once; tried again after 50–500 ms ──▶ ready
//                                  └─ one line in the log                             └─ one line in the log

/** What a request may take when nothing is said, ms. */
const COMMAND_TIMEOUT_MS = 800;
const CONNECT_TIMEOUT_MS = 1_000;
const RECONNECTS = { firstMs: 50, longestMs: 500 } as const;
/** A connection that does not answer a ping for this long is made anew. */
const PULSE_MS = 2_000;
/** How long a start waits for Redis. */
const OPEN_TIMEOUT_MS = 5_000;

/**
 * A Cluster's failover takes seconds in which each slot's owner is looked for again. ioredis' own 16 tries give up after
 * 1.6 s; these did not lose a call.
 */
const RIDE_OUT_FAILOVER = {
  maxRedirections: 64,
  retryDelayOnFailover: 250,
  retryDelayOnClusterDown: 250,
  retryDelayOnTryAgain: 250,
} as const satisfies ClusterOptions;
const CLUSTER_COMMAND_TIMEOUT_MS = 5_000;

/** What of a log is used here; a thread without one brings its own. */
export interface RedisLog {
  info(fields: object, text: string): void;
  warn(fields: object, text: string): void;
}

export interface RedisConnectionOptions {
  /** What the connection is for; Redis shows it in CLIENT LIST, the log in its lines. */
  readonly name: string;
  readonly log: RedisLog;
  /** Longest a call may take, ms. */
  readonly commandTimeoutMs?: number;
}

/** Constructor arguments of an ioredis client, for those who make their own. */
export type RedisClientOptions =
  | { readonly kind: 'redis'; readonly options: RedisOptions }
  | {
      readonly kind: 'cluster';
      readonly nodes: readonly ClusterNode[];
      readonly options: ClusterOptions;
    };

/**
 * A client for requests, connected.
 *
 * @param uri - a valid `redis.uri`
 * @throws {Error} when Redis does not answer within 5 s; the text holds no password
 */
export async function openRedis(
  uri: string,
  options: RedisConnectionOptions,
): Promise<RedisClient> {
  const client = connectRedis(uri, options);
  // Not events.once(): it fails at the first error, and Redis may be starting as we are.
  const { promise, resolve } = Promise.withResolvers<boolean>();
  client.once('ready', () => resolve(true));
  const timer = setTimeout(() => resolve(false), OPEN_TIMEOUT_MS);
  const isReady = await promise;
  clearTimeout(timer);
  if (isReady) return client;
  client.disconnect();
  throw new Error(`Redis (MERIDIAN_REDIS_URI or REDIS_URI) does not answer at ${addressOf(uri)}.`);
}

/** A client for requests; calls fail until it is connected. */
export function connectRedis(uri: string, options: RedisConnectionOptions): RedisClient {
  return watched(uri, options, redisClientOptions(uri, options));
}

/**
 * A client for subscriptions: it subscribes again by itself after an outage, and what it is asked meanwhile waits for the end
 * of it. Who needs an answer in time sets a time.
 */
export function connectSubscriber(uri: string, options: RedisConnectionOptions): RedisClient {
  const made = redisClientOptions(uri, options);
  const waiting = {
    enableOfflineQueue: true,
    maxRetriesPerRequest: null,
    // A subscription that was under way when the connection broke would never be settled.
    autoResendUnfulfilledCommands: true,
  } as const;
  if (made.kind === 'redis') {
    const { commandTimeout: _, ...rest } = made.options;
    return watched(uri, options, { kind: 'redis', options: { ...rest, ...waiting } });
  }
  return watched(uri, options, {
    ...made,
    options: { ...made.options, enableOfflineQueue: true },
  });
}

/** What `connectRedis` would construct its client from. */
export function redisClientOptions(
  uri: string,
  { name, commandTimeoutMs }: Pick<RedisConnectionOptions, 'name' | 'commandTimeoutMs'>,
): RedisClientOptions {
  const target = targetOf(uri);
  const common: RedisOptions = {
    connectionName: `meridian-${name}`,
    connectTimeout: CONNECT_TIMEOUT_MS,
    commandTimeout:
      commandTimeoutMs ??
      (target.kind === 'cluster' ? CLUSTER_COMMAND_TIMEOUT_MS : COMMAND_TIMEOUT_MS),
    // What was under way when the connection broke may have happened: its caller decides whether to do it again.
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    ...(target.username === null ? {} : { username: target.username }),
    ...(target.password === null ? {} : { password: target.password }),
    ...(target.hasTls ? { tls: {} } : {}),
  };
  const single: RedisOptions = {
    ...common,
    enableOfflineQueue: false,
    retryStrategy: reconnectDelayMs,
  };
  switch (target.kind) {
    case 'single':
      return { kind: 'redis', options: { ...single, ...target.hosts[0], db: target.database } };
    case 'sentinel':
      return {
        kind: 'redis',
        options: {
          ...single,
          sentinels: [...target.hosts],
          name: target.masterName,
          sentinelRetryStrategy: reconnectDelayMs,
          sentinelCommandTimeout: COMMAND_TIMEOUT_MS,
          enableTLSForSentinelMode: target.hasTls,
        },
      };
    case 'cluster':
      return {
        kind: 'cluster',
        nodes: target.hosts,
        options: {
          ...RIDE_OUT_FAILOVER,
          enableOfflineQueue: false,
          clusterRetryStrategy: reconnectDelayMs,
          redisOptions: common,
        },
      };
  }
}

/** Makes the client and tells the log once when Redis goes and once when it is back, not at every try. */
function watched(
  uri: string,
  { name, log }: RedisConnectionOptions,
  made: RedisClientOptions,
): RedisClient {
  const client =
    made.kind === 'redis' ? new Redis(made.options) : new Cluster([...made.nodes], made.options);
  breakHalfOpen(client);
  let isAway = false;
  client.on('error', (error: Error) => {
    if (isAway) return;
    isAway = true;
    // The message only: ioredis hangs the command with its arguments on some errors.
    log.warn({ redis: name, at: addressOf(uri), reason: error.message }, 'Redis is away');
  });
  client.on('ready', () => {
    if (isAway) log.info({ redis: name }, 'Redis is back');
    isAway = false;
  });
  return client;
}

/**
 * Reconnects a connection that answers nothing: half open, it would break by itself after minutes, and a subscription on it
 * is just quiet. (ioredis' own `socketTimeout` outlives its connection and ends the next one.) A Cluster's client has
 * connections of its own and finds new ones by itself.
 */
export function breakHalfOpen(client: RedisClient): void {
  if (client instanceof Cluster) return;
  let isWaiting = false;
  const timer = setInterval(() => {
    if (isWaiting) client.disconnect(true);
    if (client.status !== 'ready') return;
    isWaiting = true;
    // A ping that fails has waited for too long, or its connection is gone already.
    client.ping().then(
      () => {
        isWaiting = false;
      },
      () => {},
    );
  }, PULSE_MS).unref();
  client.on('close', () => {
    isWaiting = false;
  });
  client.on('end', () => clearInterval(timer));
}

/** Doubles from 50 to 500 ms; half of it is chance, so that not all nodes come at once. */
function reconnectDelayMs(tries: number): number {
  return backOffMs(tries, Math.random(), RECONNECTS);
}

function targetOf(uri: string): RedisTarget {
  const target = parseRedisUri(uri);
  if (target === null) throw new Error('MERIDIAN_REDIS_URI is none of the known kinds.');
  return target;
}

/** The URI without user and password. */
function addressOf(uri: string): string {
  const { kind, hosts } = targetOf(uri);
  return `${kind} ${hosts.map(({ host, port }) => `${host}:${port}`).join(',')}`;
}
