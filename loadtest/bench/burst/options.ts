import { z } from 'zod';
import { type FlagValues, positiveCount } from '../../cli/command-line.ts';
import { REPORT_FLAGS } from '../../cli/report-flags.ts';

export const BURST_COMMAND = {
  usage: 'npm run bench -- burst',
  summary: `A region of one node finds out how many tickets a second it seats, is asked for half of that, then for a minute for ten times
as many, then for half again: who is refused and how, how long the others wait, and how soon all is as before.
A full run takes about four minutes; leave the machine alone meanwhile.`,
  flags: {
    quick: {
      help: 'A shorter search and a burst of 15 s: estimates in about a minute.',
      schema: z.boolean().default(false),
    },
    capacity: {
      value: 'tickets/s',
      help: 'Takes this for the capacity instead of searching for it.',
      schema: positiveCount.optional(),
    },
    seconds: {
      value: 'count',
      help: 'Length of the burst (60; quick: 15).',
      schema: positiveCount.optional(),
    },
    ...REPORT_FLAGS,
  },
} as const;

export type BurstOptions = FlagValues<(typeof BURST_COMMAND)['flags']>;
