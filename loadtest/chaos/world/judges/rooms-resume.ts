import { percentile } from '../../../statistics/percentile.ts';
import type { Evidence } from '../../evidence/evidence.ts';
import type { Stay } from '../../evidence/stay.ts';
import type { WorldEvidence } from '../world-evidence.ts';
import { WORLD_PROMISES } from './world-promises.ts';

/** [CH-14] Every durable room of a lost region resumes elsewhere with all its players, and soon. */
export function judgeRoomsResume({ rooms, troubles }: WorldEvidence): string[] {
  const lossMs = lossOf(troubles);
  if (rooms === null || lossMs === null) return [];
  const back = new Map(firstStatesAfter(rooms, lossMs).map((stay) => [stay.bot, stay]));
  const missing = rooms.joins
    .filter(({ bot }) => !back.has(bot))
    .map(({ bot, roomId }) => `bot ${bot} never saw ${roomId} again`);
  const p95Ms = percentileOf(recoveriesMs(rooms, lossMs), 95);
  const { firstStateP95Ms } = WORLD_PROMISES;
  const isLate = p95Ms > firstStateP95Ms;
  return isLate ? [...missing, `first states came after ${p95Ms.toFixed(0)} ms (p95)`] : missing;
}

/** When the first region was lost; null: none was. */
export function lossOf(troubles: WorldEvidence['troubles']): number | null {
  return troubles.find(({ lostRegionIds }) => lostRegionIds.length > 0)?.fromMs ?? null;
}

/** From the loss to each player's first state in the other region, ms. */
export function recoveriesMs(rooms: Evidence, lossMs: number): number[] {
  return firstStatesAfter(rooms, lossMs).map(({ firstStateAtMs }) => firstStateAtMs - lossMs);
}

/** Each bot's first stay of a life that began after the loss. */
export function firstStatesAfter(rooms: Evidence, lossMs: number): readonly Stay[] {
  const later = rooms.stays.filter(
    ({ life, firstStateAtMs }) => life > 0 && firstStateAtMs > lossMs,
  );
  return [...Map.groupBy(later, ({ bot }) => bot).values()].map(
    (stays) => stays.toSorted((a, b) => a.firstStateAtMs - b.firstStateAtMs)[0] as Stay,
  );
}

export function percentileOf(values: readonly number[], percent: number): number {
  return percentile(
    values.toSorted((a, b) => a - b),
    percent,
  );
}
