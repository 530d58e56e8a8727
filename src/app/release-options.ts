import { userInfo } from 'node:os';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import type { ReleaseChange } from '../cluster/release/plan-release.ts';

export const RELEASE_USAGE = `Usage: release status                           who gets new rooms, and what runs
       release canary <build> --share <percent>   gives a build a share of new rooms; 0 before its nodes are there
       release promote <build>                    gives a build all new rooms
       release rollback <build> [--to <build>]    takes a build's share back and drains its nodes

  --to <build>     who gets what the build had, where several could
  --keep-nodes     rollback: do not drain, rooms of the build play on where they are
  --by <name>      who does it, for the history (default: the user of this machine)
  --dry-run        say what would be done, and do nothing
  --json           the result as JSON on standard output

For the region of REDIS_URI. Rooms that run are moved by nothing but a drain.
`;

const Build = z
  .string()
  .regex(/^[\w.+-]{1,128}$/, { message: 'wants letters, digits and . _ + -' });
const Common = {
  by: z.string().min(1).max(128).optional(),
  'dry-run': z.boolean().default(false),
  json: z.boolean().default(false),
};

const Options = z.discriminatedUnion('command', [
  z.strictObject({ command: z.literal('status'), json: Common.json }),
  z.strictObject({
    ...Common,
    command: z.literal('canary'),
    build: Build,
    share: z.coerce.number().min(0).max(100),
  }),
  z.strictObject({ ...Common, command: z.literal('promote'), build: Build }),
  z.strictObject({
    ...Common,
    command: z.literal('rollback'),
    build: Build,
    to: Build.optional(),
    'keep-nodes': z.boolean().default(false),
  }),
]);

export interface ReleaseOptions {
  /** Null: only look. */
  readonly change: ReleaseChange | null;
  readonly drains: boolean;
  readonly isDryRun: boolean;
  readonly by: string;
}

/** The command line is wrong; the message says where. */
export class ReleaseUsageError extends Error {}

/** @throws {ReleaseUsageError} */
export function parseReleaseOptions(argv: readonly string[]): ReleaseOptions {
  const parsed = Options.safeParse(readArguments(argv));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const name = String(issue?.path[0] ?? 'options');
    const where = name === 'command' || name === 'build' ? `the ${name}` : `--${name}`;
    throw new ReleaseUsageError(`${where}: ${issue?.message}`);
  }
  const options = parsed.data;
  if (options.command === 'status') return { change: null, drains: false, isDryRun: true, by: '' };
  return {
    change: changeOf(options),
    drains: options.command === 'rollback' && !options['keep-nodes'],
    isDryRun: options['dry-run'],
    by: options.by ?? userInfo().username,
  };
}

function changeOf(
  options: Exclude<z.infer<typeof Options>, { readonly command: 'status' }>,
): ReleaseChange {
  const { command: kind, build } = options;
  switch (kind) {
    case 'canary':
      return { kind, build, share: options.share / 100 };
    case 'promote':
      return { kind, build };
    case 'rollback':
      return { kind, build, ...(options.to === undefined ? {} : { to: options.to }) };
  }
}

function readArguments(argv: readonly string[]): Record<string, unknown> {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        share: { type: 'string' },
        to: { type: 'string' },
        'keep-nodes': { type: 'boolean' },
        by: { type: 'string' },
        'dry-run': { type: 'boolean' },
        json: { type: 'boolean' },
      },
    });
    const [command, build, ...more] = positionals;
    if (more.length > 0) throw new Error(`unexpected: ${more.join(' ')}`);
    return { ...values, command, ...(build === undefined ? {} : { build }) };
  } catch (error) {
    // parseArgs throws nothing else, and its texts name the option.
    throw new ReleaseUsageError((error as Error).message, { cause: error });
  }
}
