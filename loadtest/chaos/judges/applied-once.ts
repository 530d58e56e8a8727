import type { Evidence } from '../evidence/evidence.ts';
import { finalStays } from './final-stays.ts';

/**
 * [CH-3] Each message and input takes effect once and in order, whichever connection carried it: none twice, none skipped.
 * A room that keeps checkpoints only may skip what it has lost with its play.
 */
export function judgeAppliedOnce(evidence: Evidence): string[] {
  const disorders = evidence.stays.flatMap(({ bot, roomId, roomName, faults }) =>
    faults
      .filter(({ kind }) => kind === 'repeated' || (kind === 'skipped' && roomName === 'journal'))
      .map(({ kind, detail }) => `bot ${bot} in ${roomId}: ${kind}, ${detail}`),
  );
  const missing = finalStays(evidence)
    .filter((stay) => stay.added !== stay.addsSent || stay.moved !== stay.inputsSent)
    .map(
      ({ bot, roomId, added, addsSent, moved, inputsSent }) =>
        `bot ${bot} in ${roomId}: ${added} of ${addsSent} messages and ${moved} of ${inputsSent} inputs took effect`,
    );
  return [...new Set(disorders), ...missing];
}
