import { destination, type Logger as PinoLogger, pino, stdTimeFunctions } from 'pino';
import { hideNamedSecrets, hideSecrets } from './hide-secrets.ts';
import type { LogBook } from './log-book.ts';
import { activeTraceId } from './tracing.ts';

// Every line is one JSON object with `time`, `level`, `msg`, `node`, `region` and `service`; `traceId` within a trace, `room` and `roomId`
// of a room. No line has a secret, nor an address of a person: docs/spec/tracing.md.

/** The log as features see it. Never pass tokens, URLs with a query, or whole requests. */
export type Logger = Pick<
  PinoLogger,
  'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'child'
>;

/** Who writes. */
export interface LogTeller {
  /** The process; empty until it is known. */
  node: string;
  readonly region: string;
  /** What the process runs: `all`, `game`, or `auth,profile`. */
  readonly service: string;
}

export interface LoggerOptions {
  readonly level: string;
  /** Absent: a tool, which is no part of a region. */
  readonly teller?: LogTeller;
  /** Keeps the newest lines besides. */
  readonly book?: LogBook | null;
}

const NOBODY: LogTeller = { node: '', region: '', service: '' };

/** Structured log lines on stdout, one JSON object each, secrets redacted. */
export function createLogger({ level, teller = NOBODY, book = null }: LoggerOptions): PinoLogger {
  const output = destination({ fd: 1, sync: true });
  const stream = {
    write: (line: string) => {
      const clean = hideSecrets(hideNamedSecrets(line));
      book?.add(clean);
      output.write(clean);
    },
    flushSync: () => output.flushSync(),
  };
  return pino(
    {
      level,
      base: {},
      mixin: () => {
        const traceId = activeTraceId();
        return traceId === undefined ? { ...teller } : { ...teller, traceId };
      },
      timestamp: stdTimeFunctions.isoTime,
    },
    stream,
  );
}
