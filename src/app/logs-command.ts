import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { LOGS_PATH, type LogLine } from '../protocol/telemetry.ts';
import {
  LOGS_USAGE,
  type LogsOptions,
  LogsUsageError,
  parametersOf,
  parseLogsOptions,
} from './logs-options.ts';

// `logs`: one query over the newest lines of all nodes, through admin ports (docs/guides/tracing-and-logs.md).

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
const PATIENCE_MS = 5_000;
const FOLLOW_EVERY_MS = 1_000;
/** Looked at again while following: clocks of nodes differ, and lines arrive late. */
const OVERLAP_MS = 3_000;

const Reply = z.object({
  lines: z.array(
    z.looseObject({ time: z.string(), level: z.number(), msg: z.string().default('') }),
  ),
  silent: z.array(z.string()),
});

export interface LogsStreams {
  readonly output: (text: string) => void;
  readonly complaint: (text: string) => void;
  /** Ends following. */
  readonly signal: AbortSignal;
}

/**
 * @param argv - without the words that led here
 * @returns the exit code: 0 done, 1 nobody answered, 2 the command line is wrong
 */
export async function runLogsCommand(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  { output, complaint, signal }: LogsStreams,
): Promise<number> {
  if (argv.some((arg) => ['help', '--help', '-h'].includes(arg))) {
    output(LOGS_USAGE);
    return 0;
  }
  try {
    const options = parseLogsOptions(argv, Date.now());
    const query = new LogsQuery(options, environment['MERIDIAN_ADMIN_PASSWORD'] ?? '', complaint);
    const write = (lines: readonly LogLine[]) => {
      for (const line of lines)
        output(`${options.isJson ? JSON.stringify(line) : lineText(line)}\n`);
    };
    write(await query.next());
    while (options.follows && !signal.aborted) {
      await sleep(FOLLOW_EVERY_MS, undefined, { signal }).catch(() => undefined);
      if (!signal.aborted) write(await query.next());
    }
    return query.hasAnswered ? 0 : EXIT_FAILED;
  } catch (error) {
    if (!(error instanceof LogsUsageError)) throw error;
    complaint(`${error.message}\n\n${LOGS_USAGE}`);
    return EXIT_USAGE;
  }
}

/** One query, asked once or again and again: each line comes once. */
class LogsQuery {
  readonly #options: LogsOptions;
  readonly #password: string;
  readonly #complain: (text: string) => void;
  /** Lines of the overlap, which come again. */
  #known = new Set<string>();
  #newestMs: number | undefined;
  hasAnswered = false;

  constructor(options: LogsOptions, password: string, complain: (text: string) => void) {
    this.#options = options;
    this.#password = password;
    this.#complain = complain;
  }

  async next(): Promise<readonly LogLine[]> {
    const { addresses, sinceMs, limit } = this.#options;
    const againMs = this.#newestMs === undefined ? sinceMs : this.#newestMs - OVERLAP_MS;
    const told = await Promise.all(addresses.map((address) => this.#ask(address, againMs)));
    const lines = told.flat().toSorted((a, b) => Date.parse(a.time) - Date.parse(b.time));
    const texts = new Set(lines.map((line) => JSON.stringify(line)));
    const fresh = lines.filter((line) => !this.#known.has(JSON.stringify(line)));
    const [newest] = lines.slice(-1);
    if (newest !== undefined) this.#newestMs = Date.parse(newest.time);
    this.#known = texts;
    // Two nodes of one region tell the same.
    const once = [...new Map(fresh.map((line) => [JSON.stringify(line), line])).values()];
    return limit === undefined ? once : once.slice(-limit);
  }

  async #ask(address: string, sinceMs: number | undefined): Promise<readonly LogLine[]> {
    const url = new URL(LOGS_PATH, address);
    url.search = parametersOf(this.#options, sinceMs).toString();
    const authorization = `Basic ${Buffer.from(`operator:${this.#password}`).toString('base64')}`;
    try {
      const response = await fetch(url, {
        headers: this.#password === '' ? {} : { authorization },
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      if (!response.ok) throw new Error(`it answered ${response.status}`);
      const { lines, silent } = Reply.parse(await response.json());
      this.hasAnswered = true;
      if (silent.length > 0) this.#complain(`no answer from ${silent.join(', ')}\n`);
      return lines as unknown as readonly LogLine[];
    } catch (error) {
      const cause = (error as Error).cause;
      const why = cause instanceof Error ? cause.message : (error as Error).message;
      this.#complain(`${url.origin}: ${why}\n`);
      return [];
    }
  }
}

const LEVEL_NAMES: Readonly<Record<number, string>> = {
  10: 'TRACE',
  20: 'DEBUG',
  30: 'INFO',
  40: 'WARN',
  50: 'ERROR',
  60: 'FATAL',
};
/** What stands in the line already, or says little. */
const IN_TEXT = new Set(['time', 'level', 'msg', 'node', 'region', 'service', 'pid', 'hostname']);

/** A line for people. */
export function lineText(line: LogLine): string {
  const more = Object.entries(line)
    .filter(([name]) => !IN_TEXT.has(name))
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const level = (LEVEL_NAMES[line.level] ?? String(line.level)).padEnd(5);
  const where = `${line.region}/${line.node.slice(0, 9)}`;
  return [line.time, level, where, line.msg, ...more].join(' ');
}
