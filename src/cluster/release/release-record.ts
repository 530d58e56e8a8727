import { z } from 'zod';
import { parseJson } from '../../shared/parse-json.ts';
import type { BuildShares } from './build-shares.ts';

/** Shares are written as parts of 1; sums of them are off by less. */
const ROUNDING = 1e-6;

const Shares = z
  .record(z.string().min(1).max(128), z.number().min(0).max(1))
  .refine(
    (shares) => Math.abs(Object.values(shares).reduce((sum, it) => sum + it, 0) - 1) < ROUNDING,
    { message: 'shares must add up to 1' },
  );

/** How a region releases, as its Redis has it. Not strict: a newer build may say more. */
export const ReleaseRecord = z.object({
  /** Grows by one with each change; a change names the one it was made from. */
  version: z.number().int().positive(),
  shares: Shares,
  /** Wall clock, ms. */
  changedAtMs: z.number(),
  /** Who, for people. */
  changedBy: z.string(),
  /** What, for people, e.g. `canary b2 5 %`. */
  change: z.string(),
});

export interface ReleaseRecord extends z.infer<typeof ReleaseRecord> {
  readonly shares: BuildShares;
}

/** @returns null for what is no such record */
export function parseReleaseRecord(text: string): ReleaseRecord | null {
  return parseJson(ReleaseRecord, text);
}
