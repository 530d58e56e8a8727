// `npm run cluster -- [flags]`

import { runWorldCommand } from './cli/world-command.ts';

process.exitCode = await runWorldCommand(process.argv.slice(2));
