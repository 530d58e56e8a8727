import { SqliteRefreshTokenStore } from '../auth/refresh-token-store-sqlite.ts';
import { type AuthService, createAuthService } from '../auth/service.ts';
import type { MeridianConfig } from '../config/config.ts';
import { SqliteProfileStore } from '../profiles/profile-store-sqlite.ts';
import { createProfileService, type ProfileService } from '../profiles/service.ts';
import { systemClock } from '../shared/clock.ts';
import type { Closers } from '../shared/closers.ts';
import { SqliteDatabase } from '../storage/sqlite/sqlite-database.ts';
import type { Logger } from '../telemetry/logger.ts';

/** Who players are, and what is kept of them. */
export interface Players {
  readonly auth: AuthService;
  readonly profiles: ProfileService;
}

/** @throws {GameError} `STORE_UNAVAILABLE` */
export async function openPlayers(
  { config, log }: { readonly config: MeridianConfig; readonly log: Logger },
  closers: Closers,
): Promise<Players> {
  const database = await SqliteDatabase.open({ path: config.profiles.sqlitePath });
  closers.push('SQLite', () => database.close());
  const profiles = createProfileService({
    store: new SqliteProfileStore({ db: database, clock: systemClock }),
  });
  const auth = createAuthService({
    config: config.auth,
    clock: systemClock,
    log,
    profiles,
    refreshTokens: new SqliteRefreshTokenStore({ db: database, clock: systemClock }),
  });
  return { auth, profiles };
}
