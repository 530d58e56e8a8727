// What the main thread and the SQLite worker say to each other over the worker's MessagePort. Types only.
//
//   main ──read | write | close──▶ worker       (one message each, in order)
//   main ◀──SqliteReply[]──────────── worker       (one message per transaction: group commit)

/** What SQLite stores and returns. */
export type SqlValue = string | number | bigint | null | Uint8Array;

export type SqlRow = Readonly<Record<string, SqlValue>>;

/** One SQL statement with named parameters: `{ sql: '… WHERE id = :id', params: { id: 'p_1' } }`. */
export interface SqlStatement {
  /** Constant text: the worker keeps one prepared statement per text, for ever. Values go in `params`. */
  readonly sql: string;
  readonly params?: Readonly<Record<string, SqlValue>>;
}

/** What one statement did. */
export interface SqlResult {
  /** Rows of a SELECT or of RETURNING, otherwise empty. */
  readonly rows: readonly SqlRow[];
  /** Rows inserted, updated or deleted; with RETURNING, rows returned. */
  readonly changes: number;
}

/** Handed to the worker as `workerData`. */
export interface SqliteWorkerOptions {
  readonly path: string;
  /** How long a lock held by another process is waited for, in ms. */
  readonly busyTimeoutMs: number;
  /** Entry n takes the schema from version n to n + 1. */
  readonly migrations: readonly string[];
}

export type SqliteRequest =
  | {
      readonly kind: 'read' | 'write';
      readonly requestId: number;
      readonly statements: readonly SqlStatement[];
    }
  | { readonly kind: 'close' };

export interface SqliteFailure {
  /** SQLite's extended result code; 0 when SQLite did not say. */
  readonly resultCode: number;
  readonly message: string;
}

export type SqliteReply =
  | { readonly ok: true; readonly requestId: number; readonly results: readonly SqlResult[] }
  | { readonly ok: false; readonly requestId: number; readonly failure: SqliteFailure };
