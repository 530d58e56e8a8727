import { z } from 'zod';
import { type FlagValues, positiveCount } from '../../cli/command-line.ts';
import { REPORT_FLAGS } from '../../cli/report-flags.ts';

export const WORLD_CHAOS_FLAGS = {
  quick: {
    help: 'Fewer rooms and shorter games.',
    schema: z.boolean().default(false),
  },
  rooms: {
    value: 'count',
    help: 'Rooms of the region that is lost (20; quick: 6).',
    schema: positiveCount.optional(),
  },
  'bots-per-room': {
    value: 'count',
    help: 'Players of each of these rooms (3; quick: 2).',
    schema: positiveCount.optional(),
  },
  rate: {
    value: 'number',
    help: 'Tickets a second, over all five regions (4).',
    schema: z.coerce.number().positive().max(20).default(4),
  },
  seed: {
    value: 'number',
    help: 'When players enter, and what `heal-link` cuts (1).',
    schema: z.coerce.number().int().default(1),
  },
  logs: {
    value: 'folder',
    help: "Existing folder for the nodes' logs, a folder for each region.",
    schema: z.string().optional(),
  },
  ...REPORT_FLAGS,
} as const;

export type WorldChaosOptions = FlagValues<typeof WORLD_CHAOS_FLAGS>;
