import type { LinkQuality } from '../../protocol/link-quality.ts';
import type { QualityLevel } from '../../protocol/quality.ts';

/** What a level carries. */
export interface QualitySettings {
  /** Time between two patches of a client, ms; 0: with each flush. */
  readonly patchIntervalMs: number;
  /** Bytes it takes, as a share of what level 0 takes. */
  readonly share: number;
}

/**
 * The levels, best first. Intervals are such that a patch of what is left takes no longer on the link than messages can wait
 * (`ClientFlow.bytesPerPatch`); shares are of what rooms with interest leave out (interest/, by importance and distance).
 */
export const QUALITY_LEVELS = [
  { patchIntervalMs: 0, share: 1 },
  { patchIntervalMs: 0, share: 0.5 },
  { patchIntervalMs: 100, share: 0.3 },
  { patchIntervalMs: 100, share: 0.125 },
  { patchIntervalMs: 200, share: 0.06 },
] as const satisfies readonly QualitySettings[];

/** The best level that a budget carries; 4 when none does. @param demandBytesPerS - of level 0 */
export function levelWithin(budgetBytesPerS: number, demandBytesPerS: number): QualityLevel {
  const level = QUALITY_LEVELS.findIndex(({ share }) => share * demandBytesPerS <= budgetBytesPerS);
  return (level < 0 ? 4 : level) as QualityLevel;
}

/**
 * What a client of that level is told.
 *
 * @param cadences - in flushes, of a room with interest; null where what is far comes as often as what is near
 */
export function patchIntervalsOf(
  level: QualityLevel,
  flushEveryMs: number,
  cadences: LinkQuality['patchIntervalMs'] | null,
): LinkQuality['patchIntervalMs'] {
  const leastMs = QUALITY_LEVELS[level].patchIntervalMs;
  const ofFlushes = (flushes: number) => Math.max(flushes * flushEveryMs, leastMs);
  const { near, mid, far } = cadences ?? { near: 1, mid: 1, far: 1 };
  return { near: ofFlushes(near), mid: ofFlushes(mid), far: ofFlushes(far) };
}
