import { z } from 'zod';
import {
  areSound,
  commaList,
  count,
  durationMs,
  port,
  proxyRange,
  webOrigin,
} from './config-values.ts';
import { parseRedisUri } from './redis-uri.ts';
import { RegionEntries, RegionId, RegionLinkEntries } from './region-entry.ts';

// Settings of what players meet: doors, rooms, matches, and the cluster and region that they run in.

/** The public face: game sockets, matchmaking and REST share one port, as in Colyseus. */
export const HttpConfig = z.strictObject({
  /** Port of games and REST. 0 takes a free one. */
  port: port.default(2567),
  /** Address to listen on. The default is every interface: players come from outside. */
  bindAddress: z.string().default('0.0.0.0'),
  /**
   * `host[:port][/path]` under which clients reach this very node, when several share a region. Empty: where they reach it
   * now (one node, or a gateway before all of them).
   */
  publicAddress: z
    .string()
    .regex(/^([\w.-]+|\[[\da-f:]+\])(:\d+)?(\/[\w./-]*)?$|^$/i, 'wants host[:port][/path]')
    .default(''),
  /**
   * Web origins that may call this server from a browser, besides the server's own, and that its own pages may call: those of
   * the other nodes of the region, where nodes serve pages. `*` opens it to every page, without credentials.
   */
  corsOrigins: commaList(webOrigin).default([]),
  /**
   * Proxies whose `X-Forwarded-For` is believed: addresses, CIDR ranges, or `loopback`, `linklocal`, `uniquelocal`.
   * Empty: the peer's own address counts. Trusting one too many lets players choose their address and escape limits.
   */
  trustedProxies: commaList(proxyRange).default([]),
  /** Largest REST or matchmaking body. */
  bodyLimitBytes: count.default(32 * 1024),
  /** REST requests per minute and address. */
  requestsPerMinute: count.default(300),
  /** Matchmaking requests per minute and address. Lower: fewer floods; a school behind one address may feel it. */
  matchmakePerMinute: count.default(120),
  /** Sockets open at once per address. */
  socketsPerAddress: count.default(64),
});
export type HttpConfig = z.infer<typeof HttpConfig>;

/** Limits of rooms. A room class sets its own `maxMessagesPerSecond` and `maxMessagesPerSecondByType`. */
export const RoomsConfig = z
  .strictObject({
    /** Largest frame a client may send. */
    maxPayloadBytes: count.default(4 * 1024),
    /** Frames per second and client, inputs included; more is a disconnect with code 4429. */
    messagesPerSecond: count.default(120),
    /** Messages of one type per second and client; a room class names its own with `maxMessagesPerSecondByType`. */
    messagesPerSecondPerType: count.default(60),
    /** Backlog of unsent bytes above which a client gets no patches until it drains. Lower: fresher, more resyncs. */
    sendGateBytes: count.default(64 * 1024),
    /** Backlog below which a gated client gets a full state and is fed again. */
    sendResumeBytes: count.default(8 * 1024),
    /** Backlog above which a client is dropped with code 4408. */
    sendHardLimitBytes: count.default(4 * 1024 * 1024),
    /** A client that has not drained, or answered no ping, for this long is dropped with code 4408. */
    sendGateMaxMs: durationMs.default(30_000),
    /** Interval of WebSocket pings, which measure RTT; three after which nothing came end the connection. */
    pingIntervalMs: durationMs.default(1_000),
    /** Interval of checkpoints of durable rooms. Lower: less to read at a failover, and less lost by 'checkpoint' rooms. */
    checkpointIntervalMs: durationMs.default(5_000),
    /** Patches since the last checkpoint, in bytes, above which the next one is made at once. */
    journalMaxBytes: count.default(1024 * 1024),
    /** How long a revived room keeps the seats of players who do not come back. */
    seatHoldMs: durationMs.default(30_000),
    /** How long a revived room must run until a death of its node is not held against it. */
    trialMs: durationMs.default(2_000),
  })
  .refine((c) => c.sendResumeBytes < c.sendGateBytes && c.sendGateBytes < c.sendHardLimitBytes, {
    path: ['sendGateBytes'],
    message: 'must lie between sendResumeBytes and sendHardLimitBytes',
    when: areSound('sendResumeBytes', 'sendGateBytes', 'sendHardLimitBytes'),
  });
export type RoomsConfig = z.infer<typeof RoomsConfig>;

/** Tickets and queues. */
export const MatchmakingConfig = z.strictObject({
  /** Tickets that may wait in one queue of a region; whoever comes then is refused with a time to wait. */
  mostWaitingTickets: count.default(20_000),
});
export type MatchmakingConfig = z.infer<typeof MatchmakingConfig>;

/** Where this node is, and which other regions its players may play in. */
export const RegionConfig = z
  .strictObject({
    /** Region of this node; all nodes that share a Redis have the same. */
    id: RegionId.default('local'),
    /**
     * All regions, this one included, as JSON: `[{ "id", "name", "url", "position": { "latitude", "longitude" }, "priceClass"? }]`; the
     * same on every node of every region. Pages of each of them may call this one. Empty: only this one.
     */
    all: RegionEntries.default([]),
    /**
     * Redis of the other regions, as JSON: `[{ "id", "redisUri" }]`. With it, regions tell each other how they are. Their users need the
     * keys `meridian:link:*`, and the nearest other region's those of evacuation: `meridian:copy:*` and `{meridian}:*`. Empty: this region
     * knows of the others what is in the catalogue.
     */
    links: RegionLinkEntries.default([]),
    /**
     * How long a region that half of the others do not hear plays its durable rooms on; then they stand still, and 2 s later the nearest
     * region takes them. The same on every node of every region. Lower: players are back sooner, and a link that stutters stops play.
     * 0: no region takes another's rooms.
     */
    isolationFenceMs: z.coerce.number().int().min(0).default(3_000),
    /** Seats one node is thought to hold, for how full the region is. Lower: it closes, and is spilled over from, earlier. */
    seatsPerNode: count.default(1_500),
  })
  .refine(({ id, all }) => all.length === 0 || all.some((region) => region.id === id), {
    path: ['id'],
    message: 'is not among the regions (MERIDIAN_REGIONS)',
    when: areSound('id', 'all'),
  })
  .refine(
    ({ id, all, links }) =>
      links.every((link) => link.id !== id && all.some((region) => region.id === link.id)),
    {
      path: ['links'],
      message: 'names a region that is not among the others (MERIDIAN_REGIONS)',
      when: areSound('id', 'all', 'links'),
    },
  );
export type RegionConfig = z.infer<typeof RegionConfig>;

/** How a node lives among others. Heard when `redis.uri` is set. */
export const ClusterConfig = z
  .strictObject({
    /** Life of a node's lease. Lower: rooms of a dead node are back sooner, and less of a pause freezes a live one. */
    leaseTtlMs: durationMs.default(1_000),
    /** How often a node renews its lease. Lower: more requests to Redis; higher: fewer tries before it runs out. */
    leaseRenewMs: durationMs.default(200),
    /** Blocked event loop after which a node ends itself, so that others can take its rooms. Longer than any loading. */
    hangMs: durationMs.min(500).default(1_500),
    /**
     * How long rooms play on while a majority of the nodes cannot reach Redis, and how long a minority that can waits
     * before it takes the rooms of a majority it cannot ask.
     */
    outageMaxMs: durationMs.default(300_000),
    /** Address of the port where nodes ask each other. Never public. */
    peerBindAddress: z.string().min(1).default('127.0.0.1'),
    /** That port; 0 takes a free one. */
    peerPort: port.default(2_569),
    /** Host by which other nodes reach this one. Empty: `peerBindAddress`. */
    peerAdvertiseHost: z.string().default(''),
    /** Key by which nodes know each other, at least 32 characters. Empty: derived from `auth.jwtSecret`. */
    secret: z.union([z.literal(''), z.string().min(32)]).default(''),
    /** Build of the game, such as a commit: for people, and for placing rooms where their state is known. */
    build: z.string().default(''),
  })
  .refine((c) => c.leaseTtlMs >= 4 * c.leaseRenewMs, {
    path: ['leaseTtlMs'],
    message:
      'must be at least 4 x leaseRenewMs, or an outage of Redis freezes rooms before nodes can vote',
    when: areSound('leaseTtlMs', 'leaseRenewMs'),
  });
export type ClusterConfig = z.infer<typeof ClusterConfig>;

/** The region's Redis, which its nodes share. Without it one process is the whole region. */
export const RedisConfig = z.strictObject({
  /**
   * Where it is: `redis://host:6379`, `rediss://…` with TLS, `redis+sentinel://a:26379,b:26379/masterName`, or
   * `redis+cluster://a:6379,b:6379`; `user:password@` before the hosts. Empty: none, all-in-one. One Redis serves one
   * region: never two.
   */
  uri: z
    .string()
    .default('')
    .refine((uri) => uri === '' || parseRedisUri(uri) !== null, {
      message:
        'wants redis://host:port, rediss://…, redis+sentinel://h1:p,h2:p/masterName or redis+cluster://h1:p,h2:p',
    }),
});
export type RedisConfig = z.infer<typeof RedisConfig>;
