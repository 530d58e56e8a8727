import type { MigrationOutline } from './migration.ts';
import { MigrationError } from './migration-error.ts';
import type { AppliedMigration } from './migration-state.ts';

export interface MigrationPlan {
  readonly pending: readonly MigrationOutline[];
  readonly doneCount: number;
}

/**
 * What a database still needs.
 *
 * @throws {MigrationError} `NEWER_BUILD` when it has had steps that this build does not know
 */
export function planMigrations(
  known: readonly MigrationOutline[],
  applied: readonly AppliedMigration[],
): MigrationPlan {
  const names = new Set(known.map(({ name }) => name));
  const unknown = applied.map(({ name }) => name).filter((name) => !names.has(name));
  if (unknown.length > 0) {
    throw new MigrationError(
      'NEWER_BUILD',
      `The database has had steps that this build does not know (${unknown.join(', ')}): run the newer build.`,
    );
  }
  const done = new Set(applied.map(({ name }) => name));
  return {
    pending: known
      .filter(({ name }) => !done.has(name))
      .map(({ name, does, kind }) => ({ name, does, kind })),
    doneCount: done.size,
  };
}
