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

/** Keys are the sender's, and a reply (or a trailer of gRPC, which is smaller) should not carry all of a large one back. */
const MOST_SHOWN = 100;

/** What a schema has against an input, as the one who sent it may see it. */
export function badRequest({ issues }: z.core.$ZodError): GameError {
  const shown: InputIssue[] = issues.slice(0, 10).map(({ path, message }) => ({
    path: path.map((key) => (typeof key === 'number' ? key : shortened(String(key)))),
    message: shortened(message),
  }));
  return new GameError('BAD_REQUEST', { issues: shown });
}

function shortened(text: string): string {
  return text.length <= MOST_SHOWN ? text : `${text.slice(0, MOST_SHOWN)}…`;
}
