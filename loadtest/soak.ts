// `npm run soak -- [flags]`

import { runSoakCommand } from './cli/soak-command.ts';

// Ends through 'exit', where cluster and players are ended too.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
process.exitCode = await runSoakCommand(process.argv.slice(2));
