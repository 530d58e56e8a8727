/**
 * How a step changes the database, for people who plan a deployment (docs/spec/migrations.md): nodes of before and after an
 * `expand` work side by side; a `contract` takes away what only nodes of before need, and comes a release later.
 */
export type MigrationKind = 'expand' | 'contract';

/** What a step works with. */
export interface MigrationTools<Context> {
  readonly context: Context;
  /** Grows with every migrator that takes the lease: a step that can, refuses an older one in the database itself. */
  readonly fence: number;
  /**
   * Whether this migrator may go on. A step of many commands asks before each.
   *
   * @throws {MigrationError} `LEASE_LOST`
   */
  assertHeld(): void;
}

/**
 * One step of a database's way to the schema of this build. A released step never changes: databases out there have run it.
 *
 * It may be killed anywhere and is then run again from its start, and a migrator that was halted may send one more command of it
 * when another one is at work already: whatever it does, doing it twice comes to the same.
 */
export interface Migration<Context> {
  /** Of all steps of its database; what is kept of it. */
  readonly name: string;
  /** For people, one line. */
  readonly does: string;
  readonly kind: MigrationKind;
  up(tools: MigrationTools<Context>): Promise<void>;
}

/** What is known of a step without running it. */
export type MigrationOutline = Pick<Migration<unknown>, 'name' | 'does' | 'kind'>;
