import type { EconomyEvents } from '../analytics/contract.ts';
import type { MeridianConfig } from '../config/config.ts';
import type { Profiles } from '../profiles/contract.ts';
import { createProfileService, type ProfileService } from '../profiles/service.ts';
import { withWalletEvents } from '../profiles/wallet-events.ts';
import type { Closers } from '../shared/closers.ts';
import type { MongoDatabase } from '../storage/mongo/mongo-connection.ts';
import type { SqliteDatabase } from '../storage/sqlite/sqlite-database.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { NodeMetrics } from '../telemetry/metrics.ts';
import type { CacheNewsSpread } from './cache-news-spread.ts';
import { withDeferredWrites } from './deferred-writes.ts';
import { withProfileCache } from './profile-cache.ts';
import { openProfileStorage } from './profile-storage.ts';
import { rpcDeps } from './rpc.ts';
import { openSoftShelf } from './soft-shelf.ts';

export interface ProfilesDeps {
  readonly config: MeridianConfig;
  readonly database: SqliteDatabase;
  /** Null: profiles are in `database`. */
  readonly mongo: MongoDatabase | null;
  readonly log: Logger;
  readonly metrics: NodeMetrics;
  /** To and from the caches of other regions; not given: there are none. */
  readonly cacheNews?: CacheNewsSpread;
}

/** Profiles for this node: the service's, where it runs elsewhere. What rooms change in wallets goes to `events`. */
export async function openProfiles(
  deps: ProfilesDeps & { readonly events: EconomyEvents },
  closers: Closers,
): Promise<Profiles> {
  return withWalletEvents(await openAnyProfiles(deps, closers), deps.events);
}

async function openAnyProfiles(deps: ProfilesDeps, closers: Closers): Promise<Profiles> {
  const { config, metrics } = deps;
  const { profileTarget } = config.rpc;
  if (profileTarget === '') return await openProfileService(deps, closers);
  // Loaded only here: gRPC takes a fifth of a second, which a node that has everything need not spend.
  const [{ RpcChannel }, { PROFILE_RPC }, { profileClient }] = await Promise.all([
    import('../transport/rpc/rpc-channel.ts'),
    import('../profiles/profile-rpc.ts'),
    import('../profiles/client.ts'),
  ]);
  const channel = new RpcChannel(PROFILE_RPC, profileTarget, rpcDeps(config, metrics));
  closers.push('profile service', async () => channel.close());
  const profiles = profileClient(channel.calls);
  closers.push('soft data', async () => {
    await profiles.drain().catch((error: unknown) => {
      deps.log.warn({ err: error }, 'soft data was not sent to the profile service');
    });
  });
  return profiles;
}

/** The service itself. */
export async function openProfileService(
  { config, database, mongo, log, metrics, cacheNews }: ProfilesDeps,
  closers: Closers,
): Promise<ProfileService> {
  const storage = await openProfileStorage(mongo, database);
  const profiles = createProfileService({
    storage: await withProfileCache(storage, { config, log, metrics, cacheNews }, closers),
    regionId: config.region.id,
    log,
    softWrites: metrics.softWrites,
    ...(await openSoftShelf({ config, log }, closers)),
  });
  profiles.start();
  closers.push('profile sweeper', () => profiles.stop());
  return await withDeferredWrites(profiles, { config, log, metrics }, closers);
}
