// The worker thread that owns the SQLite file. Group commit:
//
//   port:   w1 w2 r3 │ w4 w5 w6 w7      (arrive while the first group commits)
//   worker: BEGIN w1 w2 r3 COMMIT ─▶ replies │ BEGIN w4 w5 w6 w7 COMMIT ─▶ replies
//
// One fsync serves a whole group, so the rate of durable writes grows with the load. A reply leaves only after COMMIT
// returned: what was acknowledged survives a crash of the process and, with synchronous=FULL, of the machine.
// Each write runs in a SAVEPOINT, so a failing one does not undo its neighbours.

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { openSqliteFile, schemaVersionOf } from './sqlite-file.ts';
import type {
  SqliteFailure,
  SqliteReply,
  SqliteRequest,
  SqliteWorkerOptions,
  SqlResult,
  SqlRow,
  SqlStatement,
} from './sqlite-protocol.ts';

type QueuedRequest = Extract<SqliteRequest, { readonly requestId: number }>;

class SqliteWorker {
  readonly #port: MessagePort;
  readonly #db: DatabaseSync;
  readonly #prepared = new Map<string, StatementSync>();
  #queue: QueuedRequest[] = [];
  #isFlushScheduled = false;

  constructor(port: MessagePort, options: SqliteWorkerOptions) {
    this.#port = port;
    this.#db = openDatabase(options);
    port.on('message', (request: SqliteRequest) => this.#onRequest(request));
  }

  #onRequest(request: SqliteRequest): void {
    if (request.kind === 'close') {
      this.#flush();
      this.#db.close();
      this.#port.close();
      return;
    }
    this.#queue.push(request);
    if (this.#isFlushScheduled) return;
    this.#isFlushScheduled = true;
    // setImmediate runs after the port has delivered everything that waits in it: that is the group.
    setImmediate(() => this.#flush());
  }

  #flush(): void {
    this.#isFlushScheduled = false;
    const group = this.#queue;
    this.#queue = [];
    if (group.length === 0) return;
    const replies = group.some((request) => request.kind === 'write')
      ? this.#commitGroup(group)
      : group.map((request) => this.#answer(request));
    this.#port.postMessage(replies);
  }

  #commitGroup(group: readonly QueuedRequest[]): readonly SqliteReply[] {
    try {
      this.#run({ sql: 'BEGIN IMMEDIATE' });
      const replies = group.map((request) => this.#answer(request));
      this.#run({ sql: 'COMMIT' });
      return replies;
    } catch (error) {
      if (this.#db.isTransaction) this.#run({ sql: 'ROLLBACK' });
      // Nothing of the group is durable, and its reads may have seen what is now undone: all of them fail.
      const failure = describeFailure(error);
      return group.map(({ requestId }) => ({ ok: false, requestId, failure }));
    }
  }

  /** @throws when the failure ended the whole transaction (disk full, I/O): then the group must fail, not one request */
  #answer(request: QueuedRequest): SqliteReply {
    const { requestId, statements } = request;
    const isWrite = request.kind === 'write';
    try {
      if (isWrite) this.#run({ sql: 'SAVEPOINT request' });
      const results = statements.map((statement) => this.#run(statement));
      if (isWrite) this.#run({ sql: 'RELEASE request' });
      return { ok: true, requestId, results };
    } catch (error) {
      if (isWrite) {
        if (!this.#db.isTransaction) throw error;
        this.#run({ sql: 'ROLLBACK TO request' });
        this.#run({ sql: 'RELEASE request' });
      }
      return { ok: false, requestId, failure: describeFailure(error) };
    }
  }

  #run({ sql, params = {} }: SqlStatement): SqlResult {
    let statement = this.#prepared.get(sql);
    if (!statement) {
      statement = this.#db.prepare(sql);
      this.#prepared.set(sql, statement);
    }
    if (statement.columns().length === 0) {
      return { rows: [], changes: Number(statement.run(params).changes) };
    }
    const rows = statement.all(params) as SqlRow[];
    return { rows, changes: rows.length };
  }
}

function openDatabase({ path, busyTimeoutMs, migrations }: SqliteWorkerOptions): DatabaseSync {
  const db = openSqliteFile(path, busyTimeoutMs);
  migrate(db, migrations);
  return db;
}

/**
 * Brings the schema up to date; several processes may try at once, one does it. The same steps as a migrator's, and the same count of
 * them (sqlite-migrations.ts).
 */
function migrate(db: DatabaseSync, migrations: readonly string[]): void {
  db.exec('BEGIN IMMEDIATE');
  try {
    const version = schemaVersionOf(db);
    if (version > migrations.length) {
      throw new Error(
        `The SQLite file has schema version ${version}, this build knows ${migrations.length}: run the newer build.`,
      );
    }
    for (const sql of migrations.slice(version)) db.exec(sql);
    db.exec(`PRAGMA user_version = ${migrations.length}`);
    db.exec('COMMIT');
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

function describeFailure(error: unknown): SqliteFailure {
  const { errcode, message } = error as { readonly errcode?: number; readonly message?: string };
  return { resultCode: errcode ?? 0, message: message ?? String(error) };
}

if (!parentPort)
  throw new Error('sqlite-worker.ts runs as a worker thread; open SqliteDatabase instead.');
new SqliteWorker(parentPort, workerData as SqliteWorkerOptions);
