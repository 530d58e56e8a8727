import { z } from 'zod';
import { type FlagValues, positiveCount } from '../cli/command-line.ts';
import { REPORT_FLAGS } from '../cli/report-flags.ts';
import { SCENARIO_NAMES } from '../scenarios/scenario.ts';

const url = z.url({ protocol: /^https?$/, error: 'must be an http:// address' });

export const LOADTEST_COMMAND = {
  usage: 'npm run loadtest --',
  summary: `Real protocol bots against a server: guest sign-in, seat, handshake, inputs, state.
Without --endpoint it starts a server of its own and stops it afterwards.`,
  flags: {
    players: { value: 'count', help: 'Bots (100).', schema: positiveCount.default(100) },
    room: {
      value: 'name',
      help: 'Room to join (arena).',
      schema: z.string().min(1).default('arena'),
    },
    scenario: {
      value: 'name',
      help: `How bots play: ${SCENARIO_NAMES.join(', ')} (the room's own, else wander).`,
      schema: z.enum(SCENARIO_NAMES).optional(),
    },
    seconds: {
      value: 'count',
      help: 'Time of play after the last join (30).',
      schema: positiveCount.default(30),
    },
    'joins-per-second': {
      value: 'count',
      help: 'How fast they come, all workers together (100).',
      schema: positiveCount.default(100),
    },
    workers: {
      value: 'count',
      help: 'Processes the bots are spread over (1 per 500 players).',
      schema: positiveCount.optional(),
    },
    endpoint: { value: 'url', help: 'A server that runs already.', schema: url.optional() },
    metrics: {
      value: 'url',
      help: "Its /metrics, for the server's side of the plots.",
      schema: url.optional(),
    },
    game: {
      value: 'file',
      help: 'Game of the own server (demos/game.ts).',
      schema: z.string().default('demos/game.ts'),
    },
    seed: {
      value: 'number',
      help: 'Seed of all bots (1).',
      schema: z.coerce.number().int().default(1),
    },
    ...REPORT_FLAGS,
  },
} as const;

export type LoadTestOptions = FlagValues<(typeof LOADTEST_COMMAND)['flags']>;
