import type { TicketBody } from '../protocol/matchmaking.ts';
import type { TicketRecord } from './ticket-record.ts';

/** A ticket as one of its players may see it now. */
export type ViewTicket = (record: TicketRecord, playerId: string) => Promise<TicketBody>;
