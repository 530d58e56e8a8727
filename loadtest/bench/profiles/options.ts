import { z } from 'zod';
import { type FlagValues, positiveCount } from '../../cli/command-line.ts';
import { REPORT_FLAGS } from '../../cli/report-flags.ts';

export const PROFILE_PARTS = ['embedded', 'crash', 'services', 'cache', 'world'] as const;
export type ProfilePart = (typeof PROFILE_PARTS)[number];

const Parts = z
  .string()
  .transform((text) => text.split(','))
  .pipe(z.array(z.enum(PROFILE_PARTS)).min(1));

export const PROFILES_COMMAND = {
  usage: 'npm run bench -- profiles',
  summary: `What players' data costs and survives. embedded: 2000 writes a second from 1000 players on SQLite. crash: kill -9 under load, again and
again. services: gRPC, cache, Redis, and MongoDB or what stands for it. cache: hits, and a crowd before a cold one. world: writers, moves and
deaths at random. Takes about six minutes; exit 1 when a figure misses its bound.`,
  flags: {
    parts: {
      value: 'names',
      help: `Only these, with commas: ${PROFILE_PARTS.join(',')}.`,
      schema: Parts.default([...PROFILE_PARTS]),
    },
    rounds: {
      value: 'count',
      help: 'Rounds of what is timed (3; quick: 1); figures are medians over them.',
      schema: positiveCount.optional(),
    },
    seed: {
      value: 'number',
      help: 'Of everything drawn: moments of kills, keys that are read, the world. Another one each time; the report has it.',
      schema: z.coerce.number().int().nonnegative().optional(),
    },
    quick: {
      help: 'Shorter: estimates in about a minute.',
      schema: z.boolean().default(false),
    },
    ...REPORT_FLAGS,
  },
} as const;

export type ProfilesOptions = FlagValues<(typeof PROFILES_COMMAND)['flags']>;
