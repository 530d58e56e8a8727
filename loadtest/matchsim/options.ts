import { z } from 'zod';
import { type FlagValues, positiveCount } from '../cli/command-line.ts';
import { REPORT_FLAGS } from '../cli/report-flags.ts';
import { RTT_SOURCES } from '../wan/region-rtt.ts';
import { CONTENDER_NAMES, CONTENDERS } from './contenders/contenders.ts';
import { SCENARIO_NAMES, SCENARIOS } from './model/scenario.ts';

/** Of everything random, unless `--seed` says otherwise. */
export const STANDARD_SEED = 777;
const LARGEST_SEED = 2 ** 31 - 1;

const contenderList = z
  .string()
  .default(CONTENDER_NAMES.join(','))
  .transform((text) => [...new Set(text.split(',').map((name) => name.trim()))])
  .pipe(
    z.array(z.enum(CONTENDER_NAMES, { error: `must be some of ${CONTENDER_NAMES.join(', ')}` })),
  );

const positive = z.coerce.number().positive();

export const seedFlag = {
  value: 'number',
  help: `Of everything random; printed (${STANDARD_SEED}).`,
  schema: z.coerce.number().int().min(0).max(LARGEST_SEED).default(STANDARD_SEED),
} as const;

export const MATCHSIM_COMMAND = {
  usage: 'npm run matchsim --',
  summary: `The production match function and others on the same arrivals, on a virtual clock: a day takes seconds.

Scenarios:
${SCENARIO_NAMES.map((name) => `  ${name.padEnd(14)} ${SCENARIOS[name].summary}`).join('\n')}

Contenders:
${CONTENDER_NAMES.map((name) => `  ${name.padEnd(22)} ${CONTENDERS[name].title}`).join('\n')}`,
  flags: {
    scenario: {
      value: 'name',
      help: 'Which of them (steady).',
      schema: z
        .enum(SCENARIO_NAMES, { error: `must be one of ${SCENARIO_NAMES.join(', ')}` })
        .default('steady'),
    },
    rate: {
      value: 'tickets',
      help: "Tickets per second, the mean over the scenario (the scenario's own, mostly 20).",
      schema: positive.max(2_000).optional(),
    },
    seconds: {
      value: 'count',
      help: "How long, in the queue's time; a day is squeezed into it (300; the day: 1440).",
      schema: positiveCount.max(86_400).optional(),
    },
    'team-size': {
      value: 'players',
      help: 'Of each of the two teams (5).',
      schema: positiveCount.max(5).default(5),
    },
    contenders: {
      value: 'a,b',
      help: 'Who takes part (all).',
      schema: contenderList,
    },
    matrix: {
      value: RTT_SOURCES.join('|'),
      help: 'Latencies between the regions (aws).',
      schema: z.enum(RTT_SOURCES).default('aws'),
    },
    record: {
      value: 'file',
      help: 'Write the tickets of this run there, as JSON lines.',
      schema: z.string().optional(),
    },
    replay: {
      value: 'file',
      help: 'Take the tickets from there instead of a scenario.',
      schema: z.string().optional(),
    },
    seed: seedFlag,
    ...REPORT_FLAGS,
  },
} as const;

export type MatchsimOptions = FlagValues<(typeof MATCHSIM_COMMAND)['flags']>;
