import { join, relative } from 'node:path';
import { JOINS_COMMAND } from '../bench/joins/options.ts';
import { runJoinsSuite } from '../bench/joins/suite.ts';
import { writeReportFile } from '../report/write-report.ts';
import { parseCommand } from './command-line.ts';

const PROJECT_ROOT = join(import.meta.dirname, '..', '..');

/** `bench joins`; returns the exit code. */
export async function runJoinsCommand(argv: readonly string[]): Promise<number> {
  const command = parseCommand(JOINS_COMMAND, argv);
  if (command.kind === 'help') {
    process.stdout.write(`${command.text}\n`);
    return 0;
  }
  if (command.kind === 'mistake') {
    process.stderr.write(`${command.text}\n`);
    return 2;
  }

  const { json, save } = command.values;
  const tell = (line: string) => (json ? process.stderr : process.stdout).write(`${line}\n`);
  const { report, table } = await runJoinsSuite(PROJECT_ROOT, command.values, tell);
  const text = `${JSON.stringify(report, null, 2)}\n`;
  tell(`\n${table}\n`);
  for (const [name, value] of Object.entries(report.figures)) tell(`${name.padEnd(44)} ${value}`);
  for (const note of report.notes) tell(`! ${note}`);
  if (save) {
    const data = writeReportFile(PROJECT_ROOT, report.suite, 'json', text);
    tell(`Report: ${relative(process.cwd(), data)}`);
  }
  if (json) process.stdout.write(text);
  return report.notes.some((note) => note.includes('failed')) ? 1 : 0;
}
