import { Umzug, MigrationError as UmzugError } from 'umzug';
import type { Migration, MigrationOutline } from './migration.ts';
import { MigrationError } from './migration-error.ts';
import type { MigrationLease } from './migration-lease.ts';
import { planMigrations } from './migration-plan.ts';
import type { MigrationStore } from './migration-store.ts';

/** A step that was done in this run. */
export interface DoneMigration extends MigrationOutline {
  readonly durationMs: number;
}

export interface MigrateOptions<Context> {
  readonly store: MigrationStore;
  readonly lease: MigrationLease;
  readonly migrations: readonly Migration<Context>[];
  readonly context: Context;
  readonly onStep?: (
    step: MigrationOutline,
    place: { readonly n: number; readonly of: number },
  ) => void;
  readonly onDone?: (step: DoneMigration) => void;
}

/**
 * Brings a database to the schema of this build: runs the steps that it has not had, in order, each once.
 *
 * @returns what was done; nothing when there was nothing to do
 * @throws {MigrationError} `NEWER_BUILD`, `LEASE_LOST`, `STEP_FAILED`; {GameError} `STORE_UNAVAILABLE`
 */
export async function migrate<Context>(
  options: MigrateOptions<Context>,
): Promise<readonly DoneMigration[]> {
  const { store, lease, migrations, context, onStep, onDone } = options;
  const { pending } = planMigrations(migrations, (await store.read()).applied);
  const done: DoneMigration[] = [];
  const tools = { context, fence: lease.fence, assertHeld: () => lease.assertHeld() };
  const umzug = new Umzug({
    logger: undefined,
    context: {},
    storage: {
      executed: async () => (await store.read()).applied.map(({ name }) => name),
      logMigration: ({ name }) => lease.noteApplied(name),
      // Never asked for: a step that was wrong is mended by the next one (docs/spec/migrations.md).
      unlogMigration: () => Promise.reject(new Error('Steps are not undone.')),
    },
    migrations: migrations.map((step) => ({
      name: step.name,
      up: async () => {
        const { name, does, kind } = step;
        onStep?.({ name, does, kind }, { n: done.length + 1, of: pending.length });
        const startedMs = performance.now();
        await lease.renew();
        lease.assertHeld();
        await step.up(tools);
        done.push({ name, does, kind, durationMs: Math.round(performance.now() - startedMs) });
      },
    })),
  });
  umzug.on('migrated', () => {
    const last = done.at(-1);
    if (last) onDone?.(last);
  });
  try {
    await umzug.up();
  } catch (error) {
    throw stepFailed(error);
  }
  return done;
}

function stepFailed(error: unknown): unknown {
  if (!(error instanceof UmzugError)) return error;
  const { cause, migration } = error as { readonly cause?: unknown } & typeof error;
  if (cause instanceof MigrationError) return cause;
  const why = cause instanceof Error ? cause.message : String(cause);
  return new MigrationError(
    'STEP_FAILED',
    `The step ${migration.name} failed: ${why}. The steps before it are done; mend the cause and run it again.`,
    { cause },
  );
}
