import type { IdentityProvider } from '../auth/providers/identity-provider.ts';
import type { RevocationLog } from '../auth/revocation-log.ts';
import { RedisRevocationLog } from '../auth/revocation-log-redis.ts';
import { SqliteRevocationLog } from '../auth/revocation-log-sqlite.ts';
import { Revocations } from '../auth/revocations.ts';
import { type AuthService, createAuthService } from '../auth/service.ts';
import type { MeridianConfig } from '../config/config.ts';
import type { PlayerRegistry } from '../profiles/contract.ts';
import type { Clock } from '../shared/clock.ts';
import type { Closers } from '../shared/closers.ts';
import type { MongoDatabase } from '../storage/mongo/mongo-connection.ts';
import { openRedis } from '../storage/redis/redis-connection.ts';
import type { SqliteDatabase } from '../storage/sqlite/sqlite-database.ts';
import type { Logger } from '../telemetry/logger.ts';
import { openAccountStorage } from './account-storage.ts';

export interface AccountsDeps {
  readonly config: Pick<MeridianConfig, 'auth' | 'redis'>;
  readonly database: SqliteDatabase;
  /** Null: accounts are in `database`. */
  readonly mongo: MongoDatabase | null;
  readonly clock: Clock;
  readonly log: Logger;
  readonly profiles: PlayerRegistry;
}

export interface OpenAccounts {
  readonly auth: AuthService;
  readonly revocations: Revocations;
}

/**
 * Accounts of this process; it knows which tokens the region has revoked.
 *
 * @throws {Error} when Redis does not answer; {GameError} `STORE_UNAVAILABLE`; {TypeError} for a signing key or Apple key that is none
 */
export async function openAccounts(deps: AccountsDeps, closers: Closers): Promise<OpenAccounts> {
  const { config } = deps;
  const revocationLog = await openRevocationLog(deps, closers);
  const revocations = await openRevocations({ ...deps, revocationLog }, closers);
  const auth = createAuthService({
    ...deps,
    config: config.auth,
    ...(await openAccountStorage(deps)),
    revocations,
    providers: await openProviders(deps),
  });
  return { auth, revocations };
}

/** The library that speaks to them is loaded where there are some: a start without is so much shorter. */
async function openProviders({ config, clock }: AccountsDeps) {
  if (config.auth.providers.length === 0) return new Map<string, IdentityProvider>();
  const providers = await import('../auth/providers/open-providers.ts');
  return providers.openProviders(config.auth.providers, clock);
}

async function openRevocationLog(deps: AccountsDeps, closers: Closers): Promise<RevocationLog> {
  const { config, database: db, clock } = deps;
  if (config.redis.uri === '') return new SqliteRevocationLog({ db, clock });
  return await openRegionRevocations(deps, closers);
}

/** Whose tokens do not count in the region, for a process that has no accounts. @throws {Error} when Redis does not answer */
export async function openStanding(
  deps: Pick<AccountsDeps, 'config' | 'clock' | 'log'>,
  closers: Closers,
): Promise<Revocations> {
  const revocationLog = await openRegionRevocations(deps, closers);
  return await openRevocations({ ...deps, revocationLog }, closers);
}

async function openRevocations(
  deps: Pick<AccountsDeps, 'config' | 'clock' | 'log'> & { readonly revocationLog: RevocationLog },
  closers: Closers,
): Promise<Revocations> {
  const { accessTokenTtlMs: tokenTtlMs } = deps.config.auth;
  const revocations = await Revocations.open(deps, { tokenTtlMs });
  closers.push('revocations', () => revocations.close());
  return revocations;
}

/** The revocations of the region, which all its processes share. @throws {Error} when Redis does not answer */
async function openRegionRevocations(
  { config, clock, log }: Pick<AccountsDeps, 'config' | 'clock' | 'log'>,
  closers: Closers,
): Promise<RevocationLog> {
  const redis = await openRedis(config.redis.uri, { name: 'accounts', log });
  closers.push('Redis of accounts', () => redis.disconnect());
  const revocationLog = await RedisRevocationLog.open({ redis, clock, log });
  closers.push('revocations of the region', () => revocationLog.close());
  return revocationLog;
}
