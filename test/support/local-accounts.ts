import { openAccounts } from '../../src/app/accounts.ts';
import type { PlayerAccounts } from '../../src/auth/contract.ts';
import { MeridianConfig } from '../../src/config/config.ts';
import { openSqliteProfiles } from '../../src/profiles/open-sqlite-profiles.ts';
import { createProfileService } from '../../src/profiles/service.ts';
import { systemClock as clock } from '../../src/shared/clock.ts';
import { Closers } from '../../src/shared/closers.ts';
import { SqliteDatabase } from '../../src/storage/sqlite/sqlite-database.ts';
import type { Logger } from '../../src/telemetry/logger.ts';
import type { FakeSteam } from './fake-steam.ts';

/** Accounts of this process. Closed when it is disposed of. */
export interface LocalAccounts extends AsyncDisposable {
  readonly accounts: PlayerAccounts;
  /** Where they and their profiles are. */
  readonly database: SqliteDatabase;
}

/** Accounts in memory, with one provider. @param auth - that section of the configuration, without `providers` */
export async function openLocalAccounts({
  steam,
  auth,
  log,
}: {
  readonly steam: FakeSteam;
  readonly auth: object;
  readonly log: Logger;
}): Promise<LocalAccounts> {
  const { url, appId, webApiKey } = steam;
  const config = MeridianConfig.parse({
    auth: { providers: [{ kind: 'steam', url, appId, webApiKey }], ...auth },
  });
  const database = await SqliteDatabase.open({ path: ':memory:' });
  const closers = new Closers();
  const profiles = createProfileService({
    storage: openSqliteProfiles(database),
    regionId: 'eu',
    log,
  });
  const { auth: accounts } = await openAccounts(
    { config, database, mongo: null, clock, log, profiles },
    closers,
  );
  return {
    ...{ accounts, database },
    [Symbol.asyncDispose]: async () => {
      await closers.closeAll();
      await database.close();
    },
  };
}
