import { join, relative } from 'node:path';
import { FAILOVER_COMMAND } from '../bench/failover/options.ts';
import { runFailoverSuite } from '../bench/failover/suite.ts';
import { failoverPage } from '../report/failover-page.ts';
import { writeReportFile } from '../report/write-report.ts';
import { parseCommand } from './command-line.ts';

const PROJECT_ROOT = join(import.meta.dirname, '..', '..');

/** `bench failover`; returns the exit code: 1 when a promise was broken. */
export async function runFailoverCommand(argv: readonly string[]): Promise<number> {
  const command = parseCommand(FAILOVER_COMMAND, argv);
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
  const result = await runFailoverSuite(PROJECT_ROOT, command.values, tell);
  const { report } = result;
  const text = `${JSON.stringify(report, null, 2)}\n`;
  const width = Math.max(...Object.keys(report.figures).map(({ length }) => length));
  tell('');
  for (const [name, value] of Object.entries(report.figures)) {
    tell(`${name.padEnd(width)}  ${value}`);
  }
  tell('');
  for (const note of report.notes) tell(`! ${note}`);
  if (save) {
    const data = writeReportFile(PROJECT_ROOT, report.suite, 'json', text);
    const page = writeReportFile(PROJECT_ROOT, report.suite, 'html', failoverPage(result));
    tell(`Report: ${relative(process.cwd(), page)}, ${relative(process.cwd(), data)}`);
  }
  if (json) process.stdout.write(text);
  const isBroken = Object.entries(report.figures).some(
    ([name, value]) => name.endsWith('broken_invariants') && value > 0,
  );
  return isBroken ? 1 : 0;
}
