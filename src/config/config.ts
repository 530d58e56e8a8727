import { isIP } from 'node:net';
import { z } from 'zod';
import { INCIDENT_ACTIONS } from '../protocol/incidents.ts';
import { isLoopback, ProviderEntries, RedirectUri, SigningKeyEntries } from './auth-entry.ts';
import { MONGO_ZONES_FORM, parseMongoZones } from './mongo-zones.ts';
import { OperatorEntries } from './operator-entry.ts';
import { parseRedisUri } from './redis-uri.ts';
import { RegionEntries, RegionId, RegionLinkEntries } from './region-entry.ts';
import {
  type CalledService,
  runningServices,
  SERVICES,
  type ServiceName,
  type ServicePlacement,
  unplacedServices,
} from './services.ts';

const incidentAction = z.enum(INCIDENT_ACTIONS, {
  error: `wants some of ${INCIDENT_ACTIONS.join(', ')}`,
});
const port = z.coerce.number().int().min(0).max(65_535);
const count = z.coerce.number().int().positive();
const durationMs = z.coerce.number().int().positive();
/** A list, or its items in one string with commas between. */
function commaList<Item extends string>(item: z.ZodType<Item>) {
  return z.preprocess(
    (value) =>
      typeof value === 'string'
        ? value
            .split(',')
            .map((part) => part.trim())
            .filter((part) => part !== '')
        : value,
    z.array(item),
  );
}

/** `OTEL_EXPORTER_OTLP_HEADERS`: W3C Baggage without its properties. */
function headerList(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const pairs = value.split(',').filter((pair) => pair.trim() !== '');
  const split = pairs.map((pair) => {
    const at = pair.indexOf('=');
    return at < 1 ? null : [pair.slice(0, at).trim(), decodeText(pair.slice(at + 1).trim())];
  });
  return split.includes(null) ? value : Object.fromEntries(split as [string, string][]);
}

function decodeText(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const webOrigin = z.string().refine((value) => value === '*' || isWebOrigin(value), {
  message: 'wants origins such as https://game.example, or *',
});
const proxyRange = z.string().refine(isProxyRange, {
  message: 'wants addresses, CIDR ranges, or loopback, linklocal, uniquelocal',
});

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

/** Who players are: how they sign in, and the tokens they get. */
export const AuthConfig = z
  .strictObject({
    /**
     * Key that signs access tokens, at least 32 characters; the same on every node. Empty: a random one, so tokens end
     * with the process (fine for one node, refused in `production`).
     */
    jwtSecret: z.union([z.literal(''), z.string().min(32)]).default(''),
    /**
     * Keys of access tokens that others can check by `/.well-known/jwks.json`, as JSON: JWKs of ES256 or EdDSA with a `kid`. The first
     * signs, all verify. Empty: `jwtSecret` signs. Tokens of `jwtSecret` are taken in either case, until they end.
     */
    signingKeys: SigningKeyEntries.default([]),
    /** Life of an access token. Shorter: a stolen one is useful for less time; more refreshes. */
    accessTokenTtlMs: durationMs.default(15 * 60_000),
    /** Life of a refresh token that is not used. */
    refreshTokenTtlMs: durationMs.default(30 * 24 * 3_600_000),
    /**
     * Who vouches for players, as JSON: `[{ "kind": "google", "clientId", "clientSecret" }, { "kind": "oidc", "id", "issuer", "clientId",
     * "clientSecret" }, { "kind": "apple", "clientId", "teamId", "keyId", "privateKey" }, { "kind": "discord", "clientId", "clientSecret" },
     * { "kind": "steam", "appId", "webApiKey", "identity"? }]`.
     */
    providers: ProviderEntries.default([]),
    /** Where providers may send players back, each exactly as clients name it; of a loopback address any port counts. */
    redirectUris: commaList(RedirectUri).default([]),
    /** Tries to sign in with a password or by a provider, per minute and address. Lower: fewer guesses; a school may feel it. */
    signInsPerMinute: count.default(30),
    /** Wrong passwords for one account in 15 minutes from one address; ten times as many in an hour from all. Then it must wait. */
    wrongPasswords: count.default(10),
  })
  .refine((c) => c.refreshTokenTtlMs > c.accessTokenTtlMs, {
    path: ['refreshTokenTtlMs'],
    message: 'must be longer than accessTokenTtlMs',
    when: areSound('accessTokenTtlMs', 'refreshTokenTtlMs'),
  });

/** Where players' durable data lives. */
export const ProfilesConfig = z.strictObject({
  /** SQLite file of the embedded store; its folder is made. `:memory:` keeps nothing. */
  sqlitePath: z.string().min(1).default('.data/meridian.sqlite'),
  /**
   * Rewards and statistics of a region that may wait in its Redis while MongoDB is away; beyond that they are refused. A waiting one
   * takes about a kilobyte.
   */
  mostWaitingWrites: count.default(50_000),
});

/** MongoDB, for profiles and accounts that all nodes of all regions share. Without it they are in the embedded store. */
export const MongoConfig = z.strictObject({
  /**
   * Where it is: `mongodb://user:password@host:27017/database`, or `mongodb+srv://…`; of a sharded cluster the routers beside this
   * node, not those of other regions. Its shards, zones and indexes are not made by nodes. Empty: none, profiles and accounts are
   * in `profiles.sqlitePath`.
   */
  uri: z
    .string()
    .default('')
    .refine((uri) => uri === '' || /^mongodb(\+srv)?:\/\/[^/]+\/[^/?]+/.test(uri), {
      message: 'wants mongodb://host:port/database or mongodb+srv://host/database',
    }),
  /**
   * Which shards keep which region's players: `us-east=shardA,shardB;eu=shardC`. Read by `db shard` alone, nodes do not need it. Empty:
   * none are named, and `db shard` wants `--zones`.
   */
  zones: z
    .string()
    .default('')
    .refine((zones) => parseMongoZones(zones) !== null, { message: `wants ${MONGO_ZONES_FORM}` }),
});

/** Metrics and the monitor: never public. */
export const AdminConfig = z.strictObject({
  /** Port of `/metrics`; 0 takes a free one. */
  metricsPort: port.default(9_464),
  /** Port of `/monitor`; 0 takes a free one. */
  adminPort: port.default(2_568),
  /** Address of both ports. Anything but loopback wants a network policy around it. */
  bindAddress: z.string().default('127.0.0.1'),
  /**
   * Password of the admin who is called `operator`, at least 12 characters. Empty: there is none; without `operators`, too, neither the console
   * nor the monitor is mounted.
   */
  password: z.union([z.literal(''), z.string().min(12)]).default(''),
  /**
   * Operators with passwords of their own, as JSON: `[{ "name", "role", "passwordHash" }]`; `npm run operator` makes an entry. A `viewer` looks,
   * an `operator` drains, kicks, moves, closes and bans, an `admin` does everything, the monitor included.
   */
  operators: OperatorEntries.default([]),
  /** Life of an operator's sign-in, ms; it ends with the process, too. */
  sessionTtlMs: durationMs.default(12 * 3_600_000),
});

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

/** Tickets and queues. */
export const MatchmakingConfig = z.strictObject({
  /** Tickets that may wait in one queue of a region; whoever comes then is refused with a time to wait. */
  mostWaitingTickets: count.default(20_000),
});

/**
 * Events of sessions, matches, tickets, latencies and the game, for whoever wants to learn from them. The defaults keep them in files beside the
 * profiles, within bounds; without a file for profiles (`:memory:`) and a folder there are none.
 */
export const AnalyticsConfig = z
  .strictObject({
    /**
     * Where events go: `files` of NDJSON on the machine that happens to write them, `mongo`: documents in the database of `mongo.uri`, a
     * `webhook`, or `none`: nothing is recorded.
     */
    sink: z.enum(['files', 'mongo', 'webhook', 'none']).default('files'),
    /** Folder of the files; it is made. Empty: `analytics` beside `profiles.sqlitePath`. */
    folder: z.string().default(''),
    /** Size after which a new file is begun. */
    fileMaxBytes: count.default(64 * 1024 * 1024),
    /** Age after which a new file is begun. Lower: sooner with whoever collects them, in more files. */
    fileMaxAgeMs: durationMs.default(3_600_000),
    /** All files of the folder together; the oldest go. Keep what you need elsewhere. */
    folderMaxBytes: count.default(1024 * 1024 * 1024),
    /** Age after which a file goes, or an event in MongoDB. */
    keepMs: durationMs.default(30 * 24 * 3_600_000),
    /** `https://…` that gets the events as NDJSON by POST, an event twice at times (by the same id). Only 2xx takes them. */
    webhookUrl: z.union([z.literal(''), z.url({ protocol: /^https?$/ })]).default(''),
    /** Sent with it as `Authorization: Bearer …`. Empty: none. */
    webhookToken: z.string().default(''),
    /** Events that wait on a node while the region's stream does not take them, 1 KiB each at most; more are dropped by class. */
    bufferEvents: count.default(10_000),
    /** Events that wait in the region's Redis for a sink that takes none, about 400 bytes each. */
    streamMaxEvents: count.default(100_000),
  })
  .refine((c) => c.sink !== 'webhook' || c.webhookUrl !== '', {
    path: ['webhookUrl'],
    message: 'is needed with sink webhook',
    when: areSound('sink', 'webhookUrl'),
  });

/** The bot that acts on alerts. It runs where `incidents` is among `process.services`. */
export const IncidentsConfig = z.strictObject({
  /**
   * What Alertmanager sends as `Authorization: Bearer …`, at least 16 characters; the same in all of a region's bots. Needed where
   * one runs.
   */
  token: z
    .union([
      z.literal(''),
      // RFC 6750, §2.1
      z
        .string()
        .min(16)
        .regex(/^[\w.~+/=-]+$/, 'wants letters, digits and -._~+/='),
    ])
    .default(''),
  /** Port where Alertmanager posts, at `/alerts`, on `admin.bindAddress`; 0 takes a free one. Never public. */
  port: port.default(2_571),
  /** What the bot may do, when an alert asks for it. */
  actions: commaList(incidentAction).default([...INCIDENT_ACTIONS]),
  /** What of it needs no operator's approval. `evacuate-region` always does. */
  unattendedActions: commaList(
    incidentAction.exclude(['evacuate-region'], { error: 'wants no evacuate-region' }),
  ).default(['drain-node', 'quarantine-node', 'raise-replicas']),
  /** Share of the region's nodes that may be out of play at once, 0–1, rounded down. Higher: more is repaired, more may be broken. */
  blastRadiusRatio: z.coerce.number().min(0).max(1).default(0.34),
  /** Time between two of the same actions on the same target. Lower: an alert that flaps makes players move more often. */
  cooldownMs: durationMs.default(600_000),
  /** How long an operator may take to approve; then the alert must be told again. */
  approvalTtlMs: durationMs.default(900_000),
  /** `dry-run`: everything is decided and written down, nothing is done. */
  mode: z.enum(['act', 'dry-run']).default('act'),
  /** Name of the HorizontalPodAutoscaler of the game nodes, in the bot's own namespace of Kubernetes. Empty: nothing adds nodes here. */
  autoscaler: z
    .string()
    .regex(/^[a-z0-9.-]*$/, 'wants a name as Kubernetes takes it')
    .default(''),
});

/** Calls between services that run apart. */
export const RpcConfig = z
  .strictObject({
    /** Port of gRPC, for a process that runs a service for others; 0 takes a free one. */
    port: port.default(2_570),
    /** Address of that port. Never public; anything but loopback wants a network policy around it, or mutual TLS. */
    bindAddress: z.string().min(1).default('127.0.0.1'),
    /**
     * Where the auth service is, as gRPC names it: `host:port`, `dns:///name:port` for all addresses of a name in turn,
     * `ipv4:10.0.0.1:2570,10.0.0.2:2570`. Empty: in this process, if `process.services` is `all` or names it.
     */
    authTarget: z.string().default(''),
    /** Where the profile service is. Empty: as for auth; and what asks for profiles may have them from `mongo.uri` itself. */
    profileTarget: z.string().default(''),
    /** Where the matchmaking service of this node's region is. Empty: as for auth. */
    matchmakingTarget: z.string().default(''),
    /** Where the analytics service is. Empty: as for auth. */
    analyticsTarget: z.string().default(''),
    /** Key by which services know each other, at least 32 characters. Empty: derived from `auth.jwtSecret`. */
    secret: z.union([z.literal(''), z.string().min(32)]).default(''),
    /** Mutual TLS: file of the authority, in PEM. Empty, with the next two: none. */
    tlsCaPath: z.string().default(''),
    /** File of this process' certificate, in PEM. */
    tlsCertPath: z.string().default(''),
    /** File of its key, in PEM. */
    tlsKeyPath: z.string().default(''),
  })
  .refine(
    ({ tlsCaPath, tlsCertPath, tlsKeyPath }) =>
      [tlsCaPath, tlsCertPath, tlsKeyPath].every((path) => (path === '') === (tlsCaPath === '')),
    {
      path: ['tlsCaPath'],
      message: 'mutual TLS wants all three: tlsCaPath, tlsCertPath, tlsKeyPath',
      when: areSound('tlsCaPath', 'tlsCertPath', 'tlsKeyPath'),
    },
  );

const SERVICE_NAMES = ['all', ...SERVICES] as const;
const serviceName = z.enum(SERVICE_NAMES, { error: `wants some of ${SERVICE_NAMES.join(', ')}` });

/** Services that find their nodes, or are found, in the region's Redis. */
const VIA_REDIS = ['auth', 'matchmaking', 'analytics'] as const;

/** Traces, for whoever asks where the time of a join went. Off until a collector or the console is to have them. */
export const TracingConfig = z.strictObject({
  /** Where an OTLP collector takes spans over HTTP as JSON, such as `http://collector:4318`; `/v1/traces` is added. Empty: nowhere. */
  otlpEndpoint: z.union([z.literal(''), z.url({ protocol: /^https?$/ })]).default(''),
  /** Headers for it: `name=value,name=value`, each value as in a URL. */
  otlpHeaders: z.preprocess(headerList, z.record(z.string(), z.string())).default({}),
  /** How this system is called among others. */
  serviceName: z.string().min(1).default('meridian'),
  /** Share of traces that is recorded, chosen where they begin; the same on every node. Lower: less to send and to keep. */
  sampleRatio: z.coerce.number().min(0).max(1).default(1),
  /** How often spans are sent. */
  flushEveryMs: durationMs.default(5_000),
  /** Newest spans of this process that the console shows, less than 4 KiB each. 0: it shows none. */
  keptSpans: z.coerce.number().int().min(0).max(50_000).default(0),
});

/** The process itself. */
export const ProcessConfig = z.strictObject({
  /**
   * What this process runs: some of `auth`, `profile`, `matchmaking`, `game`, `analytics`, `incidents`, or `all`: every one but the last
   * that has no target in `rpc`. What it is told by name it serves to others, too. The same as `--services`.
   */
  services: commaList(serviceName)
    .pipe(z.array(serviceName).min(1, `wants some of ${SERVICE_NAMES.join(', ')}`))
    .default(['all']),
  /** `production` asks for `auth.jwtSecret`. */
  environment: z.enum(['development', 'test', 'production']).default('development'),
  /** Lines below this level are not written. No level writes secrets. */
  logLevel: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  /** Newest lines of the log that operators can ask for (`meridian logs`), in bytes of this process. 0: none. */
  keptLogBytes: z.coerce
    .number()
    .int()
    .min(0)
    .max(64 * 1024 * 1024)
    .default(1024 * 1024),
  /** Time from SIGTERM to the end of the process, whatever still runs. Keep it below the platform's kill timeout. */
  shutdownDeadlineMs: durationMs.default(20_000),
});

export const MeridianConfig = z
  .strictObject({
    http: HttpConfig.prefault({}),
    rooms: RoomsConfig.prefault({}),
    auth: AuthConfig.prefault({}),
    profiles: ProfilesConfig.prefault({}),
    mongo: MongoConfig.prefault({}),
    admin: AdminConfig.prefault({}),
    redis: RedisConfig.prefault({}),
    cluster: ClusterConfig.prefault({}),
    region: RegionConfig.prefault({}),
    matchmaking: MatchmakingConfig.prefault({}),
    analytics: AnalyticsConfig.prefault({}),
    incidents: IncidentsConfig.prefault({}),
    rpc: RpcConfig.prefault({}),
    tracing: TracingConfig.prefault({}),
    process: ProcessConfig.prefault({}),
  })
  .refine((c) => c.process.environment !== 'production' || hasSecret(c), {
    path: ['auth', 'jwtSecret'],
    message: 'is needed in production, or every restart and every second node signs everybody out',
    when: areSound('process.environment', 'process.services', 'auth.jwtSecret'),
  })
  .refine((c) => c.redis.uri === '' || hasSecret(c), {
    path: ['auth', 'jwtSecret'],
    message: 'is needed with redis.uri, or each node refuses the players and nodes of the others',
    when: areSound('process.services', 'redis.uri', 'auth.jwtSecret'),
  })
  .refine((c) => isWhole(c) || hasSecret(c) || c.rpc.secret !== '', {
    path: ['rpc', 'secret'],
    message: 'or auth.jwtSecret is needed with services apart, or they do not know each other',
    when: areSound('process.services', 'rpc.secret', 'auth.jwtSecret'),
  })
  .refine((c) => isPlaced(c, 'auth'), needsTarget('auth'))
  .refine((c) => isPlaced(c, 'profile') || c.mongo.uri !== '', {
    ...needsTarget('profile'),
    message:
      'is needed, or mongo.uri, or profile among process.services: what runs here asks for profiles',
  })
  .refine((c) => isPlaced(c, 'matchmaking'), needsTarget('matchmaking'))
  .refine((c) => isPlaced(c, 'analytics'), needsTarget('analytics'))
  .refine((c) => c.redis.uri !== '' || !VIA_REDIS.some((service) => isApart(c, service)), {
    path: ['redis', 'uri'],
    message: `is needed with ${VIA_REDIS.join(', ')} apart: revocations, tickets and events go by it`,
    when: areSound('process.services', 'redis.uri'),
  })
  .refine((c) => c.region.all.length < 2 || hasSecret(c), {
    path: ['auth', 'jwtSecret'],
    message:
      'is needed with several regions, or each refuses the players and latencies of the others',
    when: areSound('process.services', 'region.all', 'auth.jwtSecret'),
  })
  .refine((c) => c.region.links.length === 0 || c.redis.uri !== '', {
    path: ['region', 'links'],
    message: 'needs a Redis of this region (redis.uri) to send from',
    when: areSound('region.links', 'redis.uri'),
  })
  .refine((c) => c.analytics.sink !== 'mongo' || c.mongo.uri !== '', {
    path: ['mongo', 'uri'],
    message: 'is needed with analytics.sink mongo',
    when: areSound('analytics.sink', 'mongo.uri'),
  })
  .refine((c) => !isApart(c, 'analytics') || !runningIn(c).has('analytics') || writesEvents(c), {
    path: ['analytics', 'sink'],
    message:
      'none: a service that writes nothing is none; with profiles.sqlitePath :memory: set analytics.folder',
    when: areSound('process.services', 'analytics', 'profiles.sqlitePath'),
  })
  .refine((c) => c.redis.uri !== '' || !c.process.services.includes('incidents'), {
    path: ['redis', 'uri'],
    message:
      'is needed with incidents among process.services: one process alone has nothing to act on',
    when: areSound('process.services', 'redis.uri'),
  })
  .refine((c) => !c.process.services.includes('incidents') || c.incidents.token !== '', {
    path: ['incidents', 'token'],
    message: 'is needed with incidents among process.services, or anybody could drain nodes',
    when: areSound('process.services', 'incidents.token'),
  })
  .refine((c) => !isCalledOnEveryInterface(c) || isFoundAway(advertisedHost(c.cluster)), {
    path: ['cluster', 'peerAdvertiseHost'],
    message:
      'is needed, a host that others reach, with gRPC on every interface: matchmaking calls this node there',
    when: areSound('process.services', 'rpc', 'cluster'),
  })
  .refine((c) => c.redis.uri === '' || advertisedHost(c.cluster) !== null, {
    path: ['cluster', 'peerAdvertiseHost'],
    message: 'is needed when peerBindAddress is every interface: others must know one of them',
    when: areSound('redis.uri', 'cluster.peerBindAddress', 'cluster.peerAdvertiseHost'),
  });

export type MeridianConfig = z.infer<typeof MeridianConfig>;
export type HttpConfig = MeridianConfig['http'];
export type RoomsConfig = MeridianConfig['rooms'];
export type AuthConfig = MeridianConfig['auth'];
export type ProfilesConfig = MeridianConfig['profiles'];
export type MongoConfig = MeridianConfig['mongo'];
export type AdminConfig = MeridianConfig['admin'];
export type RedisConfig = MeridianConfig['redis'];
export type ClusterConfig = MeridianConfig['cluster'];
export type RegionConfig = MeridianConfig['region'];
export type AnalyticsConfig = MeridianConfig['analytics'];
export type IncidentsConfig = MeridianConfig['incidents'];
export type RpcConfig = MeridianConfig['rpc'];
export type TracingConfig = MeridianConfig['tracing'];
export type ProcessConfig = MeridianConfig['process'];

/** What of the configuration says which services run here, and where the others are. */
export interface PlacedConfig {
  readonly process: { readonly services: readonly (ServiceName | 'all')[] };
  readonly rpc: Readonly<Record<`${CalledService}Target`, string>>;
}

/** What runs where, as far as this process is told. */
export function placementOf({ process, rpc }: PlacedConfig): ServicePlacement {
  return {
    services: process.services,
    targets: {
      auth: rpc.authTarget,
      profile: rpc.profileTarget,
      matchmaking: rpc.matchmakingTarget,
      analytics: rpc.analyticsTarget,
    },
  };
}

/** What this process runs. */
export function runningIn(config: PlacedConfig): ReadonlySet<ServiceName> {
  return runningServices(placementOf(config));
}

/** By which host other services reach the port of gRPC: where it is bound, or as other nodes do. */
export function rpcHost({ rpc, cluster }: Pick<MeridianConfig, 'rpc' | 'cluster'>): string {
  const { bindAddress } = rpc;
  return isEvery(bindAddress) ? (advertisedHost(cluster) ?? '') : bindAddress;
}

/** By which host other nodes reach this one; null when the configuration does not tell. */
export function advertisedHost({
  peerAdvertiseHost,
  peerBindAddress,
}: {
  readonly peerAdvertiseHost: string;
  readonly peerBindAddress: string;
}): string | null {
  if (peerAdvertiseHost !== '') return peerAdvertiseHost;
  return isEvery(peerBindAddress) ? null : peerBindAddress;
}

/** Whether events of this region are kept anywhere, where this process writes them out. */
function writesEvents({
  analytics,
  profiles,
}: {
  readonly analytics: { readonly sink: string; readonly folder: string };
  readonly profiles: { readonly sqlitePath: string };
}): boolean {
  if (analytics.sink !== 'files') return analytics.sink !== 'none';
  return analytics.folder !== '' || profiles.sqlitePath !== ':memory:';
}

/** Whether matchmaking asks this node for rooms, at an address that says nothing of where it is. */
function isCalledOnEveryInterface(
  config: PlacedConfig & { readonly rpc: { readonly bindAddress: string } },
): boolean {
  const running = runningIn(config);
  return running.has('game') && !running.has('matchmaking') && isEvery(config.rpc.bindAddress);
}

function isFoundAway(host: string | null): boolean {
  return host !== null && !isLoopback(host);
}

function isEvery(bindAddress: string): boolean {
  return ['0.0.0.0', '::'].includes(bindAddress);
}

/** Whether it has what tokens are signed with, or has no business with players: the incident bot alone must not be able to sign for them. */
function hasSecret({
  auth,
  process,
}: Pick<PlacedConfig, 'process'> & { readonly auth: { readonly jwtSecret: string } }): boolean {
  return auth.jwtSecret !== '' || process.services.every((service) => service === 'incidents');
}

/** Whether this process is all there is: it calls no service, and serves none. */
function isWhole(config: PlacedConfig): boolean {
  const { services, targets } = placementOf(config);
  return services.includes('all') && Object.values(targets).every((target) => target === '');
}

function isPlaced(config: PlacedConfig, service: CalledService): boolean {
  return !unplacedServices(placementOf(config)).includes(service);
}

function needsTarget(service: CalledService) {
  return {
    path: ['rpc', `${service}Target`],
    message: `is needed, or ${service} among process.services: what runs here asks it`,
    when: areSound('process.services'),
  };
}

/** Whether a service and the nodes it is for are different processes. */
function isApart(config: PlacedConfig, service: CalledService): boolean {
  const running = runningIn(config);
  return running.has(service) !== running.has('game');
}

/** For a check across keys: runs unless one of them is wrong in itself, so that all problems are told at once. */
function areSound(...paths: readonly string[]): (payload: z.core.ParsePayload) => boolean {
  return ({ issues }) => {
    // A wrong item makes its list wrong: the dot ends a key.
    const wrong = issues.map(({ path = [] }) => `${path.join('.')}.`);
    return !paths.some((path) => wrong.some((each) => each.startsWith(`${path}.`)));
  };
}

function isWebOrigin(value: string): boolean {
  // A trailing slash is forgiven, a path is not: browsers send none.
  return URL.canParse(value) && new URL(value).origin === value.toLowerCase().replace(/\/$/, '');
}

function isProxyRange(value: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(value)) return true;
  const [address = '', bits, ...rest] = value.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d+$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}
