import { waitUntilMs } from '../pool/expansion.ts';
import { allowedAtWaitMs } from '../pool/latency-rule.ts';
import type { RuleSet } from '../pool/rule-set.ts';
import type { Ticket } from '../pool/ticket.ts';

/** From which wait on a ticket may be matched in a region. */
export interface RegionOpening {
  readonly regionId: string;
  readonly latencyMs: number;
  /** 0: at once. */
  readonly openAtWaitMs: number;
}

/**
 * Where a ticket may play, and from when: a region opens when it is within the cap by then, or hardly slower than the nearest one, and
 * is among the nearest that are tried by then.
 *
 * @param isUsable - whether a region takes matches at all; one that does not leaves its rank to the next
 * @returns the nearest first; regions that never open are left out
 */
export function regionOpenings(
  { latencyMsByRegion }: Pick<Ticket, 'latencyMsByRegion'>,
  { latency, search }: RuleSet,
  isUsable: (regionId: string) => boolean = () => true,
): readonly RegionOpening[] {
  const near = Object.entries(latencyMsByRegion)
    .filter(([regionId]) => isUsable(regionId))
    .sort(([a, aMs], [b, bMs]) => aMs - bMs || (a < b ? -1 : 1));
  const nearestMs = near[0]?.[1] ?? 0;
  return near.flatMap(([regionId, latencyMs], rank) => {
    const triedAtMs = waitUntilMs(search.regionsTried, rank + 1);
    const allowedMs = allowedAtWaitMs(latencyMs, nearestMs, latency);
    if (triedAtMs === null || allowedMs === null) return [];
    return [{ regionId, latencyMs, openAtWaitMs: Math.max(triedAtMs, allowedMs) }];
  });
}
