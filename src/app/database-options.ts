import { parseArgs } from 'node:util';
import { z } from 'zod';
import { MONGO_ZONES_FORM, parseMongoZones, type RegionZone } from '../config/mongo-zones.ts';

export const DATABASE_USAGE = `Usage: db migrate [options]   bring the database to the schema of this build
       db shard [options]     spread MongoDB's collections over the shards of each region

  --database <which>   sqlite or mongodb (default: mongodb when MONGO_URI is set); migrate only
  --zones <zones>      e.g. "${MONGO_ZONES_FORM}" (default: MERIDIAN_MONGO_ZONES); shard only
  --dry-run            say what would be done, and do nothing
  --json               the result as JSON on standard output, progress on standard error
  --wait <seconds>     how long another migrator is waited for (default: 120; 0: not at all)
  --lease <seconds>    silence after which another may take over (default: 30)

Both may be run again at any time: what is done already is not done again.
`;

const seconds = z.coerce.number().min(0).max(86_400);

const Options = z.strictObject({
  command: z.enum(['migrate', 'shard']),
  database: z.enum(['sqlite', 'mongodb']).optional(),
  zones: z
    .string()
    .transform((text, context): readonly RegionZone[] => {
      const zones = parseMongoZones(text);
      if (zones !== null && zones.length > 0) return zones;
      context.addIssue({ code: 'custom', message: `wants ${MONGO_ZONES_FORM}` });
      return z.NEVER;
    })
    .optional(),
  'dry-run': z.boolean().default(false),
  json: z.boolean().default(false),
  wait: seconds.default(120),
  lease: seconds.min(1).default(30),
});

export interface DatabaseOptions {
  readonly command: 'migrate' | 'shard';
  readonly database: 'sqlite' | 'mongodb' | undefined;
  readonly zones: readonly RegionZone[] | undefined;
  readonly isDryRun: boolean;
  readonly wantsJson: boolean;
  readonly waitMs: number;
  readonly leaseMs: number;
}

/** The command line is wrong; the message says where. */
export class DatabaseUsageError extends Error {}

/** @throws {DatabaseUsageError} */
export function parseDatabaseOptions(argv: readonly string[]): DatabaseOptions {
  const parsed = Options.safeParse(readArguments(argv));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue?.path[0] === 'command' ? 'the command' : `--${String(issue?.path[0])}`;
    throw new DatabaseUsageError(`${where}: ${issue?.message}`);
  }
  const { command, database, zones, json, wait, lease, 'dry-run': isDryRun } = parsed.data;
  return {
    command,
    database,
    zones,
    isDryRun,
    wantsJson: json,
    waitMs: wait * 1_000,
    leaseMs: lease * 1_000,
  };
}

function readArguments(argv: readonly string[]): Record<string, unknown> {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        database: { type: 'string' },
        zones: { type: 'string' },
        'dry-run': { type: 'boolean' },
        json: { type: 'boolean' },
        wait: { type: 'string' },
        lease: { type: 'string' },
      },
    });
    if (positionals.length > 1) throw new Error(`unexpected: ${positionals.slice(1).join(' ')}`);
    return { ...values, command: positionals[0] };
  } catch (error) {
    // parseArgs throws nothing else, and its texts name the option.
    throw new DatabaseUsageError((error as Error).message, { cause: error });
  }
}
