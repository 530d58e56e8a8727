// `npm run bench -- <suite> [flags]`

import { runFailoverCommand } from './cli/failover-command.ts';
import { runJoinsCommand } from './cli/joins-command.ts';
import { runRoomsCommand } from './cli/rooms-command.ts';

const SUITES: Readonly<Record<string, (argv: readonly string[]) => Promise<number>>> = {
  rooms: runRoomsCommand,
  failover: runFailoverCommand,
  joins: runJoinsCommand,
};

// Ends through 'exit', where nodes and bots are ended too.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

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
