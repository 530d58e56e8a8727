import type { z } from 'zod';

/** What is wrong with an input, a line each: the field's path and what it wants. */
export function problemsOf(error: z.ZodError): readonly string[] {
  return error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.map(String).join('.')}: ${message}`,
  );
}
