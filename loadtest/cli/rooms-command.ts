import { join, relative } from 'node:path';
import { ROOMS_COMMAND } from '../bench/rooms/options.ts';
import { runRoomsSuite } from '../bench/rooms/suite.ts';
import { roomsPage } from '../report/rooms-page.ts';
import { writeReportFile } from '../report/write-report.ts';
import { parseCommand } from './command-line.ts';

const PROJECT_ROOT = join(import.meta.dirname, '..', '..');

/** `bench rooms`; returns the exit code. */
export async function runRoomsCommand(argv: readonly string[]): Promise<number> {
  const command = parseCommand(ROOMS_COMMAND, argv);
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
  const result = await runRoomsSuite(PROJECT_ROOT, command.values, tell);
  const { report, table } = result;
  const text = `${JSON.stringify(report, null, 2)}\n`;
  tell(`\n${table}\n`);
  for (const note of report.notes) tell(`! ${note}`);
  if (save) {
    const data = writeReportFile(PROJECT_ROOT, report.suite, 'json', text);
    const page = writeReportFile(PROJECT_ROOT, report.suite, 'html', roomsPage(result));
    tell(`Report: ${relative(process.cwd(), page)}, ${relative(process.cwd(), data)}`);
  }
  if (json) process.stdout.write(text);
  return report.notes.some((note) => note.includes('failed')) ? 1 : 0;
}
