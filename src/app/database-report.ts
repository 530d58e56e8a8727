import type { DoneMigration } from '../storage/migrations/migrate.ts';
import type { MigrationOutline } from '../storage/migrations/migration.ts';

/** What `db migrate` did, or would do. */
export interface MigrateReport {
  readonly command: 'migrate';
  readonly isDryRun: boolean;
  /** Which database, for people; no address with a password. */
  readonly database: string;
  /** Steps that it had before. */
  readonly doneBefore: number;
  readonly done: readonly DoneMigration[];
  /** Steps that are left: of a dry run all that it would do. */
  readonly pending: readonly MigrationOutline[];
}

/** What `db shard` did, or would do. */
export interface ShardReport {
  readonly command: 'shard';
  readonly isDryRun: boolean;
  readonly database: string;
  readonly asWanted: readonly string[];
  /** What was changed; of a dry run what would be. */
  readonly changed: readonly string[];
  /** What is there and was not asked for: it stays. */
  readonly left: readonly string[];
}

export type DatabaseReport = MigrateReport | ShardReport;

/** The report for people, a few lines. */
export function summaryOf(report: DatabaseReport): string {
  const lines = report.command === 'migrate' ? migrateLines(report) : shardLines(report);
  return `${lines.join('\n')}\n`;
}

function migrateLines({ isDryRun, database, doneBefore, done, pending }: MigrateReport) {
  if (!isDryRun) {
    const ms = done.reduce((sum, { durationMs }) => sum + durationMs, 0);
    return [
      done.length === 0
        ? `${database} is up to date: it has all ${count(doneBefore, 'step')}.`
        : `${database}: ${count(done.length, 'step')} done in ${ms} ms, ${doneBefore} were there.`,
    ];
  }
  if (pending.length === 0) return [`${database} is up to date: nothing would be done.`];
  return [
    `${database}: ${count(pending.length, 'step')} would be done, ${doneBefore} are there:`,
    ...pending.map(({ name, does, kind }) => `  ${name}  ${does}${note(kind)}`),
  ];
}

function shardLines({ isDryRun, database, asWanted, changed, left }: ShardReport) {
  const verb = isDryRun ? 'would be changed' : 'changed';
  return [
    `${database}: ${asWanted.length} as wanted, ${changed.length} ${verb}, ${left.length} left as found.`,
    ...(isDryRun ? changed.map((line) => `  would ${line}`) : []),
    ...left.map((line) => `  left: ${line}`),
  ];
}

/** A step that nodes of the build before do not survive is told from the others. */
export function note(kind: MigrationOutline['kind']): string {
  return kind === 'contract' ? '  [contract: no node of the build before may run]' : '';
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}
