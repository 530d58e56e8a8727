import type { Evidence } from '../evidence/evidence.ts';
import type { Stay } from '../evidence/stay.ts';
import { PROMISES } from './promises.ts';

/** [CH-2] What a player has seen is still there after a failure, but for what the room's class allows to lose. */
export function judgeStateSurvives(evidence: Evidence): string[] {
  return lossesOf(evidence)
    .filter(({ lostTicks, promisedTicks }) => lostTicks > promisedTicks)
    .map(
      ({ roomId, roomName, life, lostTicks, promisedTicks }) =>
        `${roomId} (${roomName}) lost ${lostTicks} steps before life ${life}; ${promisedTicks} are allowed`,
    );
}

export interface Loss {
  readonly roomId: string;
  readonly roomName: string;
  readonly life: number;
  /** Steps that players had seen and that the room did not know any more. */
  readonly lostTicks: number;
  readonly promisedTicks: number;
}

/** What each room lost at the beginning of each of its lives. */
export function lossesOf(evidence: Evidence): Loss[] {
  const rooms = Map.groupBy(evidence.stays, ({ roomId }) => roomId);
  const cutOff = new Set(evidence.faults.flatMap(({ cutsOff, pids }) => (cutsOff ? pids : [])));
  return [...rooms.values()].flatMap((stays) => {
    const lives = [...Map.groupBy(stays, ({ life }) => life)].sort(([a], [b]) => a - b);
    let newestTick = 0;
    let wasCutOff = false;
    const losses: Loss[] = [];
    for (const [life, seen] of lives) {
      const { roomId, roomName, restoredTick } = seen[0] as Stay;
      if (life > 0 && newestTick > 0) {
        const lostTicks = Math.max(0, newestTick - restoredTick);
        const promisedTicks = promised(roomName, wasCutOff);
        losses.push({ roomId, roomName, life, lostTicks, promisedTicks });
      }
      wasCutOff = seen.some(({ pid }) => cutOff.has(pid));
      newestTick = Math.max(newestTick, ...seen.map(({ lastTick }) => lastTick));
    }
    return losses;
  });
}

function promised(roomName: string, wasCutOff: boolean): number {
  const { lostTicks, lostTicksWhenCutOff } = PROMISES;
  return lostTicks[roomName as keyof typeof lostTicks] + (wasCutOff ? lostTicksWhenCutOff : 0);
}
