import type { MigrationState } from './migration-state.ts';

/** Where a database keeps what was done to it. */
export interface MigrationStore {
  /** @throws {GameError} `STORE_UNAVAILABLE` */
  read(): Promise<MigrationState>;
  /**
   * Puts `after` in the place of `before`, durably.
   *
   * @returns false when it is not `before` any more; then nothing has changed
   * @throws {GameError} `STORE_UNAVAILABLE`; it may have happened
   */
  replace(before: MigrationState, after: MigrationState): Promise<boolean>;
  /** The database's wall clock, ms: migrators on several machines compare leases by it, not by clocks of their own. */
  nowMs(): Promise<number>;
}
