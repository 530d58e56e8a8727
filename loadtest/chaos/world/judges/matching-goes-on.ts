import type { WorldEvidence } from '../world-evidence.ts';
import { WORLD_PROMISES } from './world-promises.ts';

/** [CH-15] Whatever happens to a region or a link, players elsewhere are matched as before. */
export function judgeMatchingGoesOn(evidence: WorldEvidence): string[] {
  const gapMs = longestMatchGapMs(evidence);
  if (gapMs <= WORLD_PROMISES.matchGapMs) return [];
  return [`for ${(gapMs / 1_000).toFixed(1)} s nobody was matched in the regions that were left`];
}

/** Longest time in which no player of the regions that were never lost was matched, while tickets were entered, ms. */
export function longestMatchGapMs({ trips, troubles, enteringMs }: WorldEvidence): number {
  const lost = lostRegions(troubles);
  const matchedAtMs = trips
    .flatMap(({ home, end }) =>
      end?.kind === 'matched' && !lost.has(home) && !lost.has(end.regionId) ? [end.atMs] : [],
    )
    .filter((atMs) => atMs <= enteringMs.to)
    .toSorted((a, b) => a - b);
  const marks = [enteringMs.from, ...matchedAtMs, enteringMs.to];
  return Math.max(0, ...marks.slice(1).map((atMs, at) => atMs - (marks[at] ?? atMs)));
}

export function lostRegions(troubles: WorldEvidence['troubles']): ReadonlySet<string> {
  return new Set(troubles.flatMap(({ lostRegionIds }) => lostRegionIds));
}
