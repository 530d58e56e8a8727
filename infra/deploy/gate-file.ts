import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';

const Gate = z.strictObject({
  name: z.string().regex(/^[a-z][a-z-]*$/),
  /** For people: what the number is. */
  says: z.string().min(1),
  /** PromQL that gives one number, of which less is better; `$build` and `$window` are filled in. */
  query: z.string().min(1),
  /** From when on the number means something. */
  enough: z.strictObject({ query: z.string().min(1), least: z.number().positive() }),
  most: z.number().min(0),
  than_old: z
    .strictObject({ times: z.number().min(0), plus: z.number().min(0).default(0) })
    .optional(),
});

const GateFile = z.strictObject({
  window: z.string().regex(/^\d+[smh]$/),
  gates: z.array(Gate).min(1),
});

export type Gate = Readonly<z.infer<typeof Gate>>;
export type GateFile = Readonly<z.infer<typeof GateFile>>;

/** The file cannot be read, or is no file of gates; the message says where. */
export class GateFileError extends Error {}

/** @throws {GateFileError} */
export function readGateFile(path: string): GateFile {
  let content: unknown;
  try {
    content = parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new GateFileError(`${path}: ${(error as Error).message}`, { cause: error });
  }
  const parsed = GateFile.safeParse(content);
  if (parsed.success) return parsed.data;
  throw new GateFileError(`${path}: ${z.prettifyError(parsed.error)}`);
}

/** PromQL for one build: names of builds have no quotes, the command line sees to that. */
export function filledIn(query: string, build: string, window: string): string {
  return query.replaceAll('$build', build).replaceAll('$window', window);
}
