import type { FlagValues } from '../../cli/command-line.ts';
import { REPORT_FLAGS } from '../../cli/report-flags.ts';

export const ANALYTICS_COMMAND = {
  usage: 'npm run bench -- analytics',
  summary:
    'What it costs a room to record an event, and the node to send it, in CPU of one thread: while all is well and while nobody takes them. Takes seconds.',
  flags: { ...REPORT_FLAGS },
} as const;

export type AnalyticsOptions = FlagValues<(typeof ANALYTICS_COMMAND)['flags']>;
