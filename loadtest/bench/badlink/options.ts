import { z } from 'zod';
import { type FlagValues, positiveCount } from '../../cli/command-line.ts';
import { REPORT_FLAGS } from '../../cli/report-flags.ts';
import { PROFILE_NAMES } from './link-profiles.ts';

export const PARTS = ['links', 'slow-client', 'never-reads'] as const;
export type Part = (typeof PARTS)[number];

const listOf = <const Names extends readonly [string, ...string[]]>(names: Names) =>
  z
    .string()
    .default(names.join(','))
    .transform((text) => text.split(',').map((name) => name.trim()))
    .pipe(z.array(z.enum(names, { error: `must be some of ${names.join(', ')}` })));

export const BADLINK_COMMAND = {
  usage: 'npm run bench -- badlink',
  summary: `What players see over links from a LAN to a bad mobile one: Meridian beside stock Colyseus with the defaults of its SDK, in turns,
in one run. And what one slow client does to a room, and one who never reads.`,
  flags: {
    quick: {
      help: 'Short turns: estimates in about four minutes.',
      schema: z.boolean().default(false),
    },
    parts: { value: 'a,b', help: `Which parts: ${PARTS.join(', ')}.`, schema: listOf(PARTS) },
    profiles: {
      value: 'a,b',
      help: `Which links: ${PROFILE_NAMES.join(', ')}.`,
      schema: listOf(PROFILE_NAMES),
    },
    seed: {
      value: 'number',
      help: 'Of all movers, turns and links.',
      schema: positiveCount.default(7),
    },
    ...REPORT_FLAGS,
  },
} as const;

export type BadLinkOptions = FlagValues<(typeof BADLINK_COMMAND)['flags']>;
