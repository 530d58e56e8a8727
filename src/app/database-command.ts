import { hostname } from 'node:os';
import { ConfigError, loadSections } from '../config/load-config.ts';
import { GameError } from '../errors/game-error.ts';
import { MigrationError } from '../storage/migrations/migration-error.ts';
import { ShardingError } from '../storage/mongo/sharding/sharding-error.ts';
import {
  DATABASE_USAGE,
  type DatabaseOptions,
  DatabaseUsageError,
  parseDatabaseOptions,
} from './database-options.ts';
import { type DatabaseReport, summaryOf } from './database-report.ts';

// `db migrate` and `db shard`: what an operator runs before he lets new nodes in (docs/spec/migrations.md).

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

/** Where it says what. */
export interface CommandStreams {
  readonly output: (text: string) => void;
  readonly progress: (text: string) => void;
}

/** What one run has to do with. */
export interface DatabaseRun {
  readonly options: DatabaseOptions;
  readonly config: ReturnType<typeof loadDatabaseConfig>;
  /** For people: who this is, in the lease. */
  readonly holder: string;
  readonly tell: (line: string) => void;
}

/**
 * Runs the command.
 *
 * @param argv - without the words that led here
 * @returns the exit code: 0 done, 1 failed, 2 the command line or the configuration is wrong
 */
export async function runDatabaseCommand(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  { output, progress }: CommandStreams,
): Promise<number> {
  if (argv.some((arg) => ['help', '--help', '-h'].includes(arg))) {
    output(DATABASE_USAGE);
    return 0;
  }
  const wantsJson = argv.includes('--json');
  try {
    const options = parseDatabaseOptions(argv);
    const report = await perform({
      options,
      config: loadDatabaseConfig(environment),
      holder: `${hostname()}:${process.pid}`,
      tell: (line) => (wantsJson ? progress : output)(`${line}\n`),
    });
    output(wantsJson ? `${JSON.stringify({ ok: true, ...report })}\n` : summaryOf(report));
    return 0;
  } catch (error) {
    const failure = describeFailure(error);
    if (failure === null) throw error;
    const { code, message } = failure;
    if (wantsJson) output(`${JSON.stringify({ ok: false, error: { code, message } })}\n`);
    else progress(`${message}\n${code === 'USAGE' ? `\n${DATABASE_USAGE}` : ''}`);
    return code === 'USAGE' || code === 'CONFIG' ? EXIT_USAGE : EXIT_FAILED;
  }
}

function loadDatabaseConfig(environment: Readonly<Record<string, string | undefined>>) {
  return loadSections(environment, ['mongo', 'profiles', 'region']);
}

/** What only one of them needs is loaded only there: a driver and the library of migrations take a fifth of a second each. */
async function perform(run: DatabaseRun): Promise<DatabaseReport> {
  if (run.options.command === 'shard') {
    const { shardDatabase } = await import('./shard-database.ts');
    return await shardDatabase(run);
  }
  const { migrateDatabase } = await import('./migrate-database.ts');
  return await migrateDatabase(run);
}

/** @returns null for what is a bug */
function describeFailure(
  error: unknown,
): { readonly code: string; readonly message: string } | null {
  if (error instanceof DatabaseUsageError) return { code: 'USAGE', message: error.message };
  if (error instanceof ConfigError) return { code: 'CONFIG', message: error.message };
  if (error instanceof MigrationError || error instanceof ShardingError) {
    return { code: error.code, message: error.message };
  }
  if (error instanceof GameError) {
    const why = error.cause instanceof Error ? ` (${error.cause.message})` : '';
    return { code: error.code, message: `The database does not answer as it should${why}.` };
  }
  return refusalOf(error);
}

/** What a driver throws that the database has refused: a wrong password, a right that is missing, a file that is none. */
function refusalOf(error: unknown): { readonly code: string; readonly message: string } | null {
  if (!(error instanceof Error)) return null;
  const isSqlite = (error as { readonly code?: unknown }).code === 'ERR_SQLITE_ERROR';
  // By name: a driver that was never loaded is not loaded for this.
  if (!isSqlite && !error.name.startsWith('Mongo')) return null;
  return { code: 'REFUSED', message: `The database refuses: ${error.message}` };
}
