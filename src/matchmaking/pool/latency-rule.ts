import { waitUntilMs } from './expansion.ts';
import type { RuleSet } from './rule-set.ts';

/**
 * From which wait on a party may play in a region, ms: at once when it is hardly slower than its nearest one, else when the cap has come so
 * far; null: never.
 */
export function allowedAtWaitMs(
  latencyMs: number,
  nearestMs: number,
  { ceilingMs, slackMs, capMs }: RuleSet['latency'],
): number | null {
  if (latencyMs > ceilingMs) return null;
  return latencyMs <= nearestMs + slackMs ? 0 : waitUntilMs(capMs, latencyMs);
}
