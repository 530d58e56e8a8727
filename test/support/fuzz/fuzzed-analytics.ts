import fc from 'fast-check';
import { SqliteAliasStore } from '../../../src/analytics/alias-store-sqlite.ts';
import { ANALYTICS_RPC } from '../../../src/analytics/analytics-rpc.ts';
import { analyticsCalls } from '../../../src/analytics/client.ts';
import { systemClock as clock } from '../../../src/shared/clock.ts';
import { SqliteDatabase } from '../../../src/storage/sqlite/sqlite-database.ts';
import { type FuzzedService, rowsOf } from './fuzzed-service.ts';

const ANN = 'p_annannannannannannan';

/** Pseudonyms in memory; all of their rows are looked at. */
export async function openFuzzedAnalytics(): Promise<FuzzedService> {
  const database = await SqliteDatabase.open({ path: ':memory:' });
  const aliases = await SqliteAliasStore.open({ db: database, clock });
  await aliases.aliasesOf([ANN, 'p_ben']);
  return {
    serve: (server) =>
      server.add(
        ANALYTICS_RPC,
        analyticsCalls((playerId) => aliases.erase(playerId)),
      ),
    texts: { playerId: fc.constantFrom(ANN, 'p_nobody') },
    prepare: async () => {},
    kept: () => rowsOf(database),
    [Symbol.asyncDispose]: () => database.close(),
  };
}
