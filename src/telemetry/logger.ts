import { type Logger as PinoLogger, pino, stdTimeFunctions } from 'pino';

/** The log as features see it. Never pass tokens, URLs with a query, or whole requests. */
export type Logger = Pick<
  PinoLogger,
  'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'child'
>;

export interface LoggerOptions {
  readonly level: string;
  /** Fields of every line, e.g. `{ node: 'n1' }`. */
  readonly base?: Readonly<Record<string, unknown>>;
}

/** Paths whose values are secrets wherever they appear. */
const REDACTED_PATHS = [
  'accessToken',
  'refreshToken',
  'token',
  'authorization',
  'cookie',
  'password',
  '*.accessToken',
  '*.refreshToken',
  '*.token',
  '*.authorization',
  '*.cookie',
  '*.password',
  'req.headers.authorization',
  'req.headers.cookie',
];

/** Structured log lines on stdout, one JSON object each, secrets redacted. */
export function createLogger(options: LoggerOptions): PinoLogger {
  return pino({
    level: options.level,
    base: { ...options.base },
    redact: { paths: REDACTED_PATHS, censor: '[redacted]' },
    timestamp: stdTimeFunctions.isoTime,
  });
}
