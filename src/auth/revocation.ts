// What makes tokens worthless before they end by themselves. Access tokens are verified without asking anybody, so every node has to
// hear of it, and has to remember it for as long as such a token may live.

import { z } from 'zod';
import { WireId } from '../shared/wire-id.ts';
import { MOST_REASON_LENGTH } from './ban-store.ts';

const wallMs = z.number().int().nonnegative();
const common = {
  /** The same for every copy. */
  id: WireId,
  playerId: WireId,
  /** By the clock of the node that decided; wall clock, ms. */
  atMs: wallMs,
};

/** Not strict: a newer build may say more. */
export const Revocation = z.discriminatedUnion('kind', [
  /** One sign-in has ended. `stolen`: its refresh token was used twice, so nobody knows who holds it. */
  z.object({
    ...common,
    kind: z.literal('sign-in'),
    signInId: WireId,
    reason: z.enum(['signed-out', 'stolen']),
  }),
  /** All of a player's that had begun before `atMs`. */
  z.object({ ...common, kind: z.literal('player') }),
  /** Banned, or (without a reason) not any more: his tokens count again. */
  z.object({
    ...common,
    kind: z.literal('ban'),
    reason: z.string().max(MOST_REASON_LENGTH).nullable(),
    /** Null: for good. */
    untilMs: wallMs.nullable(),
  }),
]);

export type Revocation = Readonly<z.infer<typeof Revocation>>;
