import type { MeridianConfig } from '../config/config.ts';
import type { Profiles } from '../profiles/contract.ts';
import { createProfileService, type ProfileService } from '../profiles/service.ts';
import type { Closers } from '../shared/closers.ts';
import type { SqliteDatabase } from '../storage/sqlite/sqlite-database.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { NodeMetrics } from '../telemetry/metrics.ts';
import { withProfileCache } from './profile-cache.ts';
import { openProfileStorage } from './profile-storage.ts';
import { rpcDeps } from './rpc.ts';

export interface ProfilesDeps {
  readonly config: MeridianConfig;
  readonly database: SqliteDatabase;
  readonly log: Logger;
  readonly metrics: NodeMetrics;
}

/** Profiles for this node: the service's, where it runs elsewhere. @throws {GameError} `STORE_UNAVAILABLE` */
export async function openProfiles(deps: ProfilesDeps, closers: Closers): Promise<Profiles> {
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
  return profileClient(channel.calls);
}

/** The service itself. @throws {GameError} `STORE_UNAVAILABLE` */
export async function openProfileService(
  { config, database, log, metrics }: ProfilesDeps,
  closers: Closers,
): Promise<ProfileService> {
  const storage = await openProfileStorage(config, database, closers, log);
  const profiles = createProfileService({
    storage: await withProfileCache(storage, { config, log, metrics }, closers),
    regionId: config.region.id,
    log,
  });
  profiles.start();
  closers.push('profile sweeper', () => profiles.stop());
  return profiles;
}
