import { z } from 'zod';
import { type FlagValues, positiveCount } from '../cli/command-line.ts';
import { REPORT_FLAGS } from '../cli/report-flags.ts';

const COMMON_FLAGS = {
  seed: {
    value: 'number',
    help: 'Which faults, when, where (drawn, and printed).',
    schema: z.coerce.number().int().nonnegative().optional(),
  },
  logs: {
    value: 'folder',
    help: "Existing folder for the nodes' logs, a folder for each region.",
    schema: z.string().optional(),
  },
  ...REPORT_FLAGS,
} as const;

export const SOAK_COMMAND = {
  usage: 'npm run soak --',
  summary: `Five regions on this machine under players, while nodes, Redis servers, links and players' own links fail at seconds drawn from a seed.
Tells what players felt of it. Exits with 1 when a target is missed.`,
  flags: {
    minutes: {
      value: 'count',
      help: 'How long (30).',
      schema: z.coerce.number().positive().default(30),
    },
    bots: {
      value: 'count',
      help: 'Players (1000); two cores carry some dozens.',
      schema: positiveCount.default(1_000),
    },
    ...COMMON_FLAGS,
  },
} as const;

/** What two cores carry, with some to spare: 60 players took one and a half of them, with all nodes, Redis servers, ways and Prometheus. */
export const QUICK = { minutes: 3.5, bots: 40 } as const;

export const SOAK_BENCH_COMMAND = {
  usage: 'npm run bench -- soak',
  summary: SOAK_COMMAND.summary,
  flags: {
    quick: {
      help: `${QUICK.minutes} minutes with ${QUICK.bots} players, which two cores carry.`,
      schema: z.boolean().default(false),
    },
    ...SOAK_COMMAND.flags,
    minutes: { ...SOAK_COMMAND.flags.minutes, schema: z.coerce.number().positive().optional() },
    bots: { ...SOAK_COMMAND.flags.bots, schema: positiveCount.optional() },
  },
} as const;

export type SoakOptions = Pick<
  FlagValues<(typeof SOAK_COMMAND)['flags']>,
  'minutes' | 'bots' | 'logs'
> & {
  readonly seed: number;
};
