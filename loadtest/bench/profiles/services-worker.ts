// Child process of services.ts: the profile service in a process of its own, with Redis and MongoDB (or what stands for it) behind it; asked
// over gRPC, as a node with rooms asks it.

import { cpuUsage } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, credentials } from '@grpc/grpc-js';
import { service as healthService } from 'grpc-health-check';
import { Registry } from 'prom-client';
import { profileClient } from '../../../src/profiles/client.ts';
import type { ProfileDocument } from '../../../src/profiles/profile-mongo-models.ts';
import { PROFILE_RPC } from '../../../src/profiles/profile-rpc.ts';
import { systemClock } from '../../../src/shared/clock.ts';
import type { MongoDatabase } from '../../../src/storage/mongo/mongo-connection.ts';
import { createLogger } from '../../../src/telemetry/logger.ts';
import { RpcMetrics } from '../../../src/telemetry/rpc-metrics.ts';
import { SoftWriteMetrics } from '../../../src/telemetry/soft-write-metrics.ts';
import { callKey } from '../../../src/transport/rpc/peer-call.ts';
import { RpcChannel } from '../../../src/transport/rpc/rpc-channel.ts';
import { MongoServer } from '../../../test/support/mongo-server.ts';
import { RedisServer } from '../../../test/support/redis-server.ts';
import { MeridianProcess } from '../../../test/support/start-meridian.ts';
import { parsePrometheus, sumOf } from '../../load/prometheus.ts';
import { Reaper } from '../../machine/reaper.ts';
import { mulberry32 } from '../../scenarios/random.ts';
import { type Paced, pace } from './pace.ts';
import { SERVICE_NODE_FLAG, type ServicesRound, type ServicesTask } from './services.ts';
import { taskOfWorker, tellBench } from './worker.ts';

/** Calls that ask nothing of anybody, for comparison. */
const BARE_PER_SECOND = 100;
/** Time enough for hundreds of calls, in each of the phases for comparison. */
const COMPARED_SECONDS = 5;
const SECRET = 'a secret of at least thirty-two characters';

tellBench(await runRound(taskOfWorker<ServicesTask>()));

async function runRound({
  players: count,
  readsPerSecond,
  writesPerSecond,
  seconds,
  warmSeconds,
  seed,
}: ServicesTask): Promise<ServicesRound> {
  await using reaper = new Reaper();
  await using redis = await RedisServer.start();
  reaper.watchProcess(redis.pid);
  await using server = await MongoServer.start();
  await using opened = await server.openProfiles();
  await using service = await MeridianProcess.start({
    game: 'test/support/field-game.ts',
    env: {
      NODE_OPTIONS: SERVICE_NODE_FLAG,
      MERIDIAN_PROCESS_SERVICES: 'profile',
      MERIDIAN_RPC_PORT: '0',
      JWT_SECRET: SECRET,
      REDIS_URI: redis.uri,
      MONGO_URI: opened.uri,
    },
  });
  reaper.watchProcess(service.child.pid ?? -1);
  const channel = new RpcChannel(PROFILE_RPC, `127.0.0.1:${service.rpcPort}`, {
    ...{ clock: systemClock, metrics: new RpcMetrics(new Registry()), tls: null },
    key: callKey(SECRET),
  });
  const bare = new Client(`127.0.0.1:${service.rpcPort}`, credentials.createInsecure());
  const profiles = profileClient(channel.calls, {
    log: createLogger({ level: 'warn' }),
    softWrites: new SoftWriteMetrics(),
  });
  const players = Array.from({ length: count }, (_, n) => `p_${String(n).padStart(20, '0')}`);
  for (const playerId of players) {
    await profiles.create({ playerId, displayName: 'Ann' });
    await profiles.readForDisplay(playerId);
  }
  const random = mulberry32(seed);
  const anybody = () => players[Math.floor(random() * count)] as string;
  let written = 0;
  const write = () => {
    written += 1;
    return profiles.operate(anybody(), {
      ...{ operationId: `op:${written}`, reason: 'match', currencies: { gold: 3 } },
    });
  };
  // A read every 2 ms, and a write between two of them.
  const load = (length: number) =>
    Promise.all([
      pace({ perSecond: readsPerSecond, seconds: length }, () =>
        profiles.readForDisplay(anybody()),
      ),
      pace({ perSecond: writesPerSecond, seconds: length, firstAfterMs: 3 }, write),
    ]);
  await load(warmSeconds);
  const before = await countsOf(service);
  // What was counted is text of some hundred kilobytes: it is swept before what is measured.
  await sleep(500);
  const cpuBefore = cpuUsage();
  const [read, wrote] = await load(seconds);
  const cpu = cpuUsage(cpuBefore);
  const after = await countsOf(service);
  // No node makes such calls: each is a stream of its own, which costs both processes more than a read does, so they would be in its way.
  const [bareCalls] = await Promise.all([
    pace({ perSecond: BARE_PER_SECOND, seconds: COMPARED_SECONDS, firstAfterMs: 7 }, () =>
      bareCall(bare),
    ),
    load(COMPARED_SECONDS),
  ]);
  channel.close();
  bare.close();
  await service.stop();
  const wire = await wireWrites(opened.database, { perSecond: writesPerSecond, players });
  const calls = read.calls + wrote.calls;
  const reads = read.latency.quantiles();
  const writes = wrote.latency.quantiles();
  return {
    ...{ mongo: server.name, reads: read.calls, writes: wrote.calls },
    ...{ failed: read.failed + wrote.failed, failure: read.failure || wrote.failure },
    ...{ readP50Ms: reads.p50, readP99Ms: reads.p99 },
    ...{ writeP50Ms: writes.p50, writeP99Ms: writes.p99 },
    bareP99Ms: bareCalls.latency.quantiles().p99,
    wireWriteP99Ms: wire.latency.quantiles().p99,
    serviceCpuMs: ((after.cpuSeconds - before.cpuSeconds) * 1_000) / calls,
    callerCpuMs: (cpu.user + cpu.system) / 1_000 / calls,
    hitRatio: (after.hits - before.hits) / (after.all - before.all),
  };
}

function bareCall(client: Client): Promise<unknown> {
  const { Check } = healthService;
  if (Check === undefined) throw new TypeError('There is no health service.');
  const { path, requestSerialize, responseDeserialize } = Check;
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(path, requestSerialize, responseDeserialize, {}, (error, reply) => {
      if (error === null) resolve(reply);
      else reject(error);
    });
  });
}

/** What a write of a profile comes down to: one document over its last revision. */
function wireWrites(
  { connection }: MongoDatabase,
  { perSecond, players }: { readonly perSecond: number; readonly players: readonly string[] },
): Promise<Paced> {
  const profiles = connection.collection<ProfileDocument>('profiles');
  return pace({ perSecond, seconds: COMPARED_SECONDS }, async (n) => {
    const key = { homeRegion: 'local', _id: players[n % players.length] as string };
    const gold = { 'wallet.gold': n, updatedAtMs: n };
    const { matchedCount } = await profiles.updateOne(key, { $set: gold });
    if (matchedCount !== 1) throw new Error('The write found no profile.');
  });
}

async function countsOf(service: MeridianProcess) {
  const samples = parsePrometheus(await service.metrics());
  const of = (outcome: string) =>
    samples.get(`meridian_cache_reads_total{cache="profiles",outcome="${outcome}"}`) ?? 0;
  return {
    hits: of('memory') + of('stale') + of('redis'),
    all: sumOf(samples, 'meridian_cache_reads_total') ?? 0,
    cpuSeconds: samples.get('process_cpu_seconds_total') ?? Number.NaN,
  };
}
