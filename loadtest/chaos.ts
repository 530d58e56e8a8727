// `npm run chaos -- <scenario> [flags]`

import { runChaosCommand } from './cli/chaos-command.ts';

// Ends through 'exit', where cluster and bots are ended too.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
process.exitCode = await runChaosCommand(process.argv.slice(2));
