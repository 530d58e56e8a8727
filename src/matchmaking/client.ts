import type { RpcCalls, RpcFeeds, RpcWatches } from '../transport/rpc/rpc-contract.ts';
import type { Matchmaking } from './contract.ts';
import type { MATCHMAKING_RPC, MatchmakingNews } from './matchmaking-rpc.ts';

/** Matchmaking that runs elsewhere; throws what it throws, and `SERVICE_UNAVAILABLE`. */
export function matchmakingClient(channel: {
  readonly calls: RpcCalls<typeof MATCHMAKING_RPC>;
  readonly watches: RpcWatches<typeof MATCHMAKING_RPC>;
}): Matchmaking {
  const { calls, watches } = channel;
  return {
    enter: async (queue, request, player) =>
      (await calls.enterQueue({ player, queue, request })).ticketJson,
    ticket: async (ticketId, player) => (await calls.readTicket({ player, ticketId })).ticketJson,
    explain: async (ticketId, player) =>
      (await calls.explainTicket({ player, ticketId })).explanationJson,
    cancel: (ticketId, player) => calls.cancelTicket({ player, ticketId }),
    createParty: async (entry, player) => (await calls.createParty({ player, entry })).partyJson,
    joinParty: async (request, player) => (await calls.joinParty({ player, request })).partyJson,
    leaveParty: (player) => calls.leaveParty({ player }),
    // A stream that breaks begins anew with what he has by then: so the socket goes on, and misses nothing.
    watch: async (playerId, socket) => {
      socket.onClose(watches.watch({ playerId }, ({ pushJson }) => socket.push(pushJson)));
    },
    statuses: async () => (await calls.readQueues({})).queues,
    waiting: async (queue, limit) => (await calls.readWaiting({ queue, limit })).ticketsJson,
    ping: () => calls.ping({}),
    results: { report: (match, ranks) => calls.reportMatch({ match, ranks: [...ranks] }) },
    backfills: {
      ask: (need) => calls.askBackfill(need),
      withdraw: ({ roomId, queue }) => calls.withdrawBackfill({ roomId, queue }),
    },
  };
}

/** The other end: what the service answers with. */
export function matchmakingCalls(matchmaking: Matchmaking): RpcCalls<typeof MATCHMAKING_RPC> {
  const { results, backfills } = matchmaking;
  return {
    enterQueue: async ({ player, queue, request }) => ({
      ticketJson: await matchmaking.enter(queue, request, player),
    }),
    readTicket: async ({ player, ticketId }) => ({
      ticketJson: await matchmaking.ticket(ticketId, player),
    }),
    explainTicket: async ({ player, ticketId }) => ({
      explanationJson: await matchmaking.explain(ticketId, player),
    }),
    cancelTicket: ({ player, ticketId }) => matchmaking.cancel(ticketId, player),
    createParty: async ({ player, entry }) => ({
      partyJson: await matchmaking.createParty(entry, player),
    }),
    joinParty: async ({ player, request }) => ({
      partyJson: await matchmaking.joinParty(request, player),
    }),
    leaveParty: ({ player }) => matchmaking.leaveParty(player),
    readQueues: async () => ({ queues: [...(await matchmaking.statuses())] }),
    readWaiting: async ({ queue, limit }) => ({
      ticketsJson: await matchmaking.waiting(queue, limit),
    }),
    ping: () => matchmaking.ping(),
    reportMatch: ({ match, ranks }) => results.report(match, ranks),
    askBackfill: (need) => backfills.ask(need),
    withdrawBackfill: (room) => backfills.withdraw(room),
  };
}

/** What goes on. */
export function matchmakingFeeds(
  matchmaking: Pick<Matchmaking, 'watch'>,
): RpcFeeds<typeof MATCHMAKING_RPC> {
  return {
    watch: ({ playerId }, feed) =>
      matchmaking.watch(playerId, {
        push: (frame) => feed.push({ pushJson: frame as MatchmakingNews }),
        onClose: (listener) => feed.onClose(listener),
      }),
  };
}
