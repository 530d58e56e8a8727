import fc from 'fast-check';
import { matchmakingCalls, matchmakingFeeds } from '../../../src/matchmaking/client.ts';
import { MATCHMAKING_RPC } from '../../../src/matchmaking/matchmaking-rpc.ts';
import type { TicketRecord } from '../../../src/matchmaking/tickets/ticket-record.ts';
import type { Logger } from '../../../src/telemetry/logger.ts';
import { openLocalMatchmaking } from '../local-matchmaking.ts';
import { type FuzzedService, lately } from './fuzzed-service.ts';

const PLAYERS = ['p_ann', 'p_ben'] as const;

/** What fits the fields of matches. */
export const MATCH_TEXTS = {
  playerId: fc.oneof(fc.constantFrom(...PLAYERS), fc.stringMatching(/^p_[a-z]{4}$/)),
  displayName: fc.constantFrom('Ann', 'Ben 🦦'),
  matchId: fc.stringMatching(/^m[0-9]{1,3}$/),
  queue: fc.constant('crowd'),
  role: fc.constant('tank'),
  homeRegionId: fc.constantFrom('eu', 'us'),
  avoids: fc.constant('p_mallory'),
  roomId: fc.constantFrom('r1', 'r2'),
} as const;

/** Matchmaking in memory; the last tickets and the parties of two players are looked at. */
export async function openFuzzedMatchmaking(log: Logger): Promise<FuzzedService> {
  const here = await openLocalMatchmaking({ log, mostWaiting: 1_000_000 });
  const { matchmaking, store, parties } = here;
  const tickets = new Map<string, { readonly ticketId: string; readonly isCancelled: boolean }>();
  let ticketId = '';
  let code = '';
  const ofPlayer = async (playerId: string) => {
    const [record, party] = await Promise.all([
      store.ofPlayer(playerId),
      parties.ofPlayer(playerId),
    ]);
    if (party !== null) code = party.code;
    if (record !== null) {
      ticketId = record.ticket.ticketId;
      // It is matched, expires and is forgotten by itself, with time.
      tickets.set(playerId, { ticketId, isCancelled: isCancelled(record) });
    }
    return { ticket: tickets.get(playerId), party };
  };
  return {
    serve: (server) =>
      server.add(MATCHMAKING_RPC, matchmakingCalls(matchmaking), matchmakingFeeds(matchmaking)),
    texts: {
      ...MATCH_TEXTS,
      latencyTokens: fc.constant('signed'),
      roles: fc.constant('tank'),
      left: fc.constant('p_mallory'),
      ticketId: lately(() => ticketId),
      code: lately(() => code),
    },
    prepare: async () => {},
    kept: async () => JSON.stringify(await Promise.all(PLAYERS.map(ofPlayer))),
    [Symbol.asyncDispose]: () => here[Symbol.asyncDispose](),
  };
}

function isCancelled({ state }: TicketRecord): boolean {
  return state.kind === 'ended' && state.end.kind === 'cancelled';
}
