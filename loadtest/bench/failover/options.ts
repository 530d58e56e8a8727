import { z } from 'zod';
import { type FlagValues, positiveCount } from '../../cli/command-line.ts';

export const FAILOVER_COMMAND = {
  usage: 'npm run bench -- failover',
  summary: `Rooms full of players lose their node: how long the pause is, what is lost, what the journal costs.
A full run takes about 25 minutes; leave the machine alone meanwhile.`,
  flags: {
    quick: {
      help: 'One turn with few rooms, a minute of load: estimates in about three minutes.',
      schema: z.boolean().default(false),
    },
    rooms: {
      value: 'count',
      help: 'Rooms with a journal (200; quick: 40).',
      schema: positiveCount.optional(),
    },
    'bots-per-room': {
      value: 'count',
      help: 'Players of each (5).',
      schema: positiveCount.default(5),
    },
    turns: {
      value: 'count',
      help: 'Turns; figures are medians over them (3; quick: 1).',
      schema: positiveCount.optional(),
    },
    load: {
      help: 'Busy nodes for ten minutes (quick: one): false failovers; --no-load leaves it out.',
      schema: z.boolean().default(true),
    },
    cost: {
      help: 'CPU and Redis traffic of journals; --no-cost leaves it out.',
      schema: z.boolean().default(true),
    },
    logs: {
      value: 'folder',
      help: "Existing folder for the nodes' logs, one file each; a turn writes over the last one's.",
      schema: z.string().optional(),
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

export type FailoverOptions = FlagValues<(typeof FAILOVER_COMMAND)['flags']>;
