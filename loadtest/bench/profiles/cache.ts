import { join } from 'node:path';
import { openSqliteProfiles } from '../../../src/profiles/open-sqlite-profiles.ts';
import { newProfileRecord } from '../../../src/profiles/profile-record.ts';
import { SqliteDatabase } from '../../../src/storage/sqlite/sqlite-database.ts';
import { RedisServer } from '../../../test/support/redis-server.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import type { Runtimes } from '../../machine/runtimes.ts';
import { type CacheCounts, type CacheOrder, playerOf } from './cache-worker.ts';
import { BenchWorker } from './worker.ts';

/** As YCSB draws its keys (Cooper et al. 2010, "Benchmarking cloud serving systems with YCSB": zipfian, constant 0.99). */
const ZIPF_S = 0.99;
export const CACHE_LOAD = {
  processes: 4,
  s: ZIPF_S,
  readsPerWrite: 100,
  stampedeReaders: 1_000,
} as const;
/** How long the store takes while a crowd waits for it, ms: a question over a wire. */
const STORE_MS = 50;

export interface CacheResult {
  /** Of all reads after the warming ones. */
  readonly hitRatio: number;
  readonly memoryRatio: number;
  readonly redisRatio: number;
  readonly reads: number;
  /** Loads per cold player, the worst. */
  readonly stampedeLoads: number;
}

/**
 * @param reads - in all; a fifth of them warms, and is not counted
 * @param stampedes - cold players, each with a crowd
 */
export async function runCache(
  runtimes: Runtimes,
  {
    players,
    reads,
    stampedes,
    seed,
  }: {
    readonly players: number;
    readonly reads: number;
    readonly stampedes: number;
    readonly seed: number;
  },
): Promise<CacheResult> {
  await using folder = await temporaryFolder('bench-cache');
  const path = join(folder.path, 'store.sqlite');
  await fill(path, players + stampedes);
  await using redis = await RedisServer.start();
  await using workers = new AsyncDisposableStack();
  const { processes, s, readsPerWrite, stampedeReaders } = CACHE_LOAD;
  const all = Array.from({ length: processes }, () =>
    workers.use(new BenchWorker('cache-worker.ts', { path, redisUri: redis.uri }, runtimes)),
  );
  await Promise.all(all.map((worker) => worker.heard()));
  const order = async (make: (nth: number) => CacheOrder): Promise<readonly CacheCounts[]> => {
    const told = all.map((worker) => worker.heard<CacheCounts>());
    for (const [nth, worker] of all.entries()) worker.tell(make(nth));
    return await Promise.all(told);
  };
  const zipfOrder = (count: number, round: number) => (nth: number) => ({
    ...{ kind: 'zipf' as const, players, s, readsPerWrite },
    ...{ reads: Math.round(count / processes), seed: seed + 10 * round + nth },
  });
  await order(zipfOrder(reads / 5, 0));
  const counted = await order(zipfOrder((reads * 4) / 5, 1));
  const outcomes = (...names: readonly string[]) =>
    counted.flatMap((it) => names.map((name) => it.outcomes[name] ?? 0)).reduce((a, b) => a + b, 0);
  const answered = outcomes('memory', 'stale', 'redis', 'waited', 'store', 'kept');
  const memoryRatio = outcomes('memory', 'stale') / answered;
  const redisRatio = outcomes('redis', 'waited') / answered;

  let stampedeLoads = 0;
  for (let nth = 0; nth < stampedes; nth += 1) {
    const counts = await order(() => ({
      ...{ kind: 'stampede', playerId: playerOf(players + nth), storeMs: STORE_MS },
      readers: stampedeReaders / processes,
    }));
    const loads = counts.reduce((sum, it) => sum + it.loads, 0);
    stampedeLoads = Math.max(stampedeLoads, loads);
    if (loads === 0) throw new Error('A cold player was warm.');
  }
  return {
    ...{ memoryRatio, redisRatio, stampedeLoads },
    hitRatio: memoryRatio + redisRatio,
    reads: answered,
  };
}

/** Players without a way in, straight into the store. */
async function fill(path: string, count: number): Promise<void> {
  await using db = await SqliteDatabase.open({ path });
  const { profiles } = openSqliteProfiles(db);
  for (let from = 0; from < count; from += 1_000) {
    const ranks = Array.from({ length: Math.min(1_000, count - from) }, (_, n) => from + n);
    await Promise.all(
      ranks.map((rank) => {
        const player = { playerId: playerOf(rank), homeRegion: 'local', displayName: 'Ann' };
        return profiles.insert(newProfileRecord(player, 0));
      }),
    );
  }
}
