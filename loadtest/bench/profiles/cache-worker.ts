// Child process of cache.ts: the profile service of one of several processes, with the cache as a node has it.

import { setTimeout as sleep } from 'node:timers/promises';
import { withProfileCache } from '../../../src/app/profile-cache.ts';
import { MeridianConfig } from '../../../src/config/config.ts';
import { openSqliteProfiles } from '../../../src/profiles/open-sqlite-profiles.ts';
import type { ProfileStorage } from '../../../src/profiles/profile-store.ts';
import { createProfileService } from '../../../src/profiles/service.ts';
import { Closers } from '../../../src/shared/closers.ts';
import { SqliteDatabase } from '../../../src/storage/sqlite/sqlite-database.ts';
import { createLogger } from '../../../src/telemetry/logger.ts';
import { NodeMetrics } from '../../../src/telemetry/metrics.ts';
import { mulberry32 } from '../../scenarios/random.ts';
import { taskOfWorker, tellBench } from './worker.ts';
import { zipf } from './zipf.ts';

export interface CacheTask {
  readonly path: string;
  readonly redisUri: string;
}

export type CacheOrder =
  /** Reads of players by a zipf distribution, with a write now and then. */
  | {
      readonly kind: 'zipf';
      readonly players: number;
      readonly s: number;
      readonly reads: number;
      readonly readsPerWrite: number;
      readonly seed: number;
    }
  /** All at once, of one player; the store takes `storeMs` to answer. */
  | {
      readonly kind: 'stampede';
      readonly playerId: string;
      readonly readers: number;
      readonly storeMs: number;
    };

/** What this process has seen while it carried out an order. */
export interface CacheCounts {
  /** Reads by where the answer came from, as the node's metrics count them. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Questions that reached the store. */
  readonly loads: number;
  readonly reads: number;
}

/** Readers at a time. */
const READERS = 64;

export function playerOf(rank: number): string {
  return `p_${String(rank).padStart(20, '0')}`;
}

async function work(): Promise<void> {
  const { path, redisUri } = taskOfWorker<CacheTask>();
  const closers = new Closers();
  const log = createLogger({ level: 'silent' });
  const database = await SqliteDatabase.open({ path });
  const metrics = new NodeMetrics();
  const store = { loads: 0, delayMs: 0 };
  const config = MeridianConfig.parse({
    ...{
      redis: { uri: redisUri },
      auth: { jwtSecret: 'a secret of at least thirty-two characters' },
    },
  });
  const storage = await withProfileCache(
    counting(openSqliteProfiles(database), store),
    { config, log, metrics },
    closers,
  );
  const profiles = createProfileService({ storage, regionId: 'local', log });

  const carryOut = async (order: CacheOrder): Promise<number> => {
    if (order.kind === 'stampede') {
      store.delayMs = order.storeMs;
      const readers = Array.from({ length: order.readers }, () =>
        profiles.readForDisplay(order.playerId),
      );
      if ((await Promise.all(readers)).includes(null)) throw new Error('A player was not found.');
      return order.readers;
    }
    store.delayMs = 0;
    const draw = zipf(order.players, order.s, mulberry32(order.seed));
    let left = order.reads;
    const read = async () => {
      for (; left > 0; ) {
        left -= 1;
        const isWrite = left % order.readsPerWrite === 0;
        const playerId = playerOf(draw());
        if (isWrite) await profiles.addStatistics(playerId, { seen: 1 });
        await profiles.readForDisplay(playerId);
      }
    };
    await Promise.all(Array.from({ length: READERS }, read));
    return order.reads;
  };

  process.on('message', (order: CacheOrder) => {
    void (async () => {
      const before = { loads: store.loads, outcomes: await outcomesOf(metrics) };
      const reads = await carryOut(order);
      const after = await outcomesOf(metrics);
      const outcomes = Object.fromEntries(
        Object.entries(after).map(([name, count]) => [name, count - (before.outcomes[name] ?? 0)]),
      );
      tellBench({ outcomes, loads: store.loads - before.loads, reads } satisfies CacheCounts);
    })();
  });
  tellBench({ isReady: true });
}

function counting(
  storage: ProfileStorage,
  store: { loads: number; delayMs: number },
): ProfileStorage {
  const profiles = new Proxy(storage.profiles, {
    get: (target, method: keyof ProfileStorage['profiles']) => {
      const act = target[method].bind(target) as (...args: unknown[]) => Promise<unknown>;
      if (method !== 'readNearby') return act;
      return async (...args: unknown[]) => {
        store.loads += 1;
        if (store.delayMs > 0) await sleep(store.delayMs);
        return await act(...args);
      };
    },
  });
  return { ...storage, profiles };
}

async function outcomesOf({ registry }: NodeMetrics): Promise<Record<string, number>> {
  const metric = await registry.getSingleMetric('meridian_cache_reads_total')?.get();
  return Object.fromEntries(
    (metric?.values ?? []).map(({ labels, value }) => [String(labels['outcome']), value]),
  );
}

if (import.meta.main) await work();
