import { z } from 'zod';
import { ProviderEntries, RedirectUri, SigningKeyEntries } from './auth-entry.ts';
import { areSound, commaList, count, durationMs, port } from './config-values.ts';
import { MONGO_ZONES_FORM, parseMongoZones } from './mongo-zones.ts';

// Settings of services: accounts, players' data, events, and calls between processes.

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
export type AuthConfig = z.infer<typeof AuthConfig>;

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
export type ProfilesConfig = z.infer<typeof ProfilesConfig>;

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
export type MongoConfig = z.infer<typeof MongoConfig>;

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
export type AnalyticsConfig = z.infer<typeof AnalyticsConfig>;

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
export type RpcConfig = z.infer<typeof RpcConfig>;
