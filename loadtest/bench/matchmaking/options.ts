import { z } from 'zod';
import type { FlagValues } from '../../cli/command-line.ts';
import { REPORT_FLAGS } from '../../cli/report-flags.ts';
import { seedFlag } from '../../matchsim/options.ts';

export const MATCHMAKING_COMMAND = {
  usage: 'npm run bench -- matchmaking',
  summary: `5v5 in ten regions at 2, 20 and 200 tickets a second, on a virtual clock: Meridian's pool beside QueueRoom, Nakama's
algorithm and a greedy window on the same arrivals; then how far from the optimum, and how fast with a full queue.
A full run takes a few minutes; leave the machine alone meanwhile, for the figures of speed.`,
  flags: {
    quick: {
      help: 'A shorter stream, fewer sets, no queue of 100 000: estimates in under half a minute.',
      schema: z.boolean().default(false),
    },
    'only-speed': {
      help: 'Nothing but the passes over full queues.',
      schema: z.boolean().default(false),
    },
    seed: seedFlag,
    ...REPORT_FLAGS,
  },
} as const;

export type MatchmakingOptions = FlagValues<(typeof MATCHMAKING_COMMAND)['flags']>;
