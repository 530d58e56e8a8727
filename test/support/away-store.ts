import { openNodeMongo } from '../../src/app/mongo.ts';
import { openProfileService } from '../../src/app/profiles.ts';
import { MeridianConfig } from '../../src/config/config.ts';
import type { ProfileService } from '../../src/profiles/service.ts';
import { Closers } from '../../src/shared/closers.ts';
import { SqliteDatabase } from '../../src/storage/sqlite/sqlite-database.ts';
import { createLogger, type Logger } from '../../src/telemetry/logger.ts';
import { NodeMetrics } from '../../src/telemetry/metrics.ts';
import type { MongoServer } from './mongo-server.ts';
import { startRedisCluster } from './redis-cluster.ts';
import { RedisServer } from './redis-server.ts';
import { TcpRelay } from './tcp-relay.ts';

/** What a process needs to have the profile service of a region. */
export interface ProfileSettings {
  readonly redisUri: string;
  readonly mongoUri: string;
  readonly mostWaitingWrites?: number;
}

/** The profile service as a node opens it. */
export async function openService(
  { redisUri, mongoUri, mostWaitingWrites }: ProfileSettings,
  log: Logger = createLogger({ level: 'silent' }),
) {
  const closers = new Closers();
  const config = MeridianConfig.parse({
    redis: { uri: redisUri },
    mongo: { uri: mongoUri },
    region: { id: 'eu' },
    profiles: { sqlitePath: ':memory:', ...(mostWaitingWrites ? { mostWaitingWrites } : {}) },
    auth: { jwtSecret: 'a secret of at least thirty-two characters' },
  });
  const metrics = new NodeMetrics();
  closers.push('metrics', () => metrics.close());
  const database = await SqliteDatabase.open({ path: ':memory:' });
  closers.push('SQLite', () => database.close());
  const mongo = await openNodeMongo(config, closers, log);
  const profiles: ProfileService = await openProfileService(
    { config, database, mongo, log, metrics },
    closers,
  );
  return { profiles, metrics, [Symbol.asyncDispose]: () => closers.closeAll() };
}

/** A region's Redis, and a MongoDB that can go away and come back with all it has. */
export class AwayStore implements AsyncDisposable {
  readonly redis: RedisServer;
  readonly settings: ProfileSettings;
  readonly #relay: TcpRelay;
  readonly #owned: AsyncDisposableStack;

  /** @param redisFlags - of the Redis server; `cluster`: it is a Cluster of one */
  static async open(
    server: MongoServer,
    redisFlags: readonly string[] | 'cluster' = [],
  ): Promise<AwayStore> {
    await using owned = new AsyncDisposableStack();
    const opened = owned.use(await server.openProfiles());
    const isCluster = redisFlags === 'cluster';
    const redis = owned.use(
      isCluster ? await startRedisCluster() : await RedisServer.start(redisFlags),
    );
    const uri = new URL(opened.uri);
    const relay = owned.use(await TcpRelay.open(Number(uri.port)));
    uri.port = String(relay.port);
    uri.searchParams.set('directConnection', 'true');
    const redisUri = isCluster ? redis.uri.replace('redis:', 'redis+cluster:') : redis.uri;
    const settings = { redisUri, mongoUri: uri.href };
    return new AwayStore({ redis, settings, relay }, owned.move());
  }

  private constructor(
    parts: {
      readonly redis: RedisServer;
      readonly settings: ProfileSettings;
      readonly relay: TcpRelay;
    },
    owned: AsyncDisposableStack,
  ) {
    this.redis = parts.redis;
    this.settings = parts.settings;
    this.#relay = parts.relay;
    this.#owned = owned;
  }

  /** MongoDB is gone: its connections are reset, new ones refused. */
  leave(): void {
    this.#relay.refuse(true);
    this.#relay.cut();
  }

  /** MongoDB hangs: connections stay open, and nothing comes over them any more. */
  hang(): void {
    this.#relay.freeze();
    this.#relay.refuse(true);
  }

  comeBack(): void {
    this.#relay.refuse(false);
    this.#relay.thaw();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.comeBack();
    await this.#owned.disposeAsync();
  }
}

/** What a process has counted, e.g. `meridian_deferred_writes_total` with `{ outcome: 'applied' }`. */
export async function counted(
  metrics: NodeMetrics,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): Promise<number> {
  const metric = (await metrics.registry.getMetricsAsJSON()).find((it) => it.name === name);
  const values = metric?.values.filter((value) =>
    Object.entries(labels).every(([label, wanted]) => value.labels[label] === wanted),
  );
  return values?.reduce((sum, { value }) => sum + value, 0) ?? 0;
}
