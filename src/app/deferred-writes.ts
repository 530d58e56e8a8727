import { randomUUID } from 'node:crypto';
import type { MeridianConfig } from '../config/config.ts';
import { applyDeferred, deferringProfiles } from '../profiles/deferred/deferring-profiles.ts';
import { StoreCircuit } from '../profiles/deferred/store-circuit.ts';
import type { ProfileService } from '../profiles/service.ts';
import { systemClock } from '../shared/clock.ts';
import type { Closers } from '../shared/closers.ts';
import { connectSubscriber, openRedis } from '../storage/redis/redis-connection.ts';
import type { RedisClient } from '../storage/redis/redis-script.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { NodeMetrics } from '../telemetry/metrics.ts';

/** Longest call of a Cluster's client: it waits for jobs, 2 s at a time. */
const PATIENCE_MS = 30_000;

export interface DeferredWritesDeps {
  readonly config: Pick<MeridianConfig, 'redis' | 'mongo' | 'profiles'>;
  readonly log: Logger;
  readonly metrics: NodeMetrics;
}

/**
 * Lets additions wait in the region's Redis while MongoDB is away. Without either of them nothing waits: the embedded store is
 * never away, and other nodes of the region have another one.
 *
 * @throws {Error} when Redis does not answer
 */
export async function withDeferredWrites(
  service: ProfileService,
  { config, log, metrics }: DeferredWritesDeps,
  closers: Closers,
): Promise<ProfileService> {
  const { uri } = config.redis;
  if (uri === '' || config.mongo.uri === '') return service;
  // Loaded only here: nodes that need it have loaded Redis and MongoDB anyway, the others start without it.
  const { BullDeferredWrites } = await import('../profiles/deferred/deferred-writes-bullmq.ts');
  const redis = await openRedis(uri, { name: 'deferred-writes', log });
  closers.push('Redis of deferred writes', () => redis.disconnect());
  const patientRedis = connectSubscriber(uri, {
    name: 'deferred-writes-worker',
    log,
    commandTimeoutMs: PATIENCE_MS,
  });
  closers.push('Redis of the worker of deferred writes', () => patientRedis.disconnect());
  await warnOfForgetfulRedis(redis, log);
  const waiting = new BullDeferredWrites(
    { redis, patientRedis, clock: systemClock, metrics: metrics.deferredWrites, log },
    { mostWaiting: config.profiles.mostWaitingWrites },
  );
  closers.push('deferred writes', () => waiting.close());
  const circuit = new StoreCircuit({ ping: () => service.ping() });
  closers.push('circuit of the profile store', () => circuit.stop());
  circuit.onPhase((phase) => {
    if (phase === 'away') waiting.pause();
    // Also after a doubt: what has failed meanwhile need not wait for its next turn.
    if (phase === 'up') waiting.resume();
  });
  waiting.start((write) => applyDeferred(service, circuit, write));
  return deferringProfiles(service, { waiting, circuit, newId: randomUUID });
}

/** What waits is as durable as Redis is. */
async function warnOfForgetfulRedis(redis: RedisClient, log: Logger): Promise<void> {
  // A managed Redis may not say.
  const persistence = await redis.info('persistence').catch(() => '');
  if (!persistence.includes('aof_enabled:0')) return;
  log.warn(
    { event: 'redis-forgets' },
    'Redis has no append-only file: profile writes that wait in it are lost when it is restarted',
  );
}
