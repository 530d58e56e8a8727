import { afterAll, describe, expect, test } from 'vitest';
import { missingTool } from '../support/missing-tool.ts';
import { MongoServer } from '../support/mongo-server.ts';
import { openProfiles } from '../support/open-profiles.ts';
import { MeridianProcess } from '../support/start-meridian.ts';
import { profileStoreContract } from './profile-store-contract.ts';

const isMissing = missingTool('mongo-server');
const server = isMissing ? null : await MongoServer.start();
const name = server?.name ?? 'no server here';
const ann = { playerId: 'p_ann', homeRegion: 'eu', displayName: 'Ann' };

afterAll(() => server?.[Symbol.asyncDispose]());

/** Tests run only where there is one. */
function theServer(): MongoServer {
  if (server === null) throw new Error('skipped');
  return server;
}

describe.skipIf(isMissing)('MongoDB', () => {
  profileStoreContract(name, () => theServer().openProfiles());

  describe(`what not every server can; this one: ${name}`, () => {
    test.skipIf(server?.lacks('sessions') ?? true)(
      '[PR-45] a profile and its ledger are read in one causal session',
      async () => {
        await using opened = await theServer().openProfiles();
        expect(opened.database.hasSessions).toBe(true);
        const { repository } = openProfiles(opened.storage);
        await repository.create(ann);
        expect(await opened.storage.profiles.readWhole(ann)).toMatchObject({ ledger: [] });
      },
    );

    test.skipIf(server?.lacks('shards') ?? true)(
      '[PR-40] collections are sharded by their keys, and a move between regions changes the shard key',
      async () => {
        await using opened = await theServer().openProfiles();
        const { repository, moves } = openProfiles(opened.storage);
        await repository.create(ann);
        expect(await moves.move(ann, 'us')).toMatchObject({ homeRegion: 'us', epoch: 2 });
        const { connection } = opened.database;
        const collection = `${connection.db?.databaseName}.profiles`;
        const config = connection.useDb('config').collection('collections');
        expect(await config.findOne({ _id: collection as never })).toMatchObject({
          key: { homeRegion: 1, _id: 'hashed' },
        });
      },
    );
  });

  test('[PR-46] a node with MONGO_URI keeps its players there', { timeout: 60_000 }, async () => {
    await using opened = await theServer().openProfiles();
    const env = { MONGO_URI: opened.uri, MERIDIAN_PROFILES_SQLITE_PATH: ':memory:' };
    const game = 'test/support/field-game.ts';
    let playerId = '';
    {
      await using node = await MeridianProcess.start({ game, env });
      expect((await fetch(`${node.url}/ready`)).status).toBe(200);
      ({ playerId } = await node.signIn('Ann'));
      expect((await node.stop()).exitCode).toBe(0);
      expect(node.output).not.toContain(opened.uri);
    }
    const { repository } = openProfiles(opened.storage);
    expect(await repository.find(playerId)).toMatchObject({
      displayName: 'Ann',
      homeRegion: 'local',
      revision: 1,
    });
    await using another = await MeridianProcess.start({ game, env });
    const shown = await fetch(`${another.url}/v1/profiles/${playerId}`);
    expect(await shown.json()).toEqual({ playerId, displayName: 'Ann', statistics: {} });
  });
});

test('[PR-46] a node whose MongoDB does not answer does not start, and says why', async () => {
  await using node = await MeridianProcess.spawn({
    game: 'test/support/field-game.ts',
    env: { MONGO_URI: 'mongodb://user:secret-word@127.0.0.1:1/meridian' },
  });
  expect((await node.ended).exitCode).toBe(1);
  expect(node.output).toContain('STORE_UNAVAILABLE');
  expect(node.output).not.toContain('secret-word');
});
