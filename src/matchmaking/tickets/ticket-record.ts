import { z } from 'zod';
import { TRACEPARENT_FORM } from '../../protocol/traceparent.ts';
import { WireId } from '../../shared/wire-id.ts';
import { type Ticket, TicketSchema } from '../pool/ticket.ts';

// A ticket as its region keeps it: the pool's ticket, whose it is, and what has become of it.
//
//   searching ──claim──▶ claimed ──settle──▶ matched
//       ▲ │                │
//       │ └──end──▶ ended  │  the claim is over, or what it was for failed
//       └────release───────┘
//
// Only its own region writes to it, one step at a time in one place: whoever matches it, here or in another region, holds a claim or
// nothing. So nobody is in two matches.

const wallMs = z.number().int().nonnegative();

/** `traceparent` of the request that entered a ticket; absent: it is not traced. */
export const TicketTrace = z.string().regex(TRACEPARENT_FORM);

/** A seat of one player of the ticket. */
export const PlacedSeat = z.object({
  playerId: WireId,
  team: z.number().int().nonnegative(),
  role: z.string().nullable(),
  reservation: z.object({
    name: z.string(),
    roomId: z.string(),
    sessionId: z.string(),
    processId: z.string(),
    publicAddress: z.string().exactOptional(),
    nodes: z.array(z.string()).readonly().exactOptional(),
    refuge: z.string().exactOptional(),
  }),
});
export type PlacedSeat = z.infer<typeof PlacedSeat>;

/** Where a match plays, for one of its tickets. */
export const Placement = z.object({
  matchId: WireId,
  regionId: WireId,
  seats: z.array(PlacedSeat),
});
export type Placement = z.infer<typeof Placement>;

const TicketEnd = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('expired'),
    reasons: z.array(z.looseObject({ kind: z.string() })),
    bestOffer: z
      .object({
        regionId: WireId,
        players: z.number(),
        latencyMs: z.number(),
        teamGap: z.number(),
      })
      .nullable(),
  }),
  /** `turned-away`: a player of it is not welcome any more. */
  z.object({
    kind: z.literal('cancelled'),
    by: z.enum(['player', 'party-changed', 'turned-away']),
  }),
]);
export type TicketEnd = z.infer<typeof TicketEnd>;

export const TicketRecordSchema = z.object({
  ticket: TicketSchema,
  queue: WireId,
  partyId: WireId.nullable(),
  /** Names of its players, for the rooms they come to. */
  displayNames: z.record(WireId, z.string()),
  trace: TicketTrace.exactOptional(),
  state: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('searching') }),
    /** Somebody is making a match of it, and has until then; wall clock, ms. */
    z.object({ kind: z.literal('claimed'), matchId: WireId, regionId: WireId, untilMs: wallMs }),
    z.object({ kind: z.literal('matched'), placement: Placement }),
    z.object({ kind: z.literal('ended'), end: TicketEnd }),
  ]),
});
export type TicketRecord = Readonly<Omit<z.infer<typeof TicketRecordSchema>, 'ticket'>> & {
  readonly ticket: Ticket;
};
