export type MigrationFailure =
  /** Another migrator is at work; `message` says who, and until when. */
  | 'LEASE_HELD'
  /** Another migrator has taken over, or the lease could not be renewed in time. */
  | 'LEASE_LOST'
  /** The database has steps that this build does not know. */
  | 'NEWER_BUILD'
  /** A step threw; the cause says what. Steps before it are done. */
  | 'STEP_FAILED';

/** Migrating stopped. `message` says in full what an operator can do. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
  readonly code: MigrationFailure;

  constructor(code: MigrationFailure, message: string, options: ErrorOptions = {}) {
    super(message, options);
    this.code = code;
  }
}
