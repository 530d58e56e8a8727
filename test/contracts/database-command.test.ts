// `db migrate` as an operator runs it, on both databases.

import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createConnection } from 'mongoose';
import { afterAll, describe, expect, test } from 'vitest';
import { runDatabaseCommand } from '../../src/app/database-command.ts';
import { ALL_COLLECTIONS } from '../../src/app/mongo-collections.ts';
import { mongoMigrations } from '../../src/app/mongo-migrations.ts';
import { MIGRATIONS } from '../../src/storage/sqlite/migrations.ts';
import { SqliteDatabase } from '../../src/storage/sqlite/sqlite-database.ts';
import { runCommand } from '../support/command.ts';
import { eventually } from '../support/eventually.ts';
import { missingTool } from '../support/missing-tool.ts';
import { MongoServer } from '../support/mongo-server.ts';
import { MongosDouble } from '../support/mongos-double.ts';
import { repositoryRoot } from '../support/repository.ts';
import { MeridianProcess } from '../support/start-meridian.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const isMissing = missingTool('mongo-server');
const server = isMissing ? null : await MongoServer.start();
afterAll(() => server?.[Symbol.asyncDispose]());

type Environment = Readonly<Record<string, string>>;

/** The command in this process. */
async function db(environment: Environment, ...args: readonly string[]) {
  let output = '';
  let progress = '';
  const exitCode = await runDatabaseCommand(args, environment, {
    output: (text) => {
      output += text;
    },
    progress: (text) => {
      progress += text;
    },
  });
  return { exitCode, output, progress };
}

/** The command as a process, with the environment of this one, less what is about MongoDB. */
async function dbProcess(environment: Environment, ...args: readonly string[]) {
  const { MONGO_URI: _, ...env } = process.env;
  const bin = join(repositoryRoot, 'bin/meridian.js');
  const options = { cwd: repositoryRoot, env: { ...env, ...environment } };
  return await runCommand(process.execPath, [bin, 'db', ...args], options);
}

const inFile = (path: string): Environment => ({ MERIDIAN_PROFILES_SQLITE_PATH: path });

/** Everything in a file's schema but the lease of migrators. */
function schemaOf(path: string): readonly unknown[] {
  using file = new DatabaseSync(path, { readOnly: true });
  const version = file.prepare('PRAGMA user_version').get();
  const objects = file
    .prepare(
      "SELECT name, sql FROM sqlite_master WHERE name <> 'migration_lease' AND tbl_name <> 'migration_lease' ORDER BY name",
    )
    .all();
  return [version, ...objects];
}

describe('SQLite', () => {
  test('[DB-2] a dry run names the steps and what they do, and does not even make the file', async () => {
    await using folder = await temporaryFolder('dry');
    const path = join(folder.path, 'deep', 'store.sqlite');
    const { exitCode, output } = await db(inFile(path), 'migrate', '--dry-run');
    expect(exitCode).toBe(0);
    expect(output).toContain(`${MIGRATIONS.length} steps would be done, 0 are there`);
    expect(output).toContain('0001  create table profiles');
    expect(existsSync(path)).toBe(false);
  });

  test('[DB-1] [DB-7] it makes what a node makes of the file by itself, and either finds the other’s done', async () => {
    await using folder = await temporaryFolder('migrate');
    const byCommand = join(folder.path, 'command.sqlite');
    const byNode = join(folder.path, 'node.sqlite');
    await (await SqliteDatabase.open({ path: byNode })).close();
    expect((await db(inFile(byCommand), 'migrate')).output).toContain(
      `${MIGRATIONS.length} steps done`,
    );
    expect(schemaOf(byCommand)).toEqual(schemaOf(byNode));
    expect(schemaOf(byCommand).length).toBeGreaterThan(10);

    await (await SqliteDatabase.open({ path: byCommand })).close();
    for (const path of [byCommand, byNode]) {
      const again = await db(inFile(path), 'migrate', '--json');
      expect(JSON.parse(again.output)).toMatchObject({
        ok: true,
        done: [],
        doneBefore: MIGRATIONS.length,
      });
    }
    // Nothing to do: nothing is written, not even a lease.
    using file = new DatabaseSync(byNode, { readOnly: true });
    expect(file.prepare("SELECT 1 FROM sqlite_master WHERE name = 'migration_lease'").get()).toBe(
      undefined,
    );
  });

  test('[DB-7] a file of an earlier build gets what it lacks', async () => {
    await using folder = await temporaryFolder('older');
    const path = join(folder.path, 'store.sqlite');
    await (await SqliteDatabase.open({ path, migrations: MIGRATIONS.slice(0, 2) })).close();
    const { output } = await db(inFile(path), 'migrate', '--json');
    const report = JSON.parse(output);
    expect(report.doneBefore).toBe(2);
    expect(report.done[0]).toMatchObject({ name: '0003', kind: 'expand' });
    expect(report.done).toHaveLength(MIGRATIONS.length - 2);
  });

  test('[DB-6] a file of a newer build is left alone', async () => {
    await using folder = await temporaryFolder('newer');
    const path = join(folder.path, 'store.sqlite');
    const more = [...MIGRATIONS, 'CREATE TABLE later (x TEXT) STRICT'];
    await (await SqliteDatabase.open({ path, migrations: more })).close();
    const before = schemaOf(path);
    for (const args of [['migrate'], ['migrate', '--dry-run']]) {
      const { exitCode, progress } = await db(inFile(path), ...args);
      expect(exitCode).toBe(1);
      expect(progress).toContain('run the newer build');
    }
    expect(schemaOf(path)).toEqual(before);
  });

  test('[DB-1] [DB-3] two commands at once, as processes: every step once', async () => {
    await using folder = await temporaryFolder('two');
    const path = join(folder.path, 'store.sqlite');
    await everyStepOnce(
      inFile(path),
      MIGRATIONS.map((_, index) => String(index + 1).padStart(4, '0')),
    );
  });
});

async function everyStepOnce(environment: Environment, steps: readonly string[]): Promise<void> {
  const runs = await Promise.all([
    dbProcess(environment, 'migrate', '--json'),
    dbProcess(environment, 'migrate', '--json'),
  ]);
  expect(runs.map(({ exitCode, stderr }) => ({ exitCode, stderr: exitCode && stderr }))).toEqual([
    { exitCode: 0, stderr: 0 },
    { exitCode: 0, stderr: 0 },
  ]);
  const done = runs.flatMap(({ stdout }) =>
    JSON.parse(stdout).done.map(({ name }: { readonly name: string }) => name),
  );
  expect(done.sort()).toEqual([...steps].sort());
}

describe.skipIf(isMissing)(`MongoDB (${server?.name ?? 'no server here'})`, () => {
  const steps = mongoMigrations().map(({ name }) => name);

  /** An empty database, gone with its scope. */
  async function emptyDatabase() {
    const uri = server?.newDatabaseUri() ?? '';
    const connection = await createConnection(uri, { autoCreate: false }).asPromise();
    return {
      uri,
      collections: async () =>
        (await connection.listCollections()).map(({ name }) => name).filter((name) => name !== ''),
      indexes: async (name: string) =>
        (await connection.collection(name).listIndexes().toArray()).map(({ key }) => key),
      [Symbol.asyncDispose]: async () => {
        await connection.dropDatabase();
        await connection.close();
      },
    };
  }

  test('[DB-1] [DB-10] makes every collection with its indexes, and again there is nothing to do', async () => {
    await using database = await emptyDatabase();
    const environment = { MONGO_URI: database.uri };
    const dry = await db(environment, 'migrate', '--dry-run');
    expect(dry.output).toContain('indexes ledger by homeRegion, playerId, sequence');
    expect(await database.collections()).toEqual([]);
    const first = await db(environment, 'migrate', '--json');
    expect(JSON.parse(first.output)).toMatchObject({ ok: true, doneBefore: 0 });
    expect(first.progress).toContain(`[1/${steps.length}] ${steps[0]}`);
    expect(await database.collections()).toEqual(
      expect.arrayContaining(ALL_COLLECTIONS.map(({ name }) => name)),
    );
    for (const { name, indexes } of ALL_COLLECTIONS) {
      expect(await database.indexes(name)).toEqual(expect.arrayContaining([...indexes]));
    }
    const second = await db(environment, 'migrate');
    expect(second.output).toContain(`is up to date: it has all ${steps.length} steps`);
  });

  test('[DB-1] [DB-3] two commands at once, as processes: every step once', async () => {
    await using database = await emptyDatabase();
    await everyStepOnce({ MONGO_URI: database.uri }, steps);
  });
});

describe('what is said to a router', () => {
  const run = (mongos: MongosDouble, ...args: readonly string[]) =>
    db({ MONGO_URI: mongos.uri }, ...args);

  test('[DB-10] a collection is made with a validator that wants the shard key, and a region that looks like one', async () => {
    await using mongos = await MongosDouble.start();
    expect((await run(mongos, 'migrate')).exitCode).toBe(0);
    const [profiles] = mongos.of('create', 'profiles');
    expect(profiles?.command).toMatchObject({
      validator: {
        $jsonSchema: {
          required: ['homeRegion', '_id'],
          properties: { homeRegion: { pattern: '^[a-z0-9][a-z0-9-]{0,31}$' } },
        },
      },
      validationLevel: 'moderate',
    });
    expect(mongos.untargeted).toEqual([]);
  });

  test.each([
    ['shard, then migrate', ['shard', 'migrate']],
    ['migrate, then shard', ['migrate', 'shard']],
  ] as const)(
    '[DB-10] %s: either order ends with the same collections and validators',
    async (_name, order) => {
      await using mongos = await MongosDouble.start();
      for (const command of order) {
        const zones = command === 'shard' ? ['--zones', 'eu=shardA'] : [];
        expect((await run(mongos, command, ...zones)).exitCode).toBe(0);
      }
      expect([...mongos.cluster.keys.keys()].sort()).toEqual(
        ALL_COLLECTIONS.map(({ name }) => `meridian.${name}`).sort(),
      );
      const last = [...mongos.of('create', 'ledger'), ...mongos.of('collMod', 'ledger')]
        .map(({ command }) => JSON.stringify(command['validator']))
        .at(-1);
      expect(last).toContain('"enum":["eu"]');
      const again = await run(mongos, 'shard', '--zones', 'eu=shardA', '--json');
      expect(JSON.parse(again.output)).toMatchObject({ changed: [] });
    },
  );
});

test('[DB-7] a node changes nothing of MongoDB’s schema, and says which steps are missing', {
  timeout: 60_000,
}, async () => {
  await using mongos = await MongosDouble.start();
  const start = () =>
    MeridianProcess.start({
      game: 'test/support/field-game.ts',
      env: { MONGO_URI: mongos.uri, MERIDIAN_PROFILES_SQLITE_PATH: ':memory:' },
    });
  const changes = () =>
    mongos.seen.filter(({ name }) =>
      /^(create|drop|collMod|shard|enable|update.*Range)/.test(name),
    );
  {
    await using node = await start();
    await node.signIn('Ann');
    expect(mongos.of('insert', 'profiles')).toHaveLength(1);
    await eventually(() => node.output.includes('migrations_missing'), { withinMs: 5_000 });
    expect(node.output).toContain('ledger/index/homeRegion+playerId+sequence');
  }
  expect(changes()).toEqual([]);
  expect((await db({ MONGO_URI: mongos.uri }, 'migrate')).exitCode).toBe(0);
  // It looked at the names that they have.
  expect(changes().length).toBeGreaterThanOrEqual(7);
  await using node = await start();
  await node.signIn('Bob');
  expect((await node.stop()).exitCode).toBe(0);
  expect(node.output).not.toContain('migrations_missing');
});

describe('what goes wrong is told', () => {
  test('a server that is not there: which, and never the password', async () => {
    const uri = 'mongodb://user:secret-word@127.0.0.1:1/meridian';
    const { exitCode, output, progress } = await db({ MONGO_URI: uri }, 'migrate', '--json');
    expect(exitCode).toBe(1);
    expect(JSON.parse(output).error).toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(output).toContain('127.0.0.1:1');
    expect(output + progress).not.toContain('secret-word');
  });

  test('[DB-23] a server that is no router is not sharded', async (context) => {
    if (server === null || !server.lacks('shards')) return context.skip('needs one that is none');
    const { exitCode, progress } = await db(
      { MONGO_URI: server.newDatabaseUri() },
      'shard',
      '--zones',
      'eu=shardA',
    );
    expect(exitCode).toBe(1);
    expect(progress).toContain('no router (mongos)');
  });

  test('a setting that is none, and a file that is none', async () => {
    const unknown = await db({ MERIDIAN_MONGO_ZONE: 'eu=a' }, 'migrate', '--json');
    expect(unknown.exitCode).toBe(2);
    expect(JSON.parse(unknown.output).error.message).toContain('MERIDIAN_MONGO_ZONES');
    const memory = await db(inFile(':memory:'), 'migrate');
    expect(memory.exitCode).toBe(2);
    expect(memory.progress).toContain('nothing to migrate');
  });

  test('a file that is no database is refused in a line', async () => {
    await using folder = await temporaryFolder('garbage');
    const path = join(folder.path, 'store.sqlite');
    await writeFile(path, 'not a database, and longer than the head of one would be. '.repeat(20));
    const { exitCode, progress } = await db(inFile(path), 'migrate');
    expect(exitCode).toBe(1);
    expect(progress).toContain('The database refuses: file is not a database');
  });

  test('it needs no more of the configuration than the database: a job in production has no secrets of players', async () => {
    await using folder = await temporaryFolder('production');
    const path = join(folder.path, 'store.sqlite');
    const { exitCode } = await db({ ...inFile(path), NODE_ENV: 'production' }, 'migrate');
    expect(exitCode).toBe(0);
  });
});
