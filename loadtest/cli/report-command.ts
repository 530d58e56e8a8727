import { join, relative } from 'node:path';
import type { Report } from '../report/report.ts';
import { writeReportFile } from '../report/write-report.ts';
import { type CommandSpec, type FlagSpec, type FlagValues, parseCommand } from './command-line.ts';
import type { ReportOptions } from './report-flags.ts';

export const PROJECT_ROOT = join(import.meta.dirname, '..', '..');

/** What a command that measures ends with. */
export interface Outcome {
  readonly report: Report;
  /** For people, below the progress. */
  readonly summary: string;
  /** The report as an HTML page. */
  readonly page?: string;
  /** A promise was broken, or something could not be measured. */
  readonly hasFailed: boolean;
}

/**
 * Reads the flags, runs, prints and writes the report.
 *
 * @param run - tells its progress line by line
 * @returns the exit code: 1 when something failed, 2 for flags that cannot be read
 */
export async function runReportCommand<const Flags extends Readonly<Record<string, FlagSpec>>>(
  spec: CommandSpec<Flags>,
  argv: readonly string[],
  run: (options: FlagValues<Flags>, tell: (line: string) => void) => Promise<Outcome>,
): Promise<number> {
  const command = parseCommand(spec, argv);
  if (command.kind === 'help') {
    process.stdout.write(`${command.text}\n`);
    return 0;
  }
  if (command.kind === 'mistake') {
    process.stderr.write(`${command.text}\n`);
    return 2;
  }
  const { json, save } = command.values as ReportOptions;
  const tell = (line: string) => (json ? process.stderr : process.stdout).write(`${line}\n`);
  const { report, summary, page, hasFailed } = await run(command.values, tell);
  const text = `${JSON.stringify(report, null, 2)}\n`;
  tell(`\n${summary}\n`);
  for (const note of report.notes) tell(`! ${note}`);
  if (save) {
    const paths = [writeReportFile(PROJECT_ROOT, report.suite, 'json', text)];
    if (page !== undefined)
      paths.unshift(writeReportFile(PROJECT_ROOT, report.suite, 'html', page));
    tell(`Report: ${paths.map((path) => relative(process.cwd(), path)).join(', ')}`);
  }
  if (json) process.stdout.write(text);
  return hasFailed ? 1 : 0;
}

/** Every figure on a line of its own. */
export function figureLines({ figures }: Report): string {
  const width = Math.max(...Object.keys(figures).map(({ length }) => length));
  return Object.entries(figures)
    .map(([name, value]) => `${name.padEnd(width)}  ${value}`)
    .join('\n');
}
