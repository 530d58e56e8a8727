import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { Report } from './report.ts';

export type ReportContent = Pick<Report, 'suite' | 'figures' | 'notes'> & {
  readonly isPinned: boolean;
  readonly runs: readonly object[];
};

/** Adds where and when the figures were taken, and checks the whole. */
export function completeReport(projectRoot: string, content: ReportContent): Report {
  const { isPinned, runs, ...rest } = content;
  return Report.parse({
    ...rest,
    runs: [...runs],
    commit: git(projectRoot, ['rev-parse', 'HEAD']) || 'unknown',
    hasLocalChanges: git(projectRoot, ['status', '--porcelain']) !== '',
    takenAt: new Date().toISOString(),
    machine: {
      cpu: cpus()[0]?.model ?? 'unknown',
      cores: cpus().length,
      runtime: `node ${process.version}`,
      isPinned,
    },
  });
}

/** Writes `loadtest/report/<suite>.<extension>` and returns its path. */
export function writeReportFile(
  projectRoot: string,
  suite: string,
  extension: 'json' | 'html',
  text: string,
): string {
  const folder = join(projectRoot, 'loadtest', 'report');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${suite}.${extension}`);
  writeFileSync(path, text);
  return path;
}

/** Output of a git command, or '' when git or the repository is missing. */
function git(cwd: string, args: readonly string[]): string {
  const result = spawnSync('git', args, { cwd, encoding: 'utf8' });
  return result.status === 0 ? result.stdout.trim() : '';
}
