import { randomUUID } from 'node:crypto';
import { openMongoAccounts } from '../../src/auth/open-mongo-accounts.ts';
import type { MongoDatabase } from '../../src/storage/mongo/mongo-connection.ts';
import { SetClock } from './open-profiles.ts';

/** What one process has of accounts over a database that others may use, too. */
export function openAccounts(database: MongoDatabase, clock = new SetClock()) {
  return {
    ...openMongoAccounts(database, { clock, newToken: randomUUID }),
    setWallMs: (wallMs: number) => clock.set(wallMs),
  };
}
