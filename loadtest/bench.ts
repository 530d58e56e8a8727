// `npm run bench -- <suite> [flags]`

import { runJoinsCommand } from './cli/joins-command.ts';
import { runRoomsCommand } from './cli/rooms-command.ts';

const SUITES: Readonly<Record<string, (argv: readonly string[]) => Promise<number>>> = {
  rooms: runRoomsCommand,
  joins: runJoinsCommand,
};

const [suite = '', ...argv] = process.argv.slice(2);
const run = SUITES[suite];
if (run === undefined) {
  const isHelp = suite === '--help' || suite === '-h';
  const text = `npm run bench -- <suite> [flags]\n\nSuites: ${Object.keys(SUITES).join(', ')}.\n<suite> --help tells its flags.\n`;
  (isHelp ? process.stdout : process.stderr).write(
    isHelp ? text : `There is no suite "${suite}".\n${text}`,
  );
  process.exitCode = isHelp ? 0 : 2;
} else {
  process.exitCode = await run(argv);
}
