// Writes openapi.json beside this file:  node --conditions=meridian-source docs/reference/generate-openapi.ts
// test/integration/rest-openapi.test.ts fails when the file is stale.

import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { openAccounts } from '../../src/app/accounts.ts';
import { authRoutes } from '../../src/auth/routes.ts';
import { MeridianConfig } from '../../src/config/config.ts';
import { openSqliteProfiles } from '../../src/profiles/open-sqlite-profiles.ts';
import { profileRoutes } from '../../src/profiles/routes.ts';
import { createProfileService } from '../../src/profiles/service.ts';
import { RegionBoard } from '../../src/regions/region-board.ts';
import { catalogueOf } from '../../src/regions/region-catalogue.ts';
import { regionRoutes } from '../../src/regions/routes.ts';
import { systemClock as clock } from '../../src/shared/clock.ts';
import { Closers } from '../../src/shared/closers.ts';
import { SqliteDatabase } from '../../src/storage/sqlite/sqlite-database.ts';
import {
  type OpenApiDocument,
  openApiDocument,
} from '../../src/transport/http/openapi-document.ts';

/** The document of every route a node serves. */
export async function generateOpenApi(): Promise<OpenApiDocument> {
  await using db = await SqliteDatabase.open({ path: ':memory:' });
  const log = pino({ level: 'silent' });
  const profiles = createProfileService({
    storage: openSqliteProfiles(db),
    regionId: 'local',
    log,
  });
  const config = MeridianConfig.parse({});
  const { auth } = await openAccounts(
    { config, database: db, mongo: null, clock, log, profiles },
    // What it opens beside the database it does not open without Redis.
    new Closers(),
  );
  const board = new RegionBoard({ clock, catalogue: catalogueOf(config.region) });
  return openApiDocument([
    ...authRoutes(auth),
    ...profileRoutes(profiles, async () => {}),
    ...regionRoutes(board),
  ]);
}

if (import.meta.main) {
  const path = join(import.meta.dirname, 'openapi.json');
  writeFileSync(path, JSON.stringify(await generateOpenApi()));
  const biome = join(import.meta.dirname, '../../node_modules/@biomejs/biome/bin/biome');
  execFileSync(process.execPath, [biome, 'format', '--write', path], { stdio: 'inherit' });
}
