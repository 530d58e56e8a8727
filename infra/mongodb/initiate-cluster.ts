// Makes a cluster of servers that run but do not know each other yet (compose.yaml): initiates each replica set, then tells the router
// of the shards. What is done already is not done again.

import { setTimeout as sleep } from 'node:timers/promises';
import { mongo } from 'mongoose';
import { isDoneUnless } from '../../src/storage/mongo/mongo-error.ts';

// https://www.mongodb.com/docs/manual/reference/error-codes/
const ALREADY_INITIALIZED = 23;
const NOT_YET_INITIALIZED = 94;

const LOOK_EVERY_MS = 500;

export interface ReplicaSet {
  readonly name: string;
  /** `host:port` of its members, as they reach each other. */
  readonly hosts: readonly string[];
  /** Whether it keeps the cluster's own data instead of a share of ours. */
  readonly isConfig: boolean;
}

export interface ClusterPlan {
  readonly sets: readonly ReplicaSet[];
  /** `host:port` of a mongos. */
  readonly router: string;
  /** How long any one server may need to answer and to elect, ms. */
  readonly patienceMs: number;
  readonly tell: (line: string) => void;
}

/** @throws when a server does not come up in time, or refuses */
export async function initiateCluster(plan: ClusterPlan): Promise<void> {
  for (const set of plan.sets) await initiateReplicaSet(set, plan);
  const shards = plan.sets.filter(({ isConfig }) => !isConfig);
  await withServer(plan.router, plan, (admin) => addShards(admin, shards, plan));
}

async function initiateReplicaSet(set: ReplicaSet, plan: ClusterPlan): Promise<void> {
  const [first = ''] = set.hosts;
  await withServer(first, plan, async (admin) => {
    const members = set.hosts.map((host, index) => ({ _id: index, host }));
    if (await isDoneUnless(NOT_YET_INITIALIZED, admin.command({ replSetGetStatus: 1 }))) {
      plan.tell(`replica set ${set.name} is there`);
    } else {
      const kind = set.isConfig ? { configsvr: true } : {};
      const config = { _id: set.name, ...kind, members };
      await isDoneUnless(ALREADY_INITIALIZED, admin.command({ replSetInitiate: config }));
      plan.tell(`replica set ${set.name} initiated with ${set.hosts.join(', ')}`);
    }
    await untilIn(plan.patienceMs, async () => {
      const hello = await admin.command({ hello: 1 });
      return hello['isWritablePrimary'] === true || typeof hello['primary'] === 'string';
    });
  });
}

async function addShards(
  admin: mongo.Db,
  sets: readonly ReplicaSet[],
  plan: ClusterPlan,
): Promise<void> {
  const { shards } = await admin.command({ listShards: 1 });
  const known = new Set((shards as readonly { readonly _id: string }[]).map(({ _id }) => _id));
  for (const { name, hosts } of sets) {
    if (known.has(name)) {
      plan.tell(`shard ${name} is there`);
      continue;
    }
    await admin.command({ addShard: `${name}/${hosts.join(',')}`, name });
    plan.tell(`shard ${name} added`);
  }
}

/** Asks one server and no other of its set, as soon as it answers. */
async function withServer(
  host: string,
  { patienceMs }: ClusterPlan,
  work: (admin: mongo.Db) => Promise<void>,
): Promise<void> {
  const client = new mongo.MongoClient(`mongodb://${host}/?directConnection=true`, {
    serverSelectionTimeoutMS: patienceMs,
  });
  try {
    await work((await client.connect()).db('admin'));
  } finally {
    await client.close();
  }
}

async function untilIn(patienceMs: number, fact: () => Promise<boolean>): Promise<void> {
  const deadlineMs = performance.now() + patienceMs;
  while (!(await fact())) {
    if (performance.now() >= deadlineMs) throw new Error(`no primary within ${patienceMs} ms`);
    await sleep(LOOK_EVERY_MS);
  }
}
