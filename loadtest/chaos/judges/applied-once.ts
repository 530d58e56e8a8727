import type { Evidence } from '../evidence/evidence.ts';
import { finalStays } from './final-stays.ts';

/** [CH-3] Each message and input takes effect once and in order: none twice, none skipped, whichever connection carried it. */
export function judgeAppliedOnce(evidence: Evidence): string[] {
  const disorders = evidence.stays.flatMap(({ bot, roomId, faults }) =>
    faults
      .filter(({ kind }) => kind === 'disorder')
      .map(({ detail }) => `bot ${bot} in ${roomId}: ${detail} came again or out of order`),
  );
  const missing = finalStays(evidence)
    .filter((stay) => stay.added !== stay.addsSent || stay.moved !== stay.inputsSent)
    .map(
      ({ bot, roomId, added, addsSent, moved, inputsSent }) =>
        `bot ${bot} in ${roomId}: ${added} of ${addsSent} messages and ${moved} of ${inputsSent} inputs took effect`,
    );
  return [...new Set(disorders), ...missing];
}
