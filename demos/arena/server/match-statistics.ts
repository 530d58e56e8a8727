import { type Client, GameError, type Room } from 'meridian';
import type { Standing } from './arena-events.ts';

/**
 * Adds to the statistics in a player's profile. Does not wait: the match goes on while the profile is written, and a failed
 * write costs statistics, not the match.
 */
export function addStatistics(
  room: Pick<Room, 'profiles' | 'log'>,
  { auth: { playerId } }: Client,
  statistics: Readonly<Record<string, number>>,
): void {
  const additions = Object.fromEntries(Object.entries(statistics).filter(([, value]) => value > 0));
  if (Object.keys(additions).length === 0) return;
  room.profiles.addStatistics(playerId, additions).catch((error: unknown) => {
    // A player of another region has his profile there.
    if (error instanceof GameError && error.code === 'PROFILE_UNKNOWN') return;
    room.log.warn({ err: error, playerId }, 'arena statistics were not saved');
  });
}

/** What everybody who is still there takes home from a match. */
export function saveResults(
  room: Pick<Room, 'clients' | 'profiles' | 'log'>,
  standings: readonly Standing[],
  hasWon: (standing: Standing) => boolean,
): void {
  for (const client of room.clients) {
    const standing = standings.find(({ fighterId }) => fighterId === client.sessionId);
    if (standing === undefined) continue;
    addStatistics(room, client, {
      'arena.matches': 1,
      'arena.wins': hasWon(standing) ? 1 : 0,
      'arena.kills': standing.kills,
      'arena.deaths': standing.deaths,
    });
  }
}
