// The part of the runner game that room and client share.

import { schema, t } from '@colyseus/schema';

export const STEP_HZ = 60;
/** Way in one step. */
export const STRIDE = 2;

/** `number` counts the inputs of a player from 1, over all his connections. */
export const RunInput = schema(
  { direction: t.int8().default(0), number: t.uint32().default(0) },
  'RunInput',
);

/** Where somebody is, and what the room knows of his inputs. */
export const Runner = schema(
  {
    x: t.float32().default(0),
    /** Inputs that were applied, and the number of the newest. */
    applied: t.uint32().default(0),
    newest: t.uint32().default(0),
    /** Inputs that did not follow the one before them. */
    leaps: t.uint32().default(0),
    /** Steps with more than one input, and those without any, since his first. */
    fullSteps: t.uint32().default(0),
    emptySteps: t.uint32().default(0),
    /** Steps in which a guess stood in. */
    guesses: t.uint32().default(0),
  },
  'Runner',
);

/** One step of one runner. */
export function stepRunner(
  _ctx: unknown,
  runner: { x: number },
  input: { readonly direction: number },
): void {
  runner.x += input.direction * STRIDE;
}
