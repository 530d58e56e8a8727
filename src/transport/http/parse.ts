import type { z } from 'zod';
import { GameError } from '../../errors/game-error.ts';

/** One thing that is wrong with the input, safe to show: it never repeats the value. */
export interface InputIssue {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/**
 * What came from outside, checked and typed.
 *
 * @throws {GameError} `BAD_REQUEST` with `details.issues`, at most ten of them
 */
export function parse<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw badRequest(parsed.error);
}

/** What a schema has against an input, as the one who sent it may see it. */
export function badRequest({ issues }: z.core.$ZodError): GameError {
  const shown: InputIssue[] = issues.slice(0, 10).map(({ path, message }) => ({
    path: path.map((key) => (typeof key === 'symbol' ? String(key) : key)),
    message,
  }));
  return new GameError('BAD_REQUEST', { issues: shown });
}
