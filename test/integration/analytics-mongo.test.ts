// The sink of analytics in MongoDB: a real server where there is one, and a router that can be told to fail.

import { Client } from '@colyseus/sdk';
import { afterAll, describe, expect, test } from 'vitest';
import { eventModel } from '../../src/analytics/event-mongo-model.ts';
import { MongoEventSink } from '../../src/analytics/event-sink-mongo.ts';
import { ConfigError, loadConfig } from '../../src/config/load-config.ts';
import { type MongoDatabase, openMongo } from '../../src/storage/mongo/mongo-connection.ts';
import { missingTool } from '../support/missing-tool.ts';
import { MongoServer } from '../support/mongo-server.ts';
import { MongosDouble } from '../support/mongos-double.ts';
import { startMeridian } from '../support/start-meridian.ts';

const isMissing = missingTool('mongo-server');
const server = isMissing ? null : await MongoServer.start();
afterAll(() => server?.[Symbol.asyncDispose]());

/** Tests run only where there is one. */
function theServer(): MongoServer {
  if (server === null) throw new Error('skipped');
  return server;
}

const WRITTEN = { kind: 'written' } as const;
const KEEP_MS = 1_000_000;

const lines = (count: number, from = 0) =>
  Array.from({ length: count }, (_, at) =>
    JSON.stringify({ id: `e${from + at}`, name: 'said', atMs: 5_000, fields: { at } }),
  );

function sinkIn(database: MongoDatabase) {
  const events = eventModel(database.connection);
  const sink = new MongoEventSink({ database }, { keepMs: KEEP_MS });
  return { sink, stored: () => events.find().sort({ _id: 1 }).lean().exec() };
}

async function openDouble() {
  const mongos = await MongosDouble.start();
  const database = await openMongo({ uri: mongos.uri, regionId: 'eu', minPoolSize: 0 });
  return {
    mongos,
    ...sinkIn(database),
    [Symbol.asyncDispose]: async () => {
      await database.close();
      await mongos[Symbol.asyncDispose]();
    },
  };
}

describe.skipIf(isMissing)('MongoDB', () => {
  test('[AN-32] an event that comes again is there once, and the others with it', async () => {
    await using opened = await theServer().openDatabase();
    const { sink, stored } = sinkIn(opened.database);
    expect(await sink.write(lines(3))).toEqual(WRITTEN);
    expect(await sink.write(lines(3))).toEqual(WRITTEN);
    expect(await sink.write(lines(3, 1))).toEqual(WRITTEN);
    const events = await stored();
    expect(events.map(({ _id }) => _id)).toEqual(['e0', 'e1', 'e2', 'e3']);
    expect(events[0]).toEqual({
      ...{ _id: 'e0', name: 'said', atMs: 5_000, fields: { at: 0 } },
      expiresAt: new Date(5_000 + KEEP_MS),
    });
    await sink.close();
  });

  test('[AN-32] the database is told when to remove them', async () => {
    await using opened = await theServer().openDatabase();
    const indexes = await eventModel(opened.database.connection).collection.indexes();
    expect(indexes).toContainEqual(
      expect.objectContaining({ key: { expiresAt: 1 }, expireAfterSeconds: 0 }),
    );
  });

  test('[AN-32] events of a node are there when it has stopped', { timeout: 60_000 }, async () => {
    await using opened = await theServer().openDatabase();
    const { stored } = sinkIn(opened.database);
    const env = { MERIDIAN_ANALYTICS_SINK: 'mongo', MONGO_URI: opened.uri };
    await using node = await startMeridian('test/support/analytics-game.ts', env);
    const { accessToken, playerId } = await node.signIn('Ann');
    const client = new Client(`ws://127.0.0.1:${node.port}`);
    client.auth.token = accessToken;
    const room = await client.joinOrCreate('count');
    await room.leave();
    expect((await node.stop()).exitCode).toBe(0);
    const events = await stored();
    const names = events.map(({ name }) => name).filter((name) => name !== 'latency_sampled');
    expect(names.toSorted()).toEqual(['session_ended', 'session_started']);
    expect(events[0]).toMatchObject({ format: 1, region: 'local', room: 'count' });
    expect(JSON.stringify(events)).not.toContain(playerId);
  });
});

describe('over a router', () => {
  test('[AN-32] many go in commands of 256, each to its shard, and what is no event stops none', async () => {
    await using double = await openDouble();
    const foreign = ['no JSON', '{"id":7}', '{}'];
    expect(await double.sink.write([...lines(300), ...foreign, ...lines(300, 300)])).toEqual(
      WRITTEN,
    );
    expect(await double.stored()).toHaveLength(600);
    const inserts = double.mongos.of('insert', 'events').map(({ command }) => command);
    expect(inserts.map(({ documents }) => (documents as unknown[]).length)).toEqual([256, 256, 88]);
    expect(inserts.every(({ ordered }) => ordered === false)).toBe(true);
    expect(double.mongos.untargeted.filter(({ name }) => name === 'insert')).toEqual([]);
  });

  test.each([
    ['there is no primary', { ok: 0, code: 10_107, errmsg: 'not primary' }, 'STORE_UNAVAILABLE'],
    [
      'the majority is late',
      { ok: 1, n: 1, writeConcernError: { code: 64, errmsg: 'waiting timed out' } },
      'STORE_UNAVAILABLE',
    ],
    [
      'the majority is late, and some were there already',
      {
        ...{ ok: 1, n: 0 },
        writeErrors: [{ index: 0, code: 11_000, errmsg: 'E11000 duplicate key: e0' }],
        writeConcernError: { code: 64, errmsg: 'waiting timed out' },
      },
      'STORE_UNAVAILABLE',
    ],
    [
      'a document is refused',
      {
        ...{ ok: 1, n: 0 },
        writeErrors: [{ index: 0, code: 121, errmsg: 'validation failed: e0' }],
      },
      'MongoDB error 121',
    ],
  ])(
    '[AN-21, AN-32] %s: failed, and the same events are taken later',
    async (_name, fault, reason) => {
      await using double = await openDouble();
      double.mongos.fault = ({ name }) => (name === 'insert' ? fault : undefined);
      expect(await double.sink.write(lines(1))).toEqual({ kind: 'failed', reason });
      double.mongos.fault = () => undefined;
      expect(await double.sink.write(lines(1))).toEqual(WRITTEN);
      expect(await double.stored()).toHaveLength(1);
    },
  );
});

test('[AN-32] without a MongoDB the configuration is refused, and says why', () => {
  const load = () => loadConfig({ MERIDIAN_ANALYTICS_SINK: 'mongo' });
  expect(load).toThrow(ConfigError);
  expect(load).toThrow('mongo.uri (MERIDIAN_MONGO_URI): is needed with analytics.sink mongo');
});
