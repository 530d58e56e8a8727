// The part of the field game that room and client share: what a step does with an input.

import { schema, t } from '@colyseus/schema';

export const STEP_HZ = 20;
/** Way a walker covers in a second. */
export const SPEED = 100;

export const MoveInput = schema({ direction: t.int8().default(0) }, 'MoveInput');
export const Walker = schema({ x: t.float32().default(0) }, 'Walker');

/** One step of one walker. */
export function stepWalker(
  ctx: { readonly dt: number },
  walker: { x: number },
  input: { readonly direction: number },
): void {
  walker.x += Math.sign(input.direction) * SPEED * ctx.dt;
}
