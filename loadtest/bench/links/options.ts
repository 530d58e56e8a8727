import type { FlagValues } from '../../cli/command-line.ts';
import { REPORT_FLAGS } from '../../cli/report-flags.ts';

export const LINKS_COMMAND = {
  usage: 'npm run bench -- links',
  summary:
    'What a node knows of the links of its clients, and what that costs: error of its round trips over ways of known length, CPU of pinging a thousand sockets and of reading their reports. Takes half a minute.',
  flags: { ...REPORT_FLAGS },
} as const;

export type LinksOptions = FlagValues<(typeof LINKS_COMMAND)['flags']>;
