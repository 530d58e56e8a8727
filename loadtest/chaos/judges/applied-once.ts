import type { Evidence } from '../evidence/evidence.ts';
import { finalStays } from './final-stays.ts';
import { lossesOf } from './state-survives.ts';

/**
 * [CH-3] Each message and input takes effect once and in order, whichever connection carried it: none twice, none skipped.
 * A room that lost steps, as CH-2 allows, may skip what it had acknowledged in them: clients keep only what was not.
 */
export function judgeAppliedOnce(evidence: Evidence): string[] {
  const mayHaveSkipped = new Set(
    lossesOf(evidence)
      .filter(({ lostTicks }) => lostTicks > 0)
      .map(({ roomId }) => roomId),
  );
  const disorders = evidence.stays.flatMap(({ bot, roomId, faults }) =>
    faults
      .filter(
        ({ kind }) => kind === 'repeated' || (kind === 'skipped' && !mayHaveSkipped.has(roomId)),
      )
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
