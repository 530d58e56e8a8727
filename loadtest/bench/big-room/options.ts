import { z } from 'zod';
import { type FlagValues, positiveCount } from '../../cli/command-line.ts';
import { REPORT_FLAGS } from '../../cli/report-flags.ts';
import { SCENARIO_NAMES } from './scenarios.ts';

/** Players of the figures without `quick_`. */
export const STANDARD_PLAYERS = 1_000;

const scenarioList = z
  .string()
  .default(SCENARIO_NAMES.join(','))
  .transform((text) => text.split(',').map((name) => name.trim()))
  .pipe(z.array(z.enum(SCENARIO_NAMES, { error: `must be some of ${SCENARIO_NAMES.join(', ')}` })));

export const BIG_ROOM_COMMAND = {
  usage: 'npm run bench -- big-room',
  summary: `One room of ${STANDARD_PLAYERS} players who each see what is near: Meridian's segments beside Colyseus with a StateView
for each client, in turns, in one run. First the encoders alone, in CPU of their thread; then whole servers and bots.`,
  flags: {
    quick: {
      help: 'Few ticks, and servers in one scenario only: estimates in about two minutes.',
      schema: z.boolean().default(false),
    },
    players: {
      value: 'count',
      help: `Players in the room (${STANDARD_PLAYERS}).`,
      schema: positiveCount.default(STANDARD_PLAYERS),
    },
    scenarios: {
      value: 'a,b',
      help: `Which crowds: ${SCENARIO_NAMES.join(', ')}.`,
      schema: scenarioList,
    },
    sockets: {
      help: 'Whole servers with bots; --no-sockets leaves them out.',
      schema: z.boolean().default(true),
    },
    encode: {
      help: 'The encoders alone; --no-encode leaves them out.',
      schema: z.boolean().default(true),
    },
    'two-rooms': {
      help: 'Also two rooms at once, a core each, with as many players in both.',
      schema: z.boolean().default(false),
    },
    'find-max': {
      help: 'Search the largest room each holds: tick p95 < 50 ms, 18 patches a second; ten minutes more.',
      schema: z.boolean().default(false),
    },
    ...REPORT_FLAGS,
  },
} as const;

export type BigRoomOptions = FlagValues<(typeof BIG_ROOM_COMMAND)['flags']>;
