import type { Evidence } from '../evidence/evidence.ts';
import { PROMISES } from './promises.ts';

/** [CH-9] What views hide stays hidden and comes back; what is no state comes back as of the last checkpoint. */
export function judgeHiddenData(evidence: Evidence): string[] {
  const secrets = evidence.stays.flatMap(({ bot, roomId, faults }) =>
    faults
      .filter(({ kind }) => kind === 'secret-lost' || kind === 'secret-leaked')
      .map(({ kind, detail }) => `bot ${bot} in ${roomId}: ${kind}, ${detail}`),
  );
  const stale = evidence.stays
    .filter(({ life }) => life > 0)
    .filter(({ restoredTick, hiddenTick }) => {
      const ageTicks = restoredTick - hiddenTick;
      return ageTicks < 0 || ageTicks > PROMISES.hiddenDataTicks;
    })
    .map(
      ({ roomId, restoredTick, hiddenTick }) =>
        `${roomId} came back at step ${restoredTick} with hidden data of step ${hiddenTick}`,
    );
  return [...secrets, ...new Set(stale)];
}
