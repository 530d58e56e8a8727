import type { TicketOffer } from '../protocol/matchmaking.ts';
import type { Offer } from './explanation.ts';

/** The best match there is, as its player may see it: without whose tickets the others are. */
export function offerOf(
  offer: Offer | null,
  playersOf: (ticketId: string) => number,
): TicketOffer | null {
  if (offer === null) return null;
  const { regionId, latencyMs, teamGap, ticketIds } = offer;
  const players = ticketIds.reduce((sum, ticketId) => sum + playersOf(ticketId), 0);
  return { regionId, players, latencyMs, teamGap };
}
