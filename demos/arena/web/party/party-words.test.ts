import { type MatchTicketBody, MeridianError, type PartyBody } from '@meridian/client';
import { expect, test } from 'vitest';
import { statusOf } from './party-words.ts';

const FACTS = {
  ...{ ticketId: 't', queue: 'squads', playerIds: ['a', 'b'] },
  ...{ createdAtMs: 0, timeoutAtMs: 120_000 },
};
const LEADER = { playerId: 'a', displayName: 'Ann' };
const ALONE: PartyBody = {
  ...{ partyId: 'p', code: 'ABC234', regionId: 'eu', leaderId: 'a', members: [LEADER] },
};
const BOTH: PartyBody = { ...ALONE, members: [LEADER, { playerId: 'b', displayName: 'Ben' }] };
const SEARCHING: MatchTicketBody = {
  ...{ ...FACTS, state: 'searching', estimatedWaitMs: null },
  widening: { step: 1, capMs: 86, skillDistance: 600, regionsTried: 1, nextStepAtMs: null },
};
const lost = new MeridianError({ code: 'TICKET_UNKNOWN', message: 'Gone.', retryable: true });

test.each<[PartyBody | null, MatchTicketBody | null, boolean, string]>([
  [null, null, false, 'Make a squad and tell a friend its code, or join by his.'],
  [ALONE, null, true, 'Send the code to a friend. Alone, you get somebody at your side.'],
  [BOTH, null, true, 'Ready.'],
  [BOTH, null, false, 'The leader starts the search.'],
  [BOTH, { ...FACTS, state: 'queued' }, false, 'Looking for opponents 1:05'],
  [BOTH, SEARCHING, true, 'Looking for opponents 1:05, up to 86 ms away'],
  [BOTH, { ...FACTS, state: 'matched', match: null }, true, 'Opponents found!'],
  [
    ...([BOTH, { ...FACTS, state: 'expired', reasons: [], bestOffer: null }, true] as const),
    'Nobody was found in time. Try again.',
  ],
  [
    ...([ALONE, { ...FACTS, state: 'cancelled', by: 'party-changed' }, true] as const),
    'The squad has changed: search again.',
  ],
  [BOTH, { ...FACTS, state: 'cancelled', by: 'player' }, true, 'Ready.'],
  [BOTH, { ...FACTS, state: 'lost', error: lost }, true, 'Gone.'],
])('a squad in words: %#', (party, ticket, isLeader, words) => {
  expect(statusOf(party, ticket, { waitedMs: 65_300, isLeader })).toBe(words);
});
