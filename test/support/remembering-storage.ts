import { Registry } from 'prom-client';
import type { ProfileRecord } from '../../src/profiles/profile-record.ts';
import type { ProfileStorage, ProfileStore } from '../../src/profiles/profile-store.ts';
import { CachedProfileStore, profileRefOf } from '../../src/profiles/profile-store-cached.ts';
import type { Clock } from '../../src/shared/clock.ts';
import { RevisionCache } from '../../src/storage/cache/revision-cache.ts';
import { CacheMetrics } from '../../src/telemetry/cache-metrics.ts';

/** What one process remembers of profiles; it shares it with nobody. */
export type ProfileMemory = RevisionCache<ProfileRecord>;

export function profileMemory(store: ProfileStore, clock: Clock): ProfileMemory {
  return new RevisionCache<ProfileRecord>(
    {
      ...{ clock, metrics: new CacheMetrics(new Registry()), shared: null },
      load: (key) => store.readNearby(profileRefOf(key)),
      ...{ encode: JSON.stringify, decode: () => null, random: () => 0.5 },
    },
    { name: 'profiles', mostEntries: 100 },
  );
}

/** The storage of a process that remembers what it writes, and that nobody tells of what others write: it learns by failing. */
export function rememberingStorage(storage: ProfileStorage, cache: ProfileMemory): ProfileStorage {
  const news = { announce: () => {} };
  return {
    ...storage,
    profiles: new CachedProfileStore({ store: storage.profiles, cache, news }),
  };
}
