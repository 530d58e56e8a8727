// What our stores say to a router of shards, and how they take what goes wrong on the way.

import { createConnection, Schema } from 'mongoose';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { openMongoProfiles } from '../../src/profiles/open-mongo-profiles.ts';
import { createProfileService } from '../../src/profiles/service.ts';
import { openMongo } from '../../src/storage/mongo/mongo-connection.ts';
import { eventually } from '../support/eventually.ts';
import { MongosDouble, type SeenCommand } from '../support/mongos-double.ts';
import { openProfiles } from '../support/open-profiles.ts';
import { profileStoreContract } from './profile-store-contract.ts';

const ann = { playerId: 'p_ann', homeRegion: 'eu', displayName: 'Ann' };

async function openDouble() {
  const mongos = await MongosDouble.start();
  const database = await openMongo({ uri: mongos.uri, regionId: 'us', minPoolSize: 0 });
  const storage = openMongoProfiles(database);
  return {
    mongos,
    database,
    storage,
    ...openProfiles(storage),
    [Symbol.asyncDispose]: async () => {
      await database.close();
      await mongos[Symbol.asyncDispose]();
    },
  };
}

/** A fault for the first command that fits. */
function once(name: string, fault: ReturnType<MongosDouble['fault']>): MongosDouble['fault'] {
  let isDone = false;
  return (seen: SeenCommand) => {
    if (isDone || seen.name !== name) return undefined;
    isDone = true;
    return fault;
  };
}

describe('the whole contract, over a router', () => {
  const opened: MongosDouble[] = [];

  profileStoreContract('MongoDB, mongos double', async () => {
    const double = await openDouble();
    opened.push(double.mongos);
    return double;
  });

  test('[PR-41] and no command of it was for more than one shard', () => {
    // Also that it looked.
    expect(opened.flatMap(({ seen }) => seen).length).toBeGreaterThan(150);
    expect(opened.flatMap(({ untargeted }) => untargeted)).toEqual([]);
  });

  test('[PR-43] and every question, change and deletion of it had an end', () => {
    const asked = opened
      .flatMap(({ seen }) => seen)
      .filter(({ name }) => ['find', 'update', 'delete'].includes(name));
    expect(asked.length).toBeGreaterThan(150);
    expect(asked.filter(({ command }) => command['maxTimeMS'] !== 2_000)).toEqual([]);
  });
});

describe('[PR-41] the double tells what would reach every shard', () => {
  test('find by id alone, update by id alone, find by a range', async () => {
    await using mongos = await MongosDouble.start();
    const connection = createConnection();
    await connection.openUri(mongos.uri, { autoCreate: false, bufferCommands: false });
    const model = connection.model(
      'Any',
      new Schema({ _id: String, homeRegion: String }),
      'profiles',
    );
    await model.findById('p_ann').exec();
    await model.updateOne({ _id: 'p_ann' }, { $set: { homeRegion: 'us' } }).exec();
    await model.find({ homeRegion: 'eu', _id: { $lte: 'p' } }).exec();
    await model.findOne({ homeRegion: 'eu', _id: 'p_ann' }).exec();
    await connection.close();
    expect(mongos.untargeted.map(({ name }) => name)).toEqual(['find', 'update', 'find']);
  });
});

describe('[PR-42] what goes wrong on the way', () => {
  test('a write whose request or reply is lost is sent again under its number, and done once', async () => {
    for (const fault of ['lose-request', 'lose-reply'] as const) {
      await using double = await openDouble();
      const { mongos, repository } = double;
      await repository.create(ann);
      mongos.fault = once('update', fault);
      const { statistics, revision } = await repository.addStatistics(ann, { wins: 1 });
      expect({ statistics, revision }).toEqual({ statistics: { wins: 1 }, revision: 2 });
      const numbers = mongos.of('update', 'profiles').map(({ command }) => command['txnNumber']);
      expect(numbers).toHaveLength(2);
      expect(String(numbers[0])).toBe(String(numbers[1]));
      expect(numbers[0]).toBeDefined();
      expect(await repository.read(ann)).toMatchObject({ revision: 2, statistics: { wins: 1 } });
    }
  });

  test('a read whose reply is lost is asked again', async () => {
    await using double = await openDouble();
    await double.repository.create(ann);
    double.mongos.fault = once('find', 'lose-reply');
    expect(await double.repository.read(ann)).toMatchObject({ revision: 1 });
  });

  test.each([
    ['every socket breaks', 'lose-request'],
    [
      'the majority does not answer in time',
      {
        ok: 1,
        n: 1,
        nModified: 1,
        writeConcernError: { code: 64, errmsg: 'waiting for replication timed out' },
      },
    ],
    ['there is no primary', { ok: 0, code: 10_107, errmsg: 'not primary' }],
  ] as const)('%s: STORE_UNAVAILABLE, and the store goes on afterwards', async (_name, fault) => {
    await using double = await openDouble();
    const { mongos, repository } = double;
    await repository.create(ann);
    mongos.fault = ({ name }) => (name === 'update' ? fault : undefined);
    await expect(repository.addStatistics(ann, { wins: 1 })).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
    });
    mongos.fault = () => undefined;
    expect(await repository.addStatistics(ann, { wins: 1 })).toMatchObject({ revision: 2 });
  });

  test('it goes away and comes back: calls fail in seconds meanwhile, and readiness with them', async () => {
    const first = await MongosDouble.start();
    const { uri, port } = first;
    await using database = await openMongo({ uri, regionId: 'eu', minPoolSize: 0 });
    const { profiles } = openMongoProfiles(database);
    await profiles.ping();
    await first[Symbol.asyncDispose]();
    const startedMs = performance.now();
    await expect(profiles.read(ann)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(performance.now() - startedMs).toBeLessThan(8_000);
    await using _second = await MongosDouble.start(port);
    await eventually(async () => (await profiles.read(ann)) === null, { withinMs: 10_000 });
    await profiles.ping();
  });

  test('a bug is no outage: a command that the server does not know is thrown as it is', async () => {
    await using double = await openDouble();
    double.mongos.fault = once('find', { ok: 0, code: 59, errmsg: 'no such command' });
    await expect(double.repository.read(ann)).rejects.toMatchObject({ code: 59 });
  });

  test('no server at all: opening says so in seconds, and repeats no password', async () => {
    const uri = 'mongodb://user:secret-word@127.0.0.1:1/meridian';
    const error = await openMongo({ uri, regionId: 'eu' }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(JSON.stringify((error as { toBody(): unknown }).toBody())).not.toContain('secret-word');
  });
});

describe('what each command asks for', () => {
  test('[PR-43] writes wait for the majority’s journal, reads are of what a majority has', async () => {
    await using double = await openDouble();
    await double.repository.create(ann);
    await double.repository.addStatistics(ann, { wins: 1 });
    for (const { command } of double.mongos.of('update', 'profiles')) {
      expect(command['writeConcern']).toMatchObject({ w: 'majority', j: true, wtimeout: 2_000 });
    }
    const [read] = double.mongos.of('find', 'profiles');
    expect(read?.command['readConcern']).toMatchObject({ level: 'majority' });
    expect(read?.command['maxTimeMS']).toBe(2_000);
  });

  test('[PR-43] a change of one part sends that part, not the whole profile', async () => {
    await using double = await openDouble();
    await double.repository.create(ann);
    double.clock.advance(1);
    await double.repository.addStatistics(ann, { wins: 1 });
    const [update] = double.mongos.of('update', 'profiles');
    expect(update?.command['updates']).toMatchObject([
      { u: { $set: { revision: 2, statistics: { wins: 1 }, updatedAtMs: 1 } } },
    ]);
    expect(JSON.stringify(update?.command['updates'])).not.toContain('wallet');
  });

  test('[PR-44] for display, the nearest copy is asked, first one with the tag of this region', async () => {
    await using double = await openDouble();
    await double.repository.create(ann);
    expect(await double.repository.readForDisplay(ann)).toMatchObject({ displayName: 'Ann' });
    const [read] = double.mongos.of('find', 'profiles');
    expect(read?.command['$readPreference']).toEqual({
      mode: 'nearest',
      tags: [{ region: 'us' }, {}],
    });
    expect(read?.command['readConcern']).toMatchObject({ level: 'local' });
  });

  test('[PR-44] a stranger’s card costs no other read, wherever he is at home', async () => {
    await using double = await openDouble();
    await double.repository.create(ann);
    const { storage } = double;
    const profiles = createProfileService({
      storage,
      regionId: 'us',
      log: pino({ level: 'silent' }),
    });
    expect(await profiles.readForDisplay('p_ann')).toMatchObject({ displayName: 'Ann' });
    const reads = double.mongos.of('find', 'profiles').map(({ command }) => command);
    expect(reads.map((read) => read['$readPreference'])).toEqual([
      expect.objectContaining({ mode: 'nearest' }),
      expect.objectContaining({ mode: 'nearest' }),
    ]);
  });

  test('[PR-45] a profile and its ledger are read as one causal story', async () => {
    await using double = await openDouble();
    await double.repository.create(ann);
    expect(await double.storage.profiles.readWhole(ann)).toMatchObject({ ledger: [] });
    const [profile] = double.mongos.of('find', 'profiles');
    const [ledger] = double.mongos.of('find', 'ledger');
    expect(String(ledger?.command['lsid'])).toBe(String(profile?.command['lsid']));
    expect(ledger?.command['readConcern']).toMatchObject({
      level: 'majority',
      afterClusterTime: expect.anything(),
    });
  });
});
