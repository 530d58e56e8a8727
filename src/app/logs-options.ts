import { parseArgs } from 'node:util';
import { z } from 'zod';

export const LOGS_USAGE = `Usage: meridian logs [options]

Shows what nodes have written lately, one query over all of them: the node that is asked asks its region. Of several regions, name
one node of each, or the console of \`npm run cluster\`. The operator's password is read from MERIDIAN_ADMIN_PASSWORD.

  --at <url>        an admin port (http://127.0.0.1:2568); may be given several times
  --level <name>    this level and above: trace, debug, info, warn, error, fatal
  --node <id>       of one node
  --region <id>     of one region
  --room <name|id>  of rooms of one name, or of one room
  --trace <id>      of one trace
  --text <text>     lines with this text
  --since <when>    10s, 5m, 2h, or a date as in ISO 8601
  --limit <count>   the newest so many (500)
  --follow, -f      go on with what is written from now on, until Ctrl-C
  --json            the lines as they were written
`;

/** The command line is wrong. */
export class LogsUsageError extends Error {}

const Options = z.strictObject({
  at: z.array(z.url({ protocol: /^https?$/ })).default(['http://127.0.0.1:2568']),
  level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).optional(),
  node: z.string().optional(),
  region: z.string().optional(),
  room: z.string().optional(),
  trace: z
    .string()
    .regex(/^[\da-f]{32}$/, 'wants 32 hexadecimal digits')
    .optional(),
  text: z.string().optional(),
  since: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(2_000).optional(),
  follow: z.boolean().default(false),
  json: z.boolean().default(false),
});

export interface LogsOptions {
  readonly addresses: readonly string[];
  readonly isJson: boolean;
  readonly follows: boolean;
  /** Wall clock, ms. */
  readonly sinceMs: number | undefined;
  readonly limit: number | undefined;
  /** As the admin port takes it. */
  readonly filter: Readonly<Record<string, string>>;
}

/** @param nowMs - wall clock @throws {LogsUsageError} */
export function parseLogsOptions(argv: readonly string[], nowMs: number): LogsOptions {
  const parsed = Options.safeParse(readArguments(argv));
  if (!parsed.success) {
    const [{ path, message } = { path: [], message: '' }] = parsed.error.issues;
    throw new LogsUsageError(`--${path[0]?.toString()}: ${message}`);
  }
  const { at, follow, json, since, limit, trace, ...filter } = parsed.data;
  const given = Object.entries({ ...filter, traceId: trace }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return {
    ...{ addresses: at, isJson: json, follows: follow, limit },
    sinceMs: since === undefined ? undefined : readSince(since, nowMs),
    filter: Object.fromEntries(given),
  };
}

/** What the admin port is asked. */
export function parametersOf(
  { filter, limit }: LogsOptions,
  sinceMs: number | undefined,
): URLSearchParams {
  return new URLSearchParams({
    ...filter,
    ...(limit === undefined ? {} : { limit: String(limit) }),
    ...(sinceMs === undefined ? {} : { sinceMs: String(sinceMs) }),
  });
}

function readArguments(argv: readonly string[]): unknown {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      args: [...argv],
      options: {
        at: { type: 'string', multiple: true },
        level: text,
        node: text,
        region: text,
        room: text,
        trace: text,
        text,
        since: text,
        limit: text,
        follow: { type: 'boolean', short: 'f' },
        json: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    // parseArgs throws nothing else, and its texts name the option.
    throw new LogsUsageError((error as Error).message, { cause: error });
  }
}

const UNITS_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };

function readSince(since: string, nowMs: number): number {
  const [, count, unit = ''] = /^(\d+)([smh])$/.exec(since) ?? [];
  if (count !== undefined) return nowMs - Number(count) * (UNITS_MS[unit] ?? 0);
  const atMs = Date.parse(since);
  if (Number.isNaN(atMs)) throw new LogsUsageError('--since: wants 10s, 5m, 2h, or a date');
  return atMs;
}
