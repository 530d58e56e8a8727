import { SqliteRefreshTokenStore } from '../auth/refresh-token-store-sqlite.ts';
import { type AuthService, createAuthService } from '../auth/service.ts';
import type { MeridianConfig } from '../config/config.ts';
import { SqliteProfileStore } from '../profiles/profile-store-sqlite.ts';
import { createProfileService, type ProfileService } from '../profiles/service.ts';
import { systemClock } from '../shared/clock.ts';
import type { SqliteDatabase } from '../storage/sqlite/sqlite-database.ts';
import type { Logger } from '../telemetry/logger.ts';

/** Who players are, and what is kept of them. */
export interface Players {
  readonly auth: AuthService;
  readonly profiles: ProfileService;
}

export function openPlayers({
  config,
  database,
  log,
}: {
  readonly config: MeridianConfig;
  readonly database: SqliteDatabase;
  readonly log: Logger;
}): Players {
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
