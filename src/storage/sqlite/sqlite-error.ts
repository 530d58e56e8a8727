import { GameError } from '../../errors/game-error.ts';
import type { SqliteFailure } from './sqlite-protocol.ts';

// Primary result codes (the low byte of the extended one), https://sqlite.org/rescode.html
const CONSTRAINT = 19;
/** BUSY, LOCKED, NOMEM, READONLY, IOERR, CORRUPT, FULL, CANTOPEN, NOTADB: the file or the machine, not the statement. */
const UNAVAILABLE = new Set([5, 6, 7, 8, 10, 11, 13, 14, 26]);

// Extended result codes of the constraints that stores translate into an answer.
const CONSTRAINT_CHECK = 275;
const CONSTRAINT_PRIMARY_KEY = 1555;
const CONSTRAINT_UNIQUE = 2067;

export type ConstraintKind = 'check' | 'unique' | 'other';

/** A statement that SQLite refused. Stores turn the constraint they expect into a `GameError`; the rest is a bug. */
export class SqliteError extends Error {
  override readonly name = 'SqliteError';
  readonly resultCode: number;

  constructor(failure: SqliteFailure) {
    super(failure.message);
    this.resultCode = failure.resultCode;
  }

  /** The broken constraint; null when the failure was something else. */
  get constraint(): ConstraintKind | null {
    if ((this.resultCode & 0xff) !== CONSTRAINT) return null;
    switch (this.resultCode) {
      case CONSTRAINT_CHECK:
        return 'check';
      case CONSTRAINT_PRIMARY_KEY:
      case CONSTRAINT_UNIQUE:
        return 'unique';
      default:
        return 'other';
    }
  }
}

/** The error a caller of the database gets for a failure in the worker. */
export function toSqliteError(failure: SqliteFailure): SqliteError | GameError {
  const error = new SqliteError(failure);
  return UNAVAILABLE.has(failure.resultCode & 0xff)
    ? new GameError('STORE_UNAVAILABLE', {}, { cause: error })
    : error;
}
