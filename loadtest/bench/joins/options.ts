import { z } from 'zod';
import { type FlagValues, positiveCount } from '../../cli/command-line.ts';

export const JOINS_COMMAND = {
  usage: 'npm run bench -- joins',
  summary: `Players come in, 32 at a time, to a region full of rooms: Meridian beside stock Colyseus on Redis, in turns, in one run.
A full run takes about 8 minutes; leave the machine alone meanwhile.`,
  flags: {
    quick: {
      help: 'One turn with fewer joins: estimates in about a minute.',
      schema: z.boolean().default(false),
    },
    turns: {
      value: 'count',
      help: 'Turns; figures are medians over them (3; quick: 1).',
      schema: positiveCount.optional(),
    },
    save: {
      help: 'Write the report to loadtest/report/; --no-save leaves the last one there.',
      schema: z.boolean().default(true),
    },
    json: {
      help: 'Print the report as JSON on stdout; progress goes to stderr.',
      schema: z.boolean().default(false),
    },
  },
} as const;

export type JoinsOptions = FlagValues<(typeof JOINS_COMMAND)['flags']>;
