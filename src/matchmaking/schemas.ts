import { z } from 'zod';
import type {
  PartyBody,
  PartyEntry,
  PartyJoinRequest,
  TicketBody,
  TicketExplanation,
  TicketRequest,
} from '../protocol/matchmaking.ts';
import { WireId } from '../shared/wire-id.ts';
import { PlacedSeat } from './tickets/ticket-record.ts';

const WallMs = z.int().meta({ description: 'Wall clock, ms since the Unix epoch.' });
const Ids = z.array(WireId).max(256);

const entry = {
  latencyTokens: z
    .array(z.string().min(1).max(2_048))
    .min(1, 'needs the token of at least one region: probe first')
    .max(64)
    .meta({ description: 'Signed by the regions that measured, one of each.' }),
  roles: z
    .array(WireId)
    .min(1, 'must not be empty: leave it out for "any role"')
    .max(16)
    .exactOptional()
    .meta({ description: 'Roles the player would play, the dearest first. Absent: any.' }),
  avoids: Ids.exactOptional().meta({ description: 'Players he will not meet in a match.' }),
};

export const QueueParams = z.strictObject({ queue: z.string().regex(/^[\w-]{1,64}$/) });
export const TicketParams = z.strictObject({ ticketId: z.string().regex(/^[\w-]{1,64}$/) });

export const TicketRequestBody = z
  .strictObject(entry)
  .meta({ id: 'TicketRequest' }) satisfies z.ZodType<TicketRequest>;

export const PartyEntryBody = z
  .strictObject(entry)
  .meta({ id: 'PartyEntry' }) satisfies z.ZodType<PartyEntry>;

export const PartyJoinBody = z
  .strictObject({ ...entry, code: z.string().regex(/^[A-Za-z0-9]{4,12}$/) })
  .meta({ id: 'PartyJoin' }) satisfies z.ZodType<PartyJoinRequest>;

export const PartyReply = z
  .strictObject({
    partyId: WireId,
    code: z.string().meta({ description: 'To be told to friends.' }),
    regionId: z.string(),
    leaderId: WireId,
    members: z.array(z.strictObject({ playerId: WireId, displayName: z.string() })),
  })
  .meta({ id: 'Party' }) satisfies z.ZodType<PartyBody>;

const Reasons = z
  .array(z.looseObject({ kind: z.string() }))
  .meta({ description: 'Why it is, or was, not matched; the most weighty first.' });

const Offer = z
  .strictObject({
    regionId: z.string(),
    players: z.int(),
    latencyMs: z.number(),
    teamGap: z.number(),
  })
  .nullable()
  .meta({ description: 'The best match there is, or was, for it.' });

const facts = {
  ticketId: WireId,
  queue: z.string(),
  playerIds: z.array(WireId),
  createdAtMs: WallMs,
  timeoutAtMs: WallMs,
};

const Seat = z.strictObject({
  matchId: WireId,
  regionId: z.string(),
  regionUrl: z.string().nullable().meta({ description: 'Null: the address the client used.' }),
  team: z.int(),
  role: z.string().nullable(),
  reservation: z.strictObject(PlacedSeat.shape.reservation.shape),
});

export const TicketReply = z
  .discriminatedUnion('state', [
    z.strictObject({ ...facts, state: z.literal('queued') }),
    z.strictObject({
      ...facts,
      state: z.literal('searching'),
      widening: z.strictObject({
        step: z.int(),
        capMs: z.number(),
        skillDistance: z.number(),
        regionsTried: z.int(),
        nextStepAtMs: WallMs.nullable(),
      }),
      estimatedWaitMs: z.int().nullable(),
    }),
    z.strictObject({ ...facts, state: z.literal('matched'), match: Seat.nullable() }),
    z.strictObject({
      ...facts,
      state: z.literal('expired'),
      reasons: Reasons,
      bestOffer: Offer,
    }),
    z.strictObject({
      ...facts,
      state: z.literal('cancelled'),
      by: z.enum(['player', 'party-changed', 'turned-away']),
    }),
  ])
  .meta({ id: 'Ticket' }) satisfies z.ZodType<TicketBody>;

export const ExplanationReply = z
  .strictObject({
    ticketId: WireId,
    waitedMs: z.number(),
    reasons: Reasons,
    regions: z.array(
      z.strictObject({
        regionId: z.string(),
        latencyMs: z.number(),
        openAtWaitMs: z.number().nullable(),
      }),
    ),
    bestOffer: Offer,
  })
  .meta({ id: 'TicketExplanation' }) satisfies z.ZodType<TicketExplanation>;
