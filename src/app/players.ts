import type { Revocations } from '../auth/revocations.ts';
import type { AuthService } from '../auth/service.ts';
import type { MeridianConfig } from '../config/config.ts';
import { createProfileService, type ProfileService } from '../profiles/service.ts';
import { systemClock } from '../shared/clock.ts';
import type { Closers } from '../shared/closers.ts';
import type { SqliteDatabase } from '../storage/sqlite/sqlite-database.ts';
import type { Logger } from '../telemetry/logger.ts';
import { openAccounts } from './accounts.ts';
import { openProfileStorage } from './profile-storage.ts';

/** Who players are, and what is kept of them. */
export interface Players {
  readonly auth: AuthService;
  readonly revocations: Revocations;
  readonly profiles: ProfileService;
}

/** @throws {GameError} `STORE_UNAVAILABLE` */
export async function openPlayers(
  {
    config,
    database,
    log,
  }: {
    readonly config: MeridianConfig;
    readonly database: SqliteDatabase;
    readonly log: Logger;
  },
  closers: Closers,
): Promise<Players> {
  const profiles = createProfileService({
    storage: await openProfileStorage(config, database, closers),
    regionId: config.region.id,
    log,
  });
  profiles.start();
  closers.push('profile sweeper', () => profiles.stop());
  const accounts = { config, database, clock: systemClock, log, profiles };
  return { profiles, ...(await openAccounts(accounts, closers)) };
}
