import type { Evidence } from '../evidence/evidence.ts';
import { finalStays } from './final-stays.ts';

/** [CH-4] Every live session has its seat exactly once, and nobody else has one. */
export function judgeSeats(evidence: Evidence): string[] {
  const lostSeats = evidence.stays.flatMap(({ bot, roomId, faults }) =>
    faults
      .filter(({ kind }) => kind === 'no-seat')
      .map(() => `bot ${bot} was connected to ${roomId} and not in its state`),
  );
  const rooms = Map.groupBy(finalStays(evidence), ({ roomId }) => roomId);
  // Who lost his connection for good may be in the state until his time to come back is over.
  const held = new Set(evidence.endings.map(({ bot }) => bot));
  const heldSessions = new Set(
    evidence.joins.filter(({ bot }) => held.has(bot)).map(({ sessionId }) => sessionId),
  );
  const ghosts = [...rooms].flatMap(([roomId, stays]) => {
    const live = new Set(stays.map(({ sessionId }) => sessionId));
    const seen = new Set(stays.flatMap(({ sessionIds }) => sessionIds));
    return [...seen]
      .filter((sessionId) => !live.has(sessionId) && !heldSessions.has(sessionId))
      .map((sessionId) => `${roomId} has a seat for ${sessionId}, which is nobody's`);
  });
  return [...new Set(lostSeats), ...ghosts];
}
