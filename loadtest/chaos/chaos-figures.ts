import { summarise } from '../statistics/summary.ts';
import type { Evidence } from './evidence/evidence.ts';
import type { Verdict } from './judges/invariants.ts';
import { driftOf } from './judges/room-time.ts';
import { lossesOf } from './judges/state-survives.ts';
import { outagesOf } from './outages.ts';

/** What a chaos run measured, besides its verdicts. */
export function chaosFigures(
  evidence: Evidence,
  verdicts: readonly Verdict[],
): Record<string, number> {
  const pauses = summarise(outagesOf(evidence).map(({ pauseMs }) => pauseMs));
  const losses = lossesOf(evidence);
  const lostOf = (roomName: string) =>
    Math.max(0, ...losses.filter((loss) => loss.roomName === roomName).map((l) => l.lostTicks));
  const rooms = Map.groupBy(evidence.stays, ({ roomId }) => roomId);
  const figures: Record<string, number> = {
    bots: evidence.joins.length,
    rooms: rooms.size,
    failed_joins: evidence.failedJoins.length,
    broken_invariants: verdicts.filter(({ breaches }) => breaches.length > 0).length,
    breaches: verdicts.reduce((sum, { breaches }) => sum + breaches.length, 0),
    outages: pauses.count,
    outage_p50_ms: pauses.p50,
    outage_p95_ms: pauses.p95,
    outage_max_ms: pauses.max,
    lost_patches_max_journal: lostOf('journal'),
    lost_patches_max_checkpoint: lostOf('checkpoint'),
    lost_seats: evidence.endings.filter(({ roomName }) => roomName !== 'none').length,
    ended_without_durability: evidence.endings.filter(({ roomName }) => roomName === 'none').length,
    clock_drift_max_ms: Math.max(0, ...[...rooms.values()].map(driftOf)),
  };
  return Object.fromEntries(
    Object.entries(figures)
      .filter(([, value]) => Number.isFinite(value))
      .map(([name, value]) => [name, Math.round(value * 100) / 100]),
  );
}
