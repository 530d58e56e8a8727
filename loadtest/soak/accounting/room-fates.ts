import type { Reign } from '../game/owner-ledger.ts';

/** A player heard that his room is gone, or gave it up. Moments are of the machine's clock. */
export interface RoomEnding {
  readonly player: number;
  readonly roomId: string;
  readonly atMs: number;
  readonly reason: string;
}

/** A player who still waited for his room at the end of the run. */
export interface Stranded {
  readonly player: number;
  readonly roomId: string;
}

/** A durable room that is gone without its game having ended it. */
export interface LostRoom {
  readonly roomId: string;
  readonly reason: string;
  readonly players: number;
}

/**
 * Rooms that players lost and that their game did not end. A room that somebody saw later is there still: the player has lost his
 * seat in it, not the room.
 *
 * @param lastSeenMs - when each room was last seen by a player
 */
export function lostRooms(evidence: {
  readonly endings: readonly RoomEnding[];
  readonly stranded: readonly Stranded[];
  readonly reigns: readonly Reign[];
  readonly lastSeenMs: ReadonlyMap<string, number>;
}): readonly LostRoom[] {
  const { endings, stranded, reigns, lastSeenMs } = evidence;
  const over = new Set(reigns.filter(({ isOver }) => isOver).map(({ roomId }) => roomId));
  const ended = [...Map.groupBy(endings, ({ roomId }) => roomId)]
    .filter(([roomId, of]) => of.every(({ atMs }) => (lastSeenMs.get(roomId) ?? 0) <= atMs))
    .map(([roomId, of]) => ({ roomId, reason: of[0]?.reason ?? '', players: of.length }));
  const waited = [...Map.groupBy(stranded, ({ roomId }) => roomId)]
    .filter(([roomId]) => !ended.some((lost) => lost.roomId === roomId))
    .map(([roomId, of]) => ({ roomId, reason: 'still waited for at the end', players: of.length }));
  return [...ended, ...waited].filter(({ roomId }) => !over.has(roomId));
}

/** Processes that stepped a room when another one had begun to, a sentence each. */
export function doubleOwners(reigns: readonly Reign[]): readonly string[] {
  return [...Map.groupBy(reigns, ({ roomId }) => roomId)].flatMap(([roomId, of]) => {
    const inOrder = of.toSorted((a, b) => a.fromMs - b.fromMs);
    return inOrder.slice(1).flatMap((reign, at) => {
      const before = inOrder[at];
      if (before === undefined || before.toMs < reign.fromMs) return [];
      const overlapMs = (before.toMs - reign.fromMs).toFixed(0);
      return [
        `${roomId}: process ${before.pid} (life ${before.life}) stepped it ${overlapMs} ms into the life ${reign.life} led by ${reign.pid}`,
      ];
    });
  });
}
