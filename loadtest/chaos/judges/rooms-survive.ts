import type { Evidence } from '../evidence/evidence.ts';

/** [CH-5] Durable rooms come back with all their sessions; only a poisoned one is lost, and it alone. */
export function judgeRoomsSurvive(evidence: Evidence): string[] {
  return evidence.endings
    .filter(({ roomId, roomName }) => roomName !== 'none' && !evidence.poisonedRooms.has(roomId))
    .map(
      ({ bot, roomId, roomName, reason }) => `bot ${bot} lost ${roomId} (${roomName}): ${reason}`,
    );
}
