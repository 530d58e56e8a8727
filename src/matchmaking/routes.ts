import { playerRoute, type Route } from '../transport/http/route.ts';
import type { Party } from './parties/party.ts';
import { partyBody } from './parties/party-body.ts';
import {
  ExplanationReply,
  PartyEntryBody,
  PartyJoinBody,
  PartyReply,
  QueueParams,
  TicketParams,
  TicketReply,
  TicketRequestBody,
} from './schemas.ts';
import type { MatchmakingService } from './service.ts';
import type { TicketDesk } from './tickets/ticket-desk.ts';

/** REST of queues, tickets and parties. What becomes of them is pushed (`MATCHMAKING_PATH`). */
export function matchmakingRoutes(
  desk: TicketDesk,
  service: Pick<MatchmakingService, 'regionId' | 'queued' | 'view' | 'explain'>,
): readonly Route[] {
  const body = (party: Party) => partyBody(party, service.regionId);
  return [
    playerRoute({
      method: 'post',
      path: '/v1/queues/{queue}/tickets',
      operationId: 'enterQueue',
      summary: 'Enters the player, or the party he leads, into a queue.',
      params: QueueParams,
      body: TicketRequestBody,
      status: 201,
      reply: TicketReply,
      errors: [
        'QUEUE_UNKNOWN',
        'QUEUE_FULL',
        'LATENCY_INVALID',
        'TICKET_REFUSED',
        'TICKET_EXISTS',
        'PARTY_NOT_LEADER',
        'DIRECTORY_UNAVAILABLE',
        'STORE_UNAVAILABLE',
      ],
      letIn: ({ queue = '' }) => desk.letIn(queue),
      handle: async ({ params, body: request, caller }) =>
        service.queued(await desk.enter(params.queue, request, caller)),
    }),
    playerRoute({
      method: 'get',
      path: '/v1/tickets/{ticketId}',
      operationId: 'getTicket',
      summary: 'What has become of a ticket of the player.',
      params: TicketParams,
      status: 200,
      reply: TicketReply,
      errors: ['TICKET_UNKNOWN', 'DIRECTORY_UNAVAILABLE'],
      handle: async ({ params, caller }) =>
        service.view(await desk.read(params.ticketId, caller), caller.playerId),
    }),
    playerRoute({
      method: 'get',
      path: '/v1/tickets/{ticketId}/explanation',
      operationId: 'explainTicket',
      summary: 'Why a ticket is not matched yet.',
      params: TicketParams,
      status: 200,
      reply: ExplanationReply,
      errors: ['TICKET_UNKNOWN', 'NODE_UNREACHABLE', 'DIRECTORY_UNAVAILABLE'],
      handle: async ({ params, caller }) =>
        service.explain(await desk.read(params.ticketId, caller)),
    }),
    playerRoute({
      method: 'delete',
      path: '/v1/tickets/{ticketId}',
      operationId: 'cancelTicket',
      summary: 'Takes a ticket back, for everybody on it.',
      params: TicketParams,
      status: 204,
      errors: ['TICKET_UNKNOWN', 'TICKET_CLAIMED', 'DIRECTORY_UNAVAILABLE'],
      handle: ({ params, caller }) => desk.cancel(params.ticketId, caller),
    }),
    playerRoute({
      method: 'post',
      path: '/v1/parties',
      operationId: 'createParty',
      summary: 'Makes a party that the player leads.',
      body: PartyEntryBody,
      status: 201,
      reply: PartyReply,
      errors: ['PARTY_EXISTS', 'LATENCY_INVALID', 'DIRECTORY_UNAVAILABLE'],
      handle: async ({ body: request, caller }) => body(await desk.createParty(request, caller)),
    }),
    playerRoute({
      method: 'post',
      path: '/v1/parties/join',
      operationId: 'joinParty',
      summary: 'Joins a party by its code. A ticket it waits on is cancelled.',
      body: PartyJoinBody,
      status: 200,
      reply: PartyReply,
      errors: [
        'PARTY_UNKNOWN',
        'PARTY_FULL',
        'PARTY_EXISTS',
        'LATENCY_INVALID',
        'DIRECTORY_UNAVAILABLE',
      ],
      handle: async ({ body: { code, ...request }, caller }) =>
        body(await desk.joinParty(code, request, caller)),
    }),
    playerRoute({
      method: 'delete',
      path: '/v1/parties/me',
      operationId: 'leaveParty',
      summary: 'Leaves the party. A ticket it waits on is cancelled.',
      status: 204,
      errors: ['PARTY_UNKNOWN', 'DIRECTORY_UNAVAILABLE'],
      handle: ({ caller }) => desk.leaveParty(caller),
    }),
  ];
}
