// What compose.yaml's `prepare` says to servers that do not know each other yet.

import { expect, test } from 'vitest';
import { initiateCluster } from '../../infra/mongodb/initiate-cluster.ts';
import { MongosDouble } from '../support/mongos-double.ts';
import type { BsonDocument } from '../support/op-msg.ts';

/** One server that stands for all of a cluster's, and remembers what it was told. */
async function startCluster() {
  const double = await MongosDouble.start();
  const initiated: BsonDocument[] = [];
  const shards: BsonDocument[] = [];
  const order: string[] = [];
  double.fault = ({ name, command }) => {
    switch (name) {
      case 'replSetGetStatus':
        return initiated.length > 0
          ? { ok: 1, set: 'any' }
          : { ok: 0, code: 94, errmsg: 'no replset config has been received' };
      case 'replSetInitiate':
        order.push(name);
        initiated.push(command['replSetInitiate'] as BsonDocument);
        return { ok: 1 };
      case 'listShards':
        return { ok: 1, shards };
      case 'addShard':
        order.push(name);
        shards.push({ _id: command['name'], host: command['addShard'] });
        return { ok: 1, shardAdded: command['name'] };
      default:
        return undefined;
    }
  };
  const host = `127.0.0.1:${double.port}`;
  const told: string[] = [];
  const initiate = (sets: readonly string[], hosts: readonly string[] = [host]) =>
    initiateCluster({
      sets: sets.map((name) => ({ name, hosts, isConfig: name === 'config' })),
      router: host,
      patienceMs: 5_000,
      tell: (line) => told.push(line),
    });
  return {
    host,
    initiated,
    shards,
    order,
    told,
    initiate,
    [Symbol.asyncDispose]: () => double[Symbol.asyncDispose](),
  };
}

test('[DB-30] replica sets are initiated with their members, then the router is told of the shards', async () => {
  await using cluster = await startCluster();
  const hosts = [cluster.host, 'shard-a-2:27018', 'shard-a-3:27018'];
  await cluster.initiate(['shard-a'], hosts);
  expect(cluster.order).toEqual(['replSetInitiate', 'addShard']);
  expect(cluster.initiated).toEqual([
    {
      _id: 'shard-a',
      members: hosts.map((host, index) => ({ _id: index, host })),
    },
  ]);
  expect(cluster.shards).toEqual([{ _id: 'shard-a', host: `shard-a/${hosts.join(',')}` }]);
});

test('[DB-30] the config servers are one of the sets, and no shard', async () => {
  await using cluster = await startCluster();
  await cluster.initiate(['config']);
  expect(cluster.initiated).toMatchObject([{ _id: 'config', configsvr: true }]);
  expect(cluster.shards).toEqual([]);
});

test('[DB-30] again, nothing is changed', async () => {
  await using cluster = await startCluster();
  await cluster.initiate(['shard-a']);
  const before = cluster.order.length;
  await cluster.initiate(['shard-a']);
  expect(cluster.order).toHaveLength(before);
  expect(cluster.told.slice(-2)).toEqual([
    'replica set shard-a is there',
    'shard shard-a is there',
  ]);
});
