import type { Evidence } from '../evidence/evidence.ts';
import { finalStays } from './final-stays.ts';
import { PROMISES } from './promises.ts';

/** [CH-7] Whoever loses his room hears why, in time; nobody is left waiting for nothing. */
export function judgeReasons(evidence: Evidence): string[] {
  const late = evidence.endings
    .filter(({ atMs, lastStateAtMs }) => atMs - lastStateAtMs > PROMISES.reasonWithinMs)
    .map(
      ({ bot, roomId, atMs, lastStateAtMs, reason }) =>
        `bot ${bot} heard after ${((atMs - lastStateAtMs) / 1_000).toFixed(1)} s that ${roomId} is gone (${reason})`,
    );
  const silent = evidence.endings
    .filter(({ reason }) => reason.startsWith('given up') || reason.trim() === '')
    .map(({ bot, roomId, reason }) => `bot ${bot} never heard what became of ${roomId}: ${reason}`);
  const accounted = new Set([
    ...finalStays(evidence).map(({ bot }) => bot),
    ...evidence.endings.map(({ bot }) => bot),
  ]);
  const waiting = evidence.joins
    .filter(({ bot }) => !accounted.has(bot))
    .map(({ bot, roomId }) => `bot ${bot} still looks for ${roomId}`);
  return [...late, ...silent, ...waiting];
}
