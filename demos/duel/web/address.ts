import { opponentOf } from './lobby.ts';
import type { TableChoice } from './table-session.ts';

/** What an address of this page asks for. */
export type Wish = TableChoice | { readonly kind: 'queue' };

/**
 *   /duel/?queue=duel                     search, or go on searching after a reload
 *   /duel/?room=<id>[&region=<id>]        that table; in another region, when it is one of a match
 *   /duel/?opponent=bot&level=sharp       as the lobby's buttons; clock=<seconds> besides
 *
 * @returns null when it asks for nothing
 */
export function wishOf(query: URLSearchParams): Wish | null {
  const roomId = query.get('room');
  if (roomId !== null) return { kind: 'room', roomId, regionId: query.get('region') };
  if (query.has('queue')) return { kind: 'queue' };
  if (!query.has('opponent')) return null;
  const seconds = Number(query.get('clock'));
  return {
    kind: 'any',
    options: {
      opponent: opponentOf(query.get('opponent')),
      ...(query.get('level') === 'sharp' ? { botLevel: 'sharp' } : {}),
      ...(Number.isFinite(seconds) && seconds > 0 ? { clockMs: Math.round(seconds * 1_000) } : {}),
    },
  };
}

/** The address of a search. */
export const QUEUE_ADDRESS = '?queue=duel';

/** The address of a table. */
export function addressOf(table: {
  readonly roomId: string;
  readonly regionId: string | null;
}): string {
  const query = new URLSearchParams({ room: table.roomId });
  if (table.regionId !== null) query.set('region', table.regionId);
  return `?${query}`;
}
