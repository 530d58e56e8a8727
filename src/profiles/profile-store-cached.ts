import type { RevisionCache } from '../storage/cache/revision-cache.ts';
import type { ProfileRef } from './contract.ts';
import type { ProfileRecord } from './profile-record.ts';
import type { ProfileStore } from './profile-store.ts';

/** Who else keeps copies. */
export interface CacheNews {
  /** This process knows of a revision; others forget what is older. Never rejects. */
  announce(key: string, revision: number): void;
}

/**
 * A profile store that remembers what it has seen, for those who only look: `readNearby` is answered from memory, then from the region's
 * Redis. What is decided upon is read from the store itself, and every write refreshes both tiers.
 */
export class CachedProfileStore implements ProfileStore {
  readonly #store: ProfileStore;
  readonly #cache: RevisionCache<ProfileRecord>;
  readonly #news: CacheNews;

  constructor(deps: {
    readonly store: ProfileStore;
    /** Loads by `profileKey` from the same store. */
    readonly cache: RevisionCache<ProfileRecord>;
    readonly news: CacheNews;
  }) {
    this.#store = deps.store;
    this.#cache = deps.cache;
    this.#news = deps.news;
  }

  async insert(record: ProfileRecord): Promise<boolean> {
    const isNew = await this.#store.insert(record);
    if (isNew) await this.#keep(record);
    return isNew;
  }

  read(ref: ProfileRef): Promise<ProfileRecord | null> {
    return this.#store.read(ref);
  }

  readNearby(ref: ProfileRef): Promise<ProfileRecord | null> {
    return this.#cache.read(profileKey(ref));
  }

  lastWritten(ref: ProfileRef): ProfileRecord | null {
    return this.#cache.lastWritten(profileKey(ref));
  }

  async replace(before: ProfileRecord, after: ProfileRecord): Promise<boolean> {
    const isWritten = await this.#store.replace(before, after);
    if (!isWritten) {
      // Somebody has written since, which his news will tell, or there is none any more.
      this.#cache.heard(profileKey(before), before.revision + 1);
      return false;
    }
    if (before.homeRegion !== after.homeRegion) await this.#forget(before);
    await this.#keep(after);
    return true;
  }

  async remove(record: ProfileRecord): Promise<boolean> {
    const isRemoved = await this.#store.remove(record);
    if (isRemoved) await this.#forget(record);
    return isRemoved;
  }

  readWhole(ref: ProfileRef): ReturnType<ProfileStore['readWhole']> {
    return this.#store.readWhole(ref);
  }

  ping(): Promise<void> {
    return this.#store.ping();
  }

  async #keep(record: ProfileRecord): Promise<void> {
    const key = profileKey(record);
    await this.#cache.wrote(key, record, record.revision);
    this.#news.announce(key, record.revision);
  }

  /** It is not there any more. */
  async #forget(record: ProfileRecord): Promise<void> {
    const key = profileKey(record);
    const revision = record.revision + 1;
    await this.#cache.wrote(key, null, revision);
    this.#news.announce(key, revision);
  }
}

/** `<home region>/<player>`; neither holds a slash. */
export function profileKey({ homeRegion, playerId }: ProfileRef): string {
  return `${homeRegion}/${playerId}`;
}

/** The other way round. */
export function profileRefOf(key: string): ProfileRef {
  const [homeRegion = '', playerId = ''] = key.split('/', 2);
  return { homeRegion, playerId };
}
