import { z } from 'zod';
import type { TicketList, TicketRow } from '../../protocol/operator-questions.ts';
import { WireId } from '../../shared/wire-id.ts';
import { waitedMs } from '../pool/ticket.ts';
import type { TicketRecord } from './ticket-record.ts';

/** A ticket that waits, as operators see it. */
export function ticketRow({ ticket, displayNames, state }: TicketRecord, nowMs: number): TicketRow {
  const [nearest] = Object.entries(ticket.latencyMsByRegion)
    .map(([regionId, latencyMs]) => ({ regionId, latencyMs }))
    .sort((a, b) => a.latencyMs - b.latencyMs);
  return {
    ticketId: ticket.ticketId,
    players: ticket.players.map(({ playerId, rating }) => ({
      ...{ playerId, displayName: displayNames[playerId] ?? '', rating: Math.round(rating.mu) },
    })),
    waitedMs: waitedMs(ticket, nowMs),
    state: state.kind === 'claimed' ? 'claimed' : 'searching',
    nearest: nearest ?? null,
  };
}

/** The same, from another process. */
export const TicketListReply = z.strictObject({
  tickets: z.array(
    z.strictObject({
      ticketId: WireId,
      players: z.array(
        z.strictObject({ playerId: WireId, displayName: z.string(), rating: z.number() }),
      ),
      waitedMs: z.number(),
      state: z.enum(['searching', 'claimed']),
      nearest: z.strictObject({ regionId: WireId, latencyMs: z.number() }).nullable(),
    }),
  ),
  total: z.int(),
}) satisfies z.ZodType<TicketList>;
