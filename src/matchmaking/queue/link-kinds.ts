import { z } from 'zod';
import type { LinkKind } from '../../regions/contract.ts';
import { WireId } from '../../shared/wire-id.ts';
import { type Ticket, TicketSchema } from '../pool/ticket.ts';
import { Placement, TicketTrace } from '../tickets/ticket-record.ts';

// What regions say to each other of tickets.
//
//   home of the ticket                               another region
//   offers (every 5 s, as long as it waits) ──news──▶ takes it into its pool as a visitor
//   withdrawals ─────────────────────────────news──▶ drops it
//              ◀──work── claim                        has found a match of it
//   claimed, or refused ─────────────────────news──▶ all claimed: makes the room; else it lets go of the others
//              ◀──work── settle, or release           seats, or the search goes on
//
// What is lost costs time, never a ticket: a claim runs out by itself, a visitor is forgotten when it is not offered again.

const Ids = z.array(WireId).max(256);

const Visitor = z.object({
  ticket: TicketSchema as z.ZodType<Ticket>,
  displayNames: z.record(WireId, z.string()),
  trace: TicketTrace.exactOptional(),
});
export type Visitor = Readonly<z.infer<typeof Visitor>>;

const Offered = Visitor.extend({
  /** How long it has been waiting; a duration, for clocks differ. */
  waitedMs: z.number().min(0),
});
const Offers = z.object({ queue: WireId, tickets: z.array(Offered), withdrawn: z.array(WireId) });
const ClaimRequest = z.object({
  queue: WireId,
  matchId: WireId,
  ticketIds: Ids,
  /** How long the claim shall hold; a duration, for clocks differ. */
  forMs: z.number().int().positive().max(60_000),
});
const ClaimReply = z.object({ matchId: WireId, refused: Ids });
const Settlement = z.object({ placements: z.array(z.tuple([WireId, Placement])) });
const Release = z.object({ matchId: WireId, ticketIds: Ids });
const RatingChanges = z.object({
  queue: WireId,
  matchId: WireId,
  changes: z.array(z.object({ playerId: WireId, mu: z.number(), sigma: z.number() })),
});

export const OFFERS: LinkKind<z.infer<typeof Offers>> = {
  name: 'ticket-offers',
  delivery: 'news',
  body: Offers,
};
export const CLAIM: LinkKind<z.infer<typeof ClaimRequest>> = {
  name: 'ticket-claim',
  delivery: 'work',
  body: ClaimRequest,
};
export const CLAIMED: LinkKind<z.infer<typeof ClaimReply>> = {
  name: 'ticket-claimed',
  delivery: 'news',
  body: ClaimReply,
};
export const SETTLE: LinkKind<z.infer<typeof Settlement>> = {
  name: 'ticket-settle',
  delivery: 'work',
  body: Settlement,
};
export const RELEASE: LinkKind<z.infer<typeof Release>> = {
  name: 'ticket-release',
  delivery: 'work',
  body: Release,
};
export const RATINGS: LinkKind<z.infer<typeof RatingChanges>> = {
  name: 'match-ratings',
  delivery: 'work',
  body: RatingChanges,
};
