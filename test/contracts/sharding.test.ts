// `db shard`: what it says to a router, and that it says nothing when all is as wanted.

import { mongo } from 'mongoose';
import { afterAll, describe, expect, test } from 'vitest';
import { runDatabaseCommand } from '../../src/app/database-command.ts';
import { ALL_COLLECTIONS } from '../../src/app/mongo-collections.ts';
import { missingTool } from '../support/missing-tool.ts';
import { MongoServer } from '../support/mongo-server.ts';
import { MongosDouble, type SeenCommand } from '../support/mongos-double.ts';

const server = missingTool('mongo-server') ? null : await MongoServer.start();
afterAll(() => server?.[Symbol.asyncDispose]());

const { Long, MinKey } = mongo.BSON;
const ZONES = 'us-east=shardA,shardB;eu=shardC';
const CHANGES = new Set([
  'enableSharding',
  'addShardToZone',
  'updateZoneKeyRange',
  'shardCollection',
  'createIndexes',
  'collMod',
  'create',
]);
const ZONED = ['profiles', 'ledger', 'intents'];

/** One run of the command, and what it sent that changes something. */
async function shard(
  mongos: MongosDouble,
  ...args: readonly string[]
): Promise<{ exitCode: number; output: string; changes: readonly SeenCommand[] }> {
  const before = mongos.seen.length;
  let output = '';
  const exitCode = await runDatabaseCommand(
    ['shard', ...args],
    { MONGO_URI: mongos.uri },
    {
      output: (text) => {
        output += text;
      },
      progress: () => {},
    },
  );
  const changes = mongos.seen.slice(before).filter(({ name }) => CHANGES.has(name));
  return { exitCode, output, changes };
}

const names = (changes: readonly SeenCommand[]) => changes.map(({ name }) => name);
const of = (changes: readonly SeenCommand[], name: string) =>
  changes.filter((seen) => seen.name === name).map(({ command }) => command);

describe('db shard', () => {
  test('[DB-20] zones come before collections, and collections are split over them while they are empty', async () => {
    await using mongos = await MongosDouble.start();
    const { exitCode, changes, output } = await shard(mongos, '--zones', ZONES);
    expect(output).toContain('changed');
    expect(exitCode).toBe(0);
    expect(names(changes).slice(0, 4)).toEqual([
      'enableSharding',
      'addShardToZone',
      'addShardToZone',
      'addShardToZone',
    ]);
    expect(of(changes, 'addShardToZone')).toMatchObject([
      { addShardToZone: 'shardA', zone: 'us-east' },
      { addShardToZone: 'shardB', zone: 'us-east' },
      { addShardToZone: 'shardC', zone: 'eu' },
    ]);
    // Every collection, each after its own ranges.
    const sharded = of(changes, 'shardCollection');
    expect(sharded.map(({ shardCollection }) => shardCollection)).toEqual(
      ALL_COLLECTIONS.map(({ name }) => `meridian.${name}`),
    );
    for (const name of ZONED) {
      const about = changes.filter(({ command }) =>
        [command['updateZoneKeyRange'], command['shardCollection']].includes(`meridian.${name}`),
      );
      expect(names(about)).toEqual(['updateZoneKeyRange', 'updateZoneKeyRange', 'shardCollection']);
    }
    expect(sharded.filter((each) => each['presplitHashedZones'] === true)).toHaveLength(
      ALL_COLLECTIONS.filter(({ shardKey }) => 'homeRegion' in shardKey).length,
    );
  });

  test('[DB-20] a zone has its region’s documents and no other’s, in bounds that MongoDB can split', async () => {
    await using mongos = await MongosDouble.start();
    const { changes } = await shard(mongos, '--zones', 'eu=shardA;eu-west=shardB');
    const ranges = of(changes, 'updateZoneKeyRange').filter(
      ({ updateZoneKeyRange }) => updateZoneKeyRange === 'meridian.ledger',
    );
    expect(ranges).toMatchObject([
      {
        min: { homeRegion: 'eu', playerId: new MinKey() },
        max: { homeRegion: 'eu!', playerId: new MinKey() },
        zone: 'eu',
      },
      { min: { homeRegion: 'eu-west' }, max: { homeRegion: 'eu-west!' }, zone: 'eu-west' },
    ]);
    // The order of the fields is the key's: MongoDB compares bounds so.
    expect(Object.keys(ranges[0]?.['min'] as object)).toEqual(['homeRegion', 'playerId']);
  });

  test('[DB-20] a region without a zone is refused by the collections themselves', async () => {
    await using mongos = await MongosDouble.start();
    const { changes } = await shard(mongos, '--zones', ZONES);
    const validated = of(changes, 'collMod');
    expect(validated.map(({ collMod }) => collMod)).toEqual(expect.arrayContaining(ZONED));
    for (const { validator, validationLevel } of validated) {
      expect(validator).toMatchObject({
        $jsonSchema: { properties: { homeRegion: { enum: ['eu', 'us-east'] } } },
      });
      expect(validationLevel).toBe('moderate');
    }
  });

  test('[DB-21] the second run finds everything as wanted and changes nothing', async () => {
    await using mongos = await MongosDouble.start();
    const first = await shard(mongos, '--zones', ZONES, '--json');
    const second = await shard(mongos, '--zones', ZONES, '--json');
    expect(names(second.changes)).toEqual([]);
    expect(second.exitCode).toBe(0);
    const report = JSON.parse(second.output);
    expect(report).toMatchObject({ ok: true, changed: [], left: [] });
    // It looked: a thing as wanted for each that was changed before.
    expect(report.asWanted).toHaveLength(first.changes.length);
  });

  test('[DB-21] killed after any of its commands, the next run does the rest', async () => {
    await using whole = await MongosDouble.start();
    const { changes: all } = await shard(whole, '--zones', ZONES);
    // Every third is enough for all kinds; the plan itself is tried from everywhere (shard-plan.test.ts).
    for (let killedAt = 0; killedAt < all.length; killedAt += 3) {
      await using mongos = await MongosDouble.start();
      let sent = 0;
      mongos.fault = ({ name }) => {
        if (!CHANGES.has(name)) return undefined;
        sent += 1;
        return sent > killedAt ? { ok: 0, code: 8_000, errmsg: 'killed' } : undefined;
      };
      const killed = await shard(mongos, '--zones', ZONES, '--json');
      expect(killed.exitCode).toBe(1);
      expect(JSON.parse(killed.output).error).toMatchObject({ code: 'REFUSED' });
      mongos.fault = () => undefined;
      const rest = await shard(mongos, '--zones', ZONES);
      expect(names(rest.changes)).toEqual(names(all.slice(killedAt)));
      expect([...mongos.cluster.keys]).toEqual([...whole.cluster.keys]);
    }
  });

  test('[DB-21] a region that is added later gets its zone, and what is there stays', async () => {
    await using mongos = await MongosDouble.start();
    await shard(mongos, '--zones', 'eu=shardA');
    const { changes, output } = await shard(mongos, '--zones', 'eu=shardA;ap=shardB', '--json');
    expect(new Set(names(changes))).toEqual(
      new Set(['addShardToZone', 'updateZoneKeyRange', 'collMod']),
    );
    expect(JSON.parse(output).left).toEqual([]);
    const less = await shard(mongos, '--zones', 'eu=shardA', '--json');
    expect(JSON.parse(less.output).left).toEqual([
      'shard shardB is also in the zone ap',
      ...ZONED.map((name) => `${name} has a range of the zone ap from ap on`),
    ]);
    expect(names(less.changes)).toEqual([]);
  });

  test('--dry-run names what would be done, and sends none of it', async () => {
    await using mongos = await MongosDouble.start();
    const { output, changes } = await shard(mongos, '--zones', ZONES, '--dry-run');
    expect(names(changes)).toEqual([]);
    expect(mongos.of('insert', 'schema')).toEqual([]);
    expect(output).toContain('would put shard shardC into the zone eu');
    expect(output).toContain('would shard profiles by { homeRegion: 1, _id: hashed }');
  });

  test('[DB-24] a collection that has documents is indexed first, and not split beforehand', async () => {
    await using mongos = await MongosDouble.start();
    await insert(mongos, 'profiles', { _id: 'p_ann', homeRegion: 'eu' });
    const { changes, exitCode } = await shard(mongos, '--zones', ZONES);
    expect(exitCode).toBe(0);
    expect(of(changes, 'createIndexes')).toMatchObject([
      { createIndexes: 'profiles', indexes: [{ key: { homeRegion: 1, _id: 'hashed' } }] },
    ]);
    const profiles = of(changes, 'shardCollection').find(
      ({ shardCollection }) => shardCollection === 'meridian.profiles',
    );
    expect(profiles).not.toHaveProperty('presplitHashedZones');
  });
});

test('[DB-5] whose lease another has taken begins no further step', async () => {
  await using mongos = await MongosDouble.start();
  mongos.fault = ({ name, collection }) => {
    const hasBegun = mongos.seen.some((seen) => seen.name === 'enableSharding');
    if (name !== 'find' || collection !== 'schema' || !hasBegun) return undefined;
    const lease = { holder: 'bob', token: 'of bob', expiresAtMs: Date.now() + 60_000 };
    const state = { _id: 'migrations', revision: 9, fence: 9, lease, applied: [] };
    return { ok: 1, cursor: { ns: 'meridian.schema', id: Long.ZERO, firstBatch: [state] } };
  };
  const { exitCode, output, changes } = await shard(mongos, '--zones', ZONES, '--json');
  expect(exitCode).toBe(1);
  expect(JSON.parse(output)).toMatchObject({ ok: false, error: { code: 'LEASE_LOST' } });
  expect(names(changes)).toEqual(['enableSharding']);
});

describe(`a real cluster; here: ${server?.name ?? 'none'}`, () => {
  test.skipIf(server?.lacks('shards') ?? true)(
    '[DB-20] [DB-21] every chunk of a region is in a shard of its zone, and again there is nothing to do',
    { timeout: 120_000 },
    async () => {
      const uri = server?.newDatabaseUri() ?? '';
      const client = await new mongo.MongoClient(uri).connect();
      const config = client.db('config');
      const shards = (await config.collection('shards').find().toArray()).map(({ _id }) =>
        String(_id),
      );
      expect(shards.length).toBeGreaterThanOrEqual(2);
      const [first, ...others] = shards;
      const zones = `ci-one=${first};ci-two=${others.join(',')}`;
      const streams = { output: () => {}, progress: () => {} };
      const database = client.db();
      try {
        for (const command of [['shard', '--zones', zones], ['migrate']]) {
          expect(await runDatabaseCommand(command, { MONGO_URI: uri }, streams)).toBe(0);
        }
        const ns = `${database.databaseName}.profiles`;
        const found = await config.collection('collections').findOne({ _id: ns as never });
        const chunks = await config.collection('chunks').find({ uuid: found?.['uuid'] }).toArray();
        for (const [region, allowed] of [
          ['ci-one', [first]],
          ['ci-two', others],
        ] as const) {
          const its = chunks.filter(({ min }) => min.homeRegion === region);
          expect(its.length).toBeGreaterThanOrEqual(allowed.length);
          expect(its.filter(({ shard: where }) => !allowed.includes(where))).toEqual([]);
        }
        const profiles = database.collection('profiles');
        await profiles.insertOne({ _id: 'p_ann' as never, homeRegion: 'ci-two' });
        await expect(
          profiles.insertOne({ _id: 'p_bob' as never, homeRegion: 'nowhere' }),
        ).rejects.toMatchObject({ code: 121 });

        let output = '';
        const again = ['shard', '--zones', zones, '--json'];
        await runDatabaseCommand(
          again,
          { MONGO_URI: uri },
          {
            output: (text) => {
              output += text;
            },
            progress: () => {},
          },
        );
        expect(JSON.parse(output)).toMatchObject({ changed: [] });
      } finally {
        await database.dropDatabase();
        await client.close();
      }
    },
  );
});

describe('[DB-22] what stands against it is told whole, before anything is changed', () => {
  test('another shard key, a range of another zone, a shard that is not there', async () => {
    await using mongos = await MongosDouble.start();
    const { cluster } = mongos;
    cluster.run('shardCollection', { shardCollection: 'meridian.usernames', key: { _id: 1 } });
    cluster.run('addShardToZone', { addShardToZone: 'shardA', zone: 'europe' });
    cluster.run('updateZoneKeyRange', {
      updateZoneKeyRange: 'meridian.profiles',
      min: { homeRegion: 'e', _id: new MinKey() },
      max: { homeRegion: 'f', _id: new MinKey() },
      zone: 'europe',
    });
    const { exitCode, output, changes } = await shard(
      mongos,
      '--zones',
      'eu=shardC,shardZ',
      '--json',
    );
    expect(exitCode).toBe(1);
    expect(names(changes)).toEqual([]);
    const { error } = JSON.parse(output);
    expect(error.code).toBe('CONFLICT');
    expect(error.message).toContain(
      'usernames is sharded by { _id: 1 }, wanted is { _id: hashed }: reshard',
    );
    expect(error.message).toContain(
      'zone europe (from e to f) in which the region eu lies: take it away',
    );
    expect(error.message).toContain(
      'no shard shardZ for the region eu; the cluster has shardA, shardB, shardC',
    );
  });

  test.each([
    [[], {}, '--zones'],
    [['--zones', 'eu'], {}, '--zones'],
    [['--zones', ZONES], { MERIDIAN_REGION_ID: 'ap', MERIDIAN_REGIONS: regions('ap', 'eu') }, 'ap'],
    [['--zones', ZONES, '--database', 'sqlite'], {}, 'only MongoDB'],
  ] as const)('%j with %j: told, and nobody is asked', async (args, env, told) => {
    await using mongos = await MongosDouble.start();
    let output = '';
    const write = (text: string) => {
      output += text;
    };
    const environment = { MONGO_URI: mongos.uri, ...env };
    const streams = { output: write, progress: write };
    expect(await runDatabaseCommand(['shard', ...args], environment, streams)).toBe(2);
    expect(output).toContain(told);
    expect(mongos.seen).toEqual([]);
  });
});

function regions(...ids: readonly string[]): string {
  const position = { latitude: 0, longitude: 0 };
  return JSON.stringify(ids.map((id) => ({ id, name: id, url: `https://${id}.game`, position })));
}

async function insert(mongos: MongosDouble, name: string, document: object): Promise<void> {
  const client = await new mongo.MongoClient(mongos.uri).connect();
  await client
    .db()
    .collection(name)
    .insertOne({ ...document });
  await client.close();
}
