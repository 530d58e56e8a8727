import { z } from 'zod';
import { type FlagValues, positiveCount } from '../../cli/command-line.ts';
import { REPORT_FLAGS } from '../../cli/report-flags.ts';
import { CONTENDER_NAMES, CONTENDERS, DEFAULT_CONTENDERS } from './contenders.ts';
import { STANDARD_PLAYERS, STANDARD_TURNS } from './figures.ts';

const contenderList = z
  .string()
  .default(DEFAULT_CONTENDERS.join(','))
  .transform((text) => text.split(',').map((name) => name.trim()))
  .pipe(
    z.array(z.enum(CONTENDER_NAMES, { error: `must be some of ${CONTENDER_NAMES.join(', ')}` })),
  )
  .transform((names) => [...new Set(names)].map((name) => CONTENDERS[name]));

export const ROOMS_COMMAND = {
  usage: 'npm run bench -- rooms',
  summary: `Many rooms of 20 on one core: Meridian beside stock Colyseus, socket.io and raw ws, in turns, in one run.
A full run takes about 25 minutes; leave the machine alone meanwhile.`,
  flags: {
    quick: {
      help: 'One short turn and no search: estimates in under 90 seconds.',
      schema: z.boolean().default(false),
    },
    contenders: {
      value: 'a,b',
      help: `Who takes part: ${CONTENDER_NAMES.join(', ')}.`,
      schema: contenderList,
    },
    players: {
      value: 'count',
      help: `Players of the fixed-load turns (${STANDARD_PLAYERS}).`,
      schema: positiveCount.default(STANDARD_PLAYERS),
    },
    turns: {
      value: 'count',
      help: `Turns per contender; figures are their medians (${STANDARD_TURNS}).`,
      schema: positiveCount.default(STANDARD_TURNS),
    },
    'find-max': {
      help: 'Search the most players per core; --no-find-max leaves it out, --quick too.',
      schema: z.boolean().optional(),
    },
    idle: {
      help: 'Measure memory per client and room and idle rooms; --no-idle leaves it out.',
      schema: z.boolean().default(true),
    },
    ...REPORT_FLAGS,
  },
} as const;

export type RoomsOptions = FlagValues<(typeof ROOMS_COMMAND)['flags']>;
