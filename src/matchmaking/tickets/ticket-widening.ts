import type { TicketWidening } from '../../protocol/matchmaking.ts';
import { type Expanding, nextStepMs, valueAt } from '../pool/expansion.ts';
import type { RuleSet } from '../pool/rule-set.ts';

/** What a ticket accepts after a wait. */
export function wideningAt(
  { latency, search }: RuleSet,
  createdAtMs: number,
  waitMs: number,
): TicketWidening {
  const all: readonly Expanding[] = [latency.capMs, search.skillDistance, search.regionsTried];
  const times = new Set(
    all.flatMap(({ expansions }) => expansions.map(({ waitTimeSeconds }) => waitTimeSeconds)),
  );
  const nextMs = Math.min(...all.map((it) => nextStepMs(it, waitMs) ?? Number.POSITIVE_INFINITY));
  return {
    step: [...times].filter((seconds) => seconds * 1_000 <= waitMs).length,
    capMs: valueAt(latency.capMs, waitMs),
    skillDistance: valueAt(search.skillDistance, waitMs),
    regionsTried: valueAt(search.regionsTried, waitMs),
    nextStepAtMs: Number.isFinite(nextMs) ? createdAtMs + nextMs : null,
  };
}
