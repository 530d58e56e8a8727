// A node that does nothing but live: a lease, a registry, and a declareDead of its own. Run by LeaseNodeProcess.

import { pino } from 'pino';
import { leaseTimesOf } from '../../src/cluster/lease/lease-rules.ts';
import { WorkerNodeLease } from '../../src/cluster/lease/worker-node-lease.ts';
import type { NodeInfo } from '../../src/cluster/node-info.ts';
import { IDLE_LOAD } from '../../src/cluster/node-info.ts';
import { peerKey } from '../../src/cluster/peers/peer-auth.ts';
import { RedisNodeRegistry } from '../../src/cluster/redis-node-registry.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { processClock } from '../../src/shared/process-clock.ts';
import { openRedis } from '../../src/storage/redis/redis-connection.ts';
import { redisKeys } from '../../src/storage/redis/redis-keys.ts';
import { NodeMetrics } from '../../src/telemetry/metrics.ts';
import type { LeaseNodeAnswer, LeaseNodeQuestion } from './lease-node-process.ts';

const [nodeId = ''] = process.argv.slice(2);
const config = loadConfig(process.env);
const log = pino({ level: 'silent' });
const metrics = new NodeMetrics();
const key = peerKey(config.cluster, config.auth);
const redis = await openRedis(config.redis.uri, { name: 'node', log });
const startedAtMs = Date.now();
// From here on the wall clock of this process is of no use.
Date.now = () => 0;

const describe = (peerAddress: string): NodeInfo => ({
  nodeId,
  publicAddress: null,
  peerAddress,
  internalAddress: '127.0.0.1:0',
  build: '',
  startedAtMs,
  isDraining: false,
  load: IDLE_LOAD,
});
let ownAddress = '';
const lease = await WorkerNodeLease.open({
  config: config.cluster,
  redisUri: config.redis.uri,
  key,
  nodeId,
  describe: (peerAddress) => {
    ownAddress = peerAddress;
    return describe(peerAddress);
  },
  log,
  metrics,
});
// As a node does that has started.
lease.publish(describe(ownAddress));
const registry = new RedisNodeRegistry(
  {
    redis,
    lease,
    // As the room directory does it, without the rooms.
    declareDead: async (id, leftMs) => {
      const script = `if redis.call('PTTL', KEYS[1]) > tonumber(ARGV[2]) then return 'alive' end
        redis.call('SET', KEYS[2], '1') redis.call('SREM', KEYS[3], ARGV[1]) return 'dead'`;
      const keys = [redisKeys.lease(id), redisKeys.dead(id), redisKeys.nodes];
      return (await redis.eval(script, keys.length, ...keys, id, Math.floor(leftMs))) as
        | 'alive'
        | 'dead';
    },
    log,
    metrics,
  },
  { nodeId, key, times: leaseTimesOf(config.cluster) },
);
const phases: string[] = ['held'];
const dead: string[] = [];
let redisBack = 0;
lease.onPhase((phase) => phases.push(phase));
lease.onRedisBack(() => {
  redisBack += 1;
});
registry.onDead((id) => dead.push(id));
await registry.start();

// What a step of a room would do, and whether the lease was held when it looked after a pause.
let lastStepMs = performance.now();
let heldAfterPause: boolean | null = null;
setInterval(() => {
  const nowMs = performance.now();
  if (nowMs - lastStepMs > config.cluster.leaseTtlMs / 2) heldAfterPause = lease.isHeld();
  lastStepMs = nowMs;
}, 5);

function block(forMs: number): void {
  for (const untilMs = performance.now() + forMs; performance.now() < untilMs; );
}

let burner: NodeJS.Timeout | undefined;

process.on('message', async ({ id: question, ask }: LeaseNodeQuestion) => {
  if (ask === 'hang') block(60_000);
  if (ask === 'burn') burner = setInterval(() => block(90), 100);
  if (ask === 'cool') clearInterval(burner);
  if (ask === 'seek')
    await Promise.all(registry.nodes.map((node) => registry.isThere(node.nodeId)));
  if (ask === 'release') {
    await registry.stop();
    await lease.release();
  }
  const counters = await metrics.registry.getMetricsAsJSON();
  const countOf = (name: string) =>
    counters.find((metric) => metric.name === name)?.values.reduce((n, v) => n + v.value, 0) ?? 0;
  const answer: LeaseNodeAnswer = {
    id: question,
    isHeld: lease.isHeld(),
    phase: lease.phase,
    phases,
    heldAfterPause,
    dead,
    redisBack,
    steadyForMs: lease.steadyForMs(),
    clusterMinusMonotonicMs: lease.clusterNowMs() - processClock.monotonicMs(),
    nodes: registry.nodes.map((node) => node.nodeId),
    renewalFailures: countOf('meridian_lease_renewal_failures_total'),
    lapses: countOf('meridian_lease_lapses_total'),
    deathsDeclared: countOf('meridian_node_deaths_declared_total'),
    votes: countOf('meridian_lease_votes_total'),
  };
  process.send?.(answer);
});
process.on('disconnect', () => process.exit(0));
process.send?.('ready');
