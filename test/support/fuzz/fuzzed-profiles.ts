import fc from 'fast-check';
import { profileCalls } from '../../../src/profiles/client.ts';
import { openSqliteProfiles } from '../../../src/profiles/open-sqlite-profiles.ts';
import { PROFILE_RPC } from '../../../src/profiles/profile-rpc.ts';
import { createProfileService } from '../../../src/profiles/service.ts';
import { SqliteDatabase } from '../../../src/storage/sqlite/sqlite-database.ts';
import type { Logger } from '../../../src/telemetry/logger.ts';
import type { FuzzedService } from './fuzzed-service.ts';
import { hostileJson } from './json-texts.ts';

const ANN = 'p_annannannannannannan';

/** Profiles in memory; what Ann has is looked at. */
export async function openFuzzedProfiles(log: Logger): Promise<FuzzedService> {
  const database = await SqliteDatabase.open({ path: ':memory:' });
  const storage = openSqliteProfiles(database);
  const profiles = createProfileService({ storage, regionId: 'eu', log });
  return {
    serve: (server) => server.add(PROFILE_RPC, profileCalls(profiles)),
    texts: {
      playerId: fc.constantFrom(ANN, ANN, ANN, 'p_benbenbenbenbenbenben'),
      displayName: fc.constantFrom('Ann', 'Brave Otter 42'),
      username: fc.stringMatching(/^[a-z][a-z0-9_]{2,19}$/),
      operationId: fc.stringMatching(/^[a-z]{1,3}:[0-9]{1,2}$/),
      reason: fc.constantFrom('won', 'bought'),
      key: fc.constantFrom('gold', 'sword', 'duel.wins'),
      dataJson: fc.oneof(fc.json({ maxDepth: 3 }), hostileJson, fc.constant('{"sound":false}')),
    },
    prepare: async () => {
      if ((await profiles.read(ANN)) !== null) return;
      await profiles.create({ playerId: ANN, displayName: 'Ann' });
    },
    kept: async () => JSON.stringify(await profiles.exportPlayer(ANN)),
    [Symbol.asyncDispose]: () => database.close(),
  };
}
