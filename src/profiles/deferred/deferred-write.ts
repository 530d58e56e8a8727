import { z } from 'zod';
import type { PlayerOperation } from '../contract.ts';
import { PlayerOperationBody } from '../schemas.ts';

/** Grows when a write of this build cannot be read by another one. */
const FORMAT = 1;

/** Largest write that may wait, as JSON in UTF-8: bounds what a full queue takes of Redis. */
export const MOST_BYTES = 16 * 1024;

/** A write that waits for the store. Its operation id makes it one, however often it is put or applied. */
export interface DeferredWrite {
  readonly playerId: string;
  readonly operation: PlayerOperation;
}

const Stored = z.object({
  format: z.literal(FORMAT),
  // Parts of the names of jobs: with these characters no two writes have one name.
  playerId: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
  operation: PlayerOperationBody,
});

/**
 * Whether an operation only adds, so that what the player has cannot refuse it. Statistics are no property: those may sink.
 * What the books cannot take (too many kinds, more than can be counted) is found when it is applied.
 */
export function onlyAdds({ currencies = {}, items = {} }: PlayerOperation): boolean {
  return [currencies, items].every((amounts) =>
    Object.values(amounts).every((amount) => amount >= 0),
  );
}

/** @returns null for what may not wait: too large, or of nobody who could be a player */
export function encodeDeferredWrite(write: DeferredWrite): object | null {
  const stored = Stored.safeParse({ format: FORMAT, ...write });
  if (!stored.success || Buffer.byteLength(JSON.stringify(stored.data)) > MOST_BYTES) return null;
  return stored.data;
}

/** @returns null for what another build wrote */
export function decodeDeferredWrite(stored: unknown): DeferredWrite | null {
  const { success, data } = Stored.safeParse(stored);
  return success ? { playerId: data.playerId, operation: data.operation as PlayerOperation } : null;
}

/** Whether both change the same; the words of the reason are no part of it. */
export function isSameWrite(one: DeferredWrite, other: DeferredWrite): boolean {
  return (['currencies', 'items', 'statistics'] as const).every((part) => {
    const [left, right] = [one.operation[part] ?? {}, other.operation[part] ?? {}];
    const names = Object.keys(left);
    return (
      names.length === Object.keys(right).length &&
      names.every((name) => Object.hasOwn(right, name) && left[name] === right[name])
    );
  });
}
