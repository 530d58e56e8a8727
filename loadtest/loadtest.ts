// `npm run loadtest -- [flags]`

import { runLoadTestCommand } from './cli/loadtest-command.ts';

// Ends through 'exit', where the own server is ended too.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
process.exitCode = await runLoadTestCommand(process.argv.slice(2));
