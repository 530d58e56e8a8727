import { TicketLogError } from '../matchsim/model/ticket-log.ts';
import { MATCHSIM_COMMAND } from '../matchsim/options.ts';
import { runMatchsim } from '../matchsim/run-matchsim.ts';
import { matchsimPage } from '../report/matchsim-page.ts';
import { PROJECT_ROOT, runReportCommand } from './report-command.ts';

/** `matchsim`; returns the exit code. */
export async function runMatchsimCommand(argv: readonly string[]): Promise<number> {
  try {
    return await runReportCommand(MATCHSIM_COMMAND, argv, async (options, tell) => {
      const result = await runMatchsim(PROJECT_ROOT, options, tell);
      const { report, table } = result;
      return { report, summary: table, page: matchsimPage(result), hasFailed: false };
    });
  } catch (error) {
    if (!(error instanceof TicketLogError)) throw error;
    process.stderr.write(`The ticket log cannot be read: ${error.message}\n`);
    return 2;
  }
}
