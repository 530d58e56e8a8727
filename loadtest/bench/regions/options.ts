import { z } from 'zod';
import { type FlagValues, positiveCount } from '../../cli/command-line.ts';
import { REPORT_FLAGS } from '../../cli/report-flags.ts';

export const REGIONS_COMMAND = {
  usage: 'npm run bench -- regions',
  summary: `Players at home in five places measure all regions, enter one queue, are matched two against two, and play where they were seated:
five real regions with Redis servers and nodes of their own, as far apart as they are in truth. Then a few enter queues that are so
empty at home that regions must share their players. Takes about five minutes.`,
  flags: {
    bots: {
      value: 'count',
      help: 'Players in all (1000; quick: 200).',
      schema: positiveCount.optional(),
    },
    rare: {
      value: 'count',
      help: 'Players for the rare queues (192; quick: 64); 0: none. A multiple of 32 leaves nobody alone.',
      schema: z.coerce.number().int().nonnegative().optional(),
    },
    quick: {
      help: 'Fewer players: estimates in about two minutes.',
      schema: z.boolean().default(false),
    },
    ...REPORT_FLAGS,
  },
} as const;

export type RegionsOptions = FlagValues<(typeof REGIONS_COMMAND)['flags']>;
