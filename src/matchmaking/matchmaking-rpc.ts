import { z } from 'zod';
import type { PlayerIdentity } from '../auth/contract.ts';
import type {
  PartyBody,
  PartyEntry,
  PartyJoinRequest,
  TicketBody,
  TicketExplanation,
  TicketRequest,
} from '../protocol/matchmaking.ts';
import type { TicketList } from '../protocol/operator-questions.ts';
import { WireId } from '../shared/wire-id.ts';
import { defineRpc, jsonField, NoReply, nullableField } from '../transport/rpc/rpc-contract.ts';
import type { BackfillAnswer, BackfillNeed } from './contract.ts';
import { AvoidsField, avoidsOf, MatchField, NameField, SkillField, teamsOf } from './match-rpc.ts';
import { LARGEST_MATCH } from './pool/rule-set.ts';
import {
  ExplanationReply,
  PartyEntryBody,
  PartyJoinBody,
  PartyReply,
  TicketReply,
  TicketRequestBody,
} from './schemas.ts';
import { TicketListReply } from './tickets/ticket-row.ts';

// The messages of proto/matchmaking/v1/matchmaking.proto, and the values they stand for. What players have sent is checked as REST checks
// it, and so is what they are told.

const TicketId = z.string().max(128);

const Player = z.codec(
  z.object({ playerId: WireId, displayName: NameField }),
  z.custom<PlayerIdentity>(),
  {
    decode: (player) => player,
    encode: ({ playerId, displayName }) => ({ playerId, displayName }),
  },
);

const Entry = z.object({
  latencyTokens: z.array(z.string()),
  roles: z.array(z.string()),
  avoids: z.array(z.string()),
});

/** Lists that are empty are absent: nobody says "any role" by naming none. */
function entryOf({ latencyTokens, roles, avoids }: z.infer<typeof Entry>) {
  return {
    latencyTokens,
    ...(roles.length === 0 ? {} : { roles }),
    ...(avoids.length === 0 ? {} : { avoids }),
  };
}

function toEntry({ latencyTokens, roles = [], avoids = [] }: PartyEntry): z.infer<typeof Entry> {
  return { latencyTokens: [...latencyTokens], roles: [...roles], avoids: [...avoids] };
}

const EnterRequest = z.codec(
  z.object({ player: Player, queue: z.string().max(64), entry: Entry }),
  z.object({
    player: z.custom<PlayerIdentity>(),
    queue: z.string(),
    request: TicketRequestBody as z.ZodType<TicketRequest, TicketRequest>,
  }),
  {
    decode: ({ player, queue, entry }) => ({ player, queue, request: entryOf(entry) }),
    encode: ({ player, queue, request }) => ({ player, queue, entry: toEntry(request) }),
  },
);

const CreatePartyRequest = z.codec(
  z.object({ player: Player, entry: Entry }),
  z.object({
    player: z.custom<PlayerIdentity>(),
    entry: PartyEntryBody as z.ZodType<PartyEntry, PartyEntry>,
  }),
  {
    decode: ({ player, entry }) => ({ player, entry: entryOf(entry) }),
    encode: ({ player, entry }) => ({ player, entry: toEntry(entry) }),
  },
);

const JoinPartyRequest = z.codec(
  z.object({ player: Player, entry: Entry, code: z.string() }),
  z.object({
    player: z.custom<PlayerIdentity>(),
    request: PartyJoinBody as z.ZodType<PartyJoinRequest, PartyJoinRequest>,
  }),
  {
    decode: ({ player, entry, code }) => ({ player, request: { ...entryOf(entry), code } }),
    encode: ({ player, request }) => ({
      player,
      entry: toEntry(request),
      code: request.code,
    }),
  },
);

const Ticket = z.object({
  ticketJson: jsonField(TicketReply as z.ZodType<TicketBody, TicketBody>),
});
const PartyValue = PartyReply as z.ZodType<PartyBody, PartyBody>;
const PartyMessage = z.object({ partyJson: jsonField(PartyValue) });
const Explanation = z.object({
  explanationJson: jsonField(ExplanationReply as z.ZodType<TicketExplanation, TicketExplanation>),
});

/** What has changed for a player; null: there is none any more. */
const Push = z.strictObject({
  ticket: TicketReply.nullable().exactOptional(),
  party: PartyReply.nullable().exactOptional(),
});
export type MatchmakingNews = z.infer<typeof Push>;

const BackfillTeam = z.object({
  players: z
    .array(
      z.object({
        playerId: WireId,
        rating: SkillField,
        role: z.string().max(128).optional(),
        avoids: AvoidsField,
      }),
    )
    .max(LARGEST_MATCH),
  openPlaces: z.int().min(0).max(LARGEST_MATCH),
});

const BackfillRequest = z.codec(
  z.object({
    roomId: WireId,
    queue: WireId,
    teams: teamsOf(BackfillTeam),
    left: z.array(WireId),
    waitedMs: z.number().min(0),
  }),
  z.custom<BackfillNeed>(),
  {
    decode: ({ teams, ...need }): BackfillNeed => ({
      ...need,
      teams: teams.map(({ players, openPlaces }) => ({
        players: players.map(({ role, avoids, ...player }) => ({
          ...player,
          ...(role === undefined ? {} : { role }),
          ...avoidsOf(avoids),
        })),
        openPlaces,
      })),
    }),
    encode: ({ teams, left, ...need }) => ({
      ...need,
      left: [...left],
      teams: teams.map(({ players, openPlaces }) => ({
        players: players.map(({ avoids = [], ...player }) => ({ ...player, avoids: [...avoids] })),
        openPlaces,
      })),
    }),
  },
);

const KINDS = {
  searching: 'KIND_SEARCHING',
  elsewhere: 'KIND_ELSEWHERE',
  refused: 'KIND_REFUSED',
} as const satisfies Record<BackfillAnswer['kind'], string>;

const BackfillReply = z.codec(
  z.object({ kind: z.enum(KINDS), reason: z.string() }),
  z.custom<BackfillAnswer>(),
  {
    decode: ({ kind, reason }): BackfillAnswer => {
      if (kind === KINDS.refused) return { kind: 'refused', reason };
      return { kind: kind === KINDS.searching ? 'searching' : 'elsewhere' };
    },
    encode: (answer) => ({
      kind: KINDS[answer.kind],
      reason: answer.kind === 'refused' ? answer.reason : '',
    }),
  },
);

const QueueStatuses = z.object({
  queues: z.array(
    z.object({
      queue: z.string(),
      waiting: z.int(),
      visiting: z.int(),
      beingMade: z.int(),
      ticketsPerSecond: z.number(),
      matchedPerMinute: z.number(),
      medianWaitMs: nullableField(z.number()),
      oldestWaitMs: z.number(),
    }),
  ),
});

const WaitingTickets = z.object({
  ticketsJson: jsonField(TicketListReply as z.ZodType<TicketList, TicketList>),
});

/**
 * What a player waits for, ms: twice what is behind it may take (three questions to Redis of half a second each, a profile of one). Given up, it
 * may have been done all the same.
 */
const PLAYER_WITHIN_MS = 5_000;
/** What rooms wait for, ms. */
const ROOM_WITHIN_MS = 3_000;
/** What nobody waits for who is not asked again, ms. */
const LOOK_WITHIN_MS = 1_000;

const TicketOfPlayer = z.object({ player: Player, ticketId: TicketId });

/** Matchmaking, for the nodes that have players and rooms. */
export const MATCHMAKING_RPC = defineRpc({
  name: 'meridian.matchmaking.v1.MatchmakingService',
  proto: 'matchmaking/v1/matchmaking.proto',
  methods: {
    // A second time he waits already.
    enterQueue: {
      request: EnterRequest,
      reply: Ticket,
      isIdempotent: false,
      deadlineMs: PLAYER_WITHIN_MS,
    },
    readTicket: {
      request: TicketOfPlayer,
      reply: Ticket,
      isIdempotent: true,
      deadlineMs: PLAYER_WITHIN_MS,
    },
    explainTicket: {
      request: TicketOfPlayer,
      reply: Explanation,
      isIdempotent: true,
      deadlineMs: PLAYER_WITHIN_MS,
    },
    cancelTicket: {
      request: TicketOfPlayer,
      reply: NoReply,
      isIdempotent: true,
      deadlineMs: PLAYER_WITHIN_MS,
    },
    createParty: {
      request: CreatePartyRequest,
      reply: PartyMessage,
      isIdempotent: false,
      deadlineMs: PLAYER_WITHIN_MS,
    },
    joinParty: {
      request: JoinPartyRequest,
      reply: PartyMessage,
      isIdempotent: false,
      deadlineMs: PLAYER_WITHIN_MS,
    },
    leaveParty: {
      request: z.object({ player: Player }),
      reply: NoReply,
      isIdempotent: false,
      deadlineMs: PLAYER_WITHIN_MS,
    },
    readQueues: {
      request: z.object({}),
      reply: QueueStatuses,
      isIdempotent: true,
      deadlineMs: LOOK_WITHIN_MS,
    },
    readWaiting: {
      request: z.object({ queue: z.string().max(64), limit: z.int().min(1).max(1_000) }),
      reply: WaitingTickets,
      isIdempotent: true,
      deadlineMs: ROOM_WITHIN_MS,
    },
    ping: {
      request: z.object({}),
      reply: NoReply,
      isIdempotent: true,
      deadlineMs: LOOK_WITHIN_MS,
    },
    reportMatch: {
      request: z.object({ match: MatchField, ranks: teamsOf(z.number()) }),
      reply: NoReply,
      isIdempotent: true,
      deadlineMs: ROOM_WITHIN_MS,
    },
    askBackfill: {
      request: BackfillRequest,
      reply: BackfillReply,
      isIdempotent: true,
      deadlineMs: LOOK_WITHIN_MS,
    },
    withdrawBackfill: {
      request: z.object({ roomId: WireId, queue: WireId }),
      reply: NoReply,
      isIdempotent: true,
      deadlineMs: LOOK_WITHIN_MS,
    },
  },
  streams: {
    watch: {
      request: z.object({ playerId: WireId }),
      item: z.object({ pushJson: jsonField(Push) }),
    },
  },
});
