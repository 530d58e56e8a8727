// `npm run matchsim -- [flags]`

import { runMatchsimCommand } from './cli/matchsim-command.ts';

process.exitCode = await runMatchsimCommand(process.argv.slice(2));
