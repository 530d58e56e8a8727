import { z } from 'zod';
import { type FlagValues, positiveCount } from '../cli/command-line.ts';
import { REPORT_FLAGS } from '../cli/report-flags.ts';

export const CHAOS_FLAGS = {
  quick: {
    help: 'Fewer rooms and shorter games.',
    schema: z.boolean().default(false),
  },
  rooms: {
    value: 'count',
    help: 'Rooms: two thirds keep a journal, the others checkpoints or nothing (12; quick: 6).',
    schema: positiveCount.optional(),
  },
  'bots-per-room': {
    value: 'count',
    help: 'Players of each room (4).',
    schema: positiveCount.default(4),
  },
  'sdk-bots': {
    value: 'count',
    help: 'How many of them use the real client SDK (4).',
    schema: z.coerce.number().int().min(0).default(4),
  },
  nodes: {
    value: 'count',
    help: "Nodes at the beginning (the scenario's own number).",
    schema: positiveCount.optional(),
  },
  seed: {
    value: 'number',
    help: 'What `random` does, in which order (1).',
    schema: z.coerce.number().int().default(1),
  },
  minutes: {
    value: 'count',
    help: 'How long `random` goes on (3; quick: 0.5).',
    schema: z.coerce.number().positive().optional(),
  },
  logs: {
    value: 'folder',
    help: "Existing folder for the nodes' logs, one file each.",
    schema: z.string().optional(),
  },
  ...REPORT_FLAGS,
} as const;

export type ChaosOptions = FlagValues<typeof CHAOS_FLAGS>;
