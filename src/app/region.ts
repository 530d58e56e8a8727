import type { Presence } from '@colyseus/core';
import { LocalRoomDirectory } from '../cluster/directory/local-room-directory.ts';
import { RedisRoomDirectory } from '../cluster/directory/redis-room-directory.ts';
import { leaseTimesOf } from '../cluster/lease/lease-rules.ts';
import { LocalNodeLease } from '../cluster/lease/local-node-lease.ts';
import { WorkerNodeLease } from '../cluster/lease/worker-node-lease.ts';
import { LocalNodeRegistry } from '../cluster/local-node-registry.ts';
import { LocalNodeCalls, type NodeCalls, RedisNodeCalls } from '../cluster/node-calls.ts';
import type { NodeLease, NodeRegistry } from '../cluster/node-lease.ts';
import { peerKey } from '../cluster/peers/peer-auth.ts';
import { RedisNodeRegistry } from '../cluster/redis-node-registry.ts';
import { RegionPresence } from '../cluster/redis-presence.ts';
import {
  LocalRegionOrders,
  RedisRegionOrders,
  type RegionOrders,
} from '../cluster/region-orders.ts';
import type { MeridianConfig } from '../config/config.ts';
import { MemoryRoomJournal } from '../rooms/journal/journal-memory.ts';
import { RedisRoomJournal } from '../rooms/journal/journal-redis.ts';
import type { RoomJournal } from '../rooms/journal/room-journal.ts';
import { systemClock } from '../shared/clock.ts';
import type { Closers } from '../shared/closers.ts';
import { connectSubscriber, openRedis } from '../storage/redis/redis-connection.ts';
import type { RedisClient } from '../storage/redis/redis-script.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { NodeMetrics } from '../telemetry/metrics.ts';
import type { NodeSelf } from './node-self.ts';

/** What every process of a region has, also one without rooms. */
export interface RegionMember {
  readonly calls: NodeCalls;
  readonly lease: NodeLease;
  readonly registry: NodeRegistry;
  readonly orders: RegionOrders;
}

/** What a node has in common with the others of its region; without Redis it is the only one, and all of it is in memory. */
export interface Region extends RegionMember {
  readonly directory: LocalRoomDirectory | RedisRoomDirectory;
  readonly presence: Presence | undefined;
  readonly journal: RoomJournal;
  /** Whether rooms can live on when this process ends. */
  readonly outlivesProcess: boolean;
}

export interface RegionDeps {
  readonly config: MeridianConfig;
  readonly nodeId: string;
  readonly self: NodeSelf;
  readonly log: Logger;
  readonly metrics: NodeMetrics;
}

/**
 * Joins the region: from here on the node has a lease, and others see it.
 *
 * @throws {Error} when Redis does not answer, or the peer port is taken
 */
export async function joinRegion(deps: RegionDeps, closers: Closers): Promise<Region> {
  return deps.config.redis.uri === '' ? aloneIn(deps) : await joinOverRedis(deps, closers);
}

function aloneIn({ nodeId, self, log }: RegionDeps): Region {
  return {
    directory: new LocalRoomDirectory({ clock: systemClock }, { nodeId }),
    presence: undefined,
    journal: new MemoryRoomJournal(),
    calls: new LocalNodeCalls({ nodeId, log }),
    lease: new LocalNodeLease(),
    registry: new LocalNodeRegistry(() => self.describe()),
    orders: new LocalRegionOrders(),
    outlivesProcess: false,
  };
}

async function joinOverRedis(deps: RegionDeps, closers: Closers): Promise<Region> {
  const { config, nodeId, log } = deps;
  const { uri } = config.redis;
  const redis = await openRedis(uri, { name: 'node', log });
  closers.push('Redis', () => redis.disconnect());
  const journalRedis = await openRedis(uri, { name: 'journal', log });
  closers.push('Redis of journals', () => journalRedis.disconnect());
  const { publicAddress } = config.http;
  const directory = new RedisRoomDirectory({
    redis,
    nodeId,
    publicAddress: publicAddress === '' ? undefined : publicAddress,
    log,
  });
  const presenceRedis = connectSubscriber(uri, { name: 'presence', log });
  const presence = new RegionPresence({ redis: presenceRedis, log });
  closers.push('presence', () => {
    presence.shutdown();
    presenceRedis.disconnect();
  });
  const member = await becomeMember({ ...deps, redis, directory }, closers);
  return {
    directory,
    presence,
    journal: new RedisRoomJournal(journalRedis),
    ...member,
    outlivesProcess: true,
  };
}

/**
 * Joins the region with a process that has no rooms: it has a lease, sees the others and is seen, and that is all.
 *
 * @throws {Error} when Redis does not answer, or the peer port is taken
 */
export async function joinRegionWithoutRooms(
  deps: RegionDeps,
  closers: Closers,
): Promise<RegionMember> {
  const { config, nodeId, log } = deps;
  const redis = await openRedis(config.redis.uri, { name: 'node', log });
  closers.push('Redis', () => redis.disconnect());
  // For the rooms of nodes that it finds dead.
  const directory = new RedisRoomDirectory({ redis, nodeId, publicAddress: undefined, log });
  return await becomeMember({ ...deps, redis, directory }, closers);
}

async function becomeMember(
  {
    config,
    nodeId,
    self,
    log,
    metrics,
    redis,
    directory,
  }: RegionDeps & {
    readonly redis: RedisClient;
    readonly directory: Pick<RedisRoomDirectory, 'declareDead'>;
  },
  closers: Closers,
): Promise<RegionMember> {
  const calls = await RedisNodeCalls.open({ redis, nodeId, log });
  closers.push('node calls', () => calls.close());
  const key = peerKey(config.cluster, config.auth);
  const lease = await WorkerNodeLease.open({
    config: config.cluster,
    redisUri: config.redis.uri,
    key,
    nodeId,
    describe: (peerAddress) => self.describeAt(peerAddress),
    log,
    metrics,
  });
  closers.push('lease', () => lease.release());
  const registry = new RedisNodeRegistry(
    { redis, lease, declareDead: (...node) => directory.declareDead(...node), log, metrics },
    { nodeId, key, times: leaseTimesOf(config.cluster) },
  );
  await registry.start();
  closers.push('node registry', () => registry.stop());
  const orders = new RedisRegionOrders({ redis, log });
  await orders.start();
  closers.push('orders of the region', () => orders.stop());
  return { calls, lease, registry, orders };
}
