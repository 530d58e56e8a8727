import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createConnection } from 'mongoose';
import { findMongoServer, type MongoServerSource } from '../../bin/setup/test-tools.ts';
import { ALL_COLLECTIONS } from '../../src/app/mongo-collections.ts';
import { mongoMigrations } from '../../src/app/mongo-migrations.ts';
import { openMongoProfiles } from '../../src/profiles/open-mongo-profiles.ts';
import { type MongoDatabase, openMongo } from '../../src/storage/mongo/mongo-connection.ts';
import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** What a server may lack; tests that need it are skipped under this name. */
export type MongoCapability = 'sessions' | 'shards';

/** The MongoDB of one test file: the best that is to be had here (bin/setup/test-tools.ts). */
export class MongoServer implements AsyncDisposable {
  /** For the names of tests: which server it is, and its version. */
  readonly name: string;
  readonly #uri: URL;
  readonly #capabilities: ReadonlySet<MongoCapability>;
  readonly #owned: AsyncDisposableStack;

  /**
   * Starts it, or finds the one that was given.
   *
   * @throws when there is none
   */
  static async start(): Promise<MongoServer> {
    const source = findMongoServer();
    if (source === null) throw new Error('No MongoDB is here; npm test says how to get one.');
    await using owned = new AsyncDisposableStack();
    const uri = new URL(await run(source, owned));
    const connection = createConnection();
    await eventually(() => connection.openUri(uri.href, { serverSelectionTimeoutMS: 1_000 }), {
      withinMs: 20_000,
    });
    const hello = await connection.db?.command({ isMaster: 1 });
    const info = await connection.db?.command({ buildInfo: 1 });
    await connection.close();
    const capabilities = new Set<MongoCapability>();
    if (typeof hello?.['logicalSessionTimeoutMinutes'] === 'number') capabilities.add('sessions');
    if (hello?.['msg'] === 'isdbgrid') capabilities.add('shards');
    const kind = source.kind === 'given' ? 'MONGO_URI' : source.kind;
    return new MongoServer(`${kind} ${info?.['version']}`, uri, {
      capabilities,
      owned: owned.move(),
    });
  }

  private constructor(
    name: string,
    uri: URL,
    rest: {
      readonly capabilities: ReadonlySet<MongoCapability>;
      readonly owned: AsyncDisposableStack;
    },
  ) {
    this.name = name;
    this.#uri = uri;
    this.#capabilities = rest.capabilities;
    this.#owned = rest.owned;
  }

  lacks(capability: MongoCapability): boolean {
    return !this.#capabilities.has(capability);
  }

  /** A URI of a database of its own. */
  newDatabaseUri(): string {
    const uri = new URL(this.#uri);
    uri.pathname = `/meridian_test_${randomUUID().replaceAll('-', '').slice(0, 12)}`;
    return uri.href;
  }

  /** An empty database with its collections, gone with its scope. */
  async openDatabase(uri = this.newDatabaseUri()) {
    const database = await openMongo({ uri, regionId: 'eu', minPoolSize: 0 });
    await this.#prepare(database);
    return {
      uri,
      database,
      [Symbol.asyncDispose]: async () => {
        await database.connection.dropDatabase();
        await database.close();
      },
    };
  }

  /** The same, with the storage of profiles in it. */
  async openProfiles() {
    const opened = await this.openDatabase();
    return { ...opened, storage: openMongoProfiles(opened.database) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#owned.disposeAsync();
  }

  /** What an operator does: shards where there are some, and the steps of `db migrate`. */
  async #prepare({ connection: { db } }: MongoDatabase): Promise<void> {
    if (db === undefined) throw new Error('not open');
    for (const { name, shardKey } of this.lacks('shards') ? [] : ALL_COLLECTIONS) {
      await db.admin().command({ shardCollection: `${db.databaseName}.${name}`, key: shardKey });
    }
    const tools = { context: db, fence: 0, assertHeld: () => {} };
    for (const step of mongoMigrations()) await step.up(tools);
  }
}

/** @returns its URI; what was started ends with `owned` */
async function run(source: MongoServerSource, owned: AsyncDisposableStack): Promise<string> {
  switch (source.kind) {
    case 'given':
      return source.uri;
    case 'mongod': {
      const folder = owned.use(await temporaryFolder('mongod'));
      const port = await freePort();
      const args = ['--dbpath', folder.path, '--port', String(port), '--bind_ip', '127.0.0.1'];
      endWith(owned, spawn(source.path, args, { stdio: 'ignore' }));
      return `mongodb://127.0.0.1:${port}/`;
    }
    default: {
      // It ends with its standard input, so also when this process is killed.
      const child = spawn(source.java, source.args, { stdio: ['pipe', 'pipe', 'ignore'] });
      endWith(owned, child);
      const [port] = await once(child.stdout, 'data');
      return `mongodb://127.0.0.1:${String(port).trim()}/`;
    }
  }
}

function endWith(owned: AsyncDisposableStack, child: ChildProcess): void {
  owned.defer(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'close');
  });
}
