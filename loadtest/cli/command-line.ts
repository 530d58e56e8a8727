import { parseArgs } from 'node:util';
import { z } from 'zod';

/** One flag of a command. */
export interface FlagSpec<Schema extends z.ZodType = z.ZodType> {
  /** What the value stands for, in the help: `--players <count>`. Absent: a switch. */
  readonly value?: string;
  readonly help: string;
  /** Parses the text (or the boolean of a switch); its default is used when the flag is absent. */
  readonly schema: Schema;
}

export interface CommandSpec<Flags extends Readonly<Record<string, FlagSpec>>> {
  /** As typed: `npm run bench -- rooms`. */
  readonly usage: string;
  readonly summary: string;
  readonly flags: Flags;
}

export type FlagValues<Flags extends Readonly<Record<string, FlagSpec>>> = {
  readonly [Name in keyof Flags]: z.output<Flags[Name]['schema']>;
};

export type ParsedCommand<Flags extends Readonly<Record<string, FlagSpec>>> =
  | { readonly kind: 'run'; readonly values: FlagValues<Flags> }
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'mistake'; readonly text: string };

/** Reads a command's flags. Unknown flags, missing values and bad values are all told at once. */
export function parseCommand<const Flags extends Readonly<Record<string, FlagSpec>>>(
  command: CommandSpec<Flags>,
  argv: readonly string[],
): ParsedCommand<Flags> {
  if (argv.includes('--help') || argv.includes('-h')) {
    return { kind: 'help', text: helpOf(command) };
  }
  const options = Object.fromEntries(
    Object.entries(command.flags).map(([name, flag]) => [
      name,
      { type: flag.value === undefined ? ('boolean' as const) : ('string' as const) },
    ]),
  );
  let texts: Record<string, unknown>;
  try {
    texts = parseArgs({ args: [...argv], options, allowNegative: true, strict: true }).values;
  } catch (error) {
    // parseArgs names the flag it does not know.
    return { kind: 'mistake', text: `${(error as Error).message}\nTry --help.` };
  }
  const shape = Object.fromEntries(
    Object.entries(command.flags).map(([name, flag]) => [name, flag.schema]),
  );
  const parsed = z.strictObject(shape).safeParse(texts);
  if (parsed.success) return { kind: 'run', values: parsed.data as FlagValues<Flags> };
  const mistakes = parsed.error.issues.map(
    ({ path, message }) => `--${path.join('.')}: ${message}`,
  );
  return { kind: 'mistake', text: [...mistakes, 'Try --help.'].join('\n') };
}

/** A whole number of at least one, from text. */
export const positiveCount = z.coerce.number().int().positive();

function helpOf(command: CommandSpec<Readonly<Record<string, FlagSpec>>>): string {
  const rows = Object.entries(command.flags).map(([name, flag]) => ({
    usage: flag.value === undefined ? `--${name}` : `--${name} <${flag.value}>`,
    help: flag.help,
  }));
  rows.push({ usage: '--help', help: 'This text.' });
  const width = Math.max(...rows.map(({ usage }) => usage.length));
  return [
    `${command.usage} [flags]`,
    '',
    command.summary,
    '',
    ...rows.map(({ usage, help }) => `  ${usage.padEnd(width)}  ${help}`),
  ].join('\n');
}
