import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { GameError } from '../../errors/game-error.ts';
import { systemClock as clock } from '../../shared/clock.ts';
import { MemoryPartyStore } from '../parties/party-store-memory.ts';
import { PlayerEviction } from './player-eviction.ts';
import type { TicketRecord } from './ticket-record.ts';
import { MemoryTicketStore } from './ticket-store-memory.ts';

const SEARCHING = { kind: 'searching' } as const;
const CANCELLED = { kind: 'ended', end: { kind: 'cancelled', by: 'turned-away' } } as const;

const ticketOf = (playerId: string, createdAtMs = 1_000): TicketRecord => ({
  ticket: {
    ...{ ticketId: `t_${playerId}`, latencyMsByRegion: { here: 20 }, createdAtMs },
    players: [{ playerId, rating: { mu: 1_500, sigma: 80 } }],
  },
  ...{ queue: 'duel', partyId: null, displayNames: {}, state: SEARCHING },
});

const member = (playerId: string) => ({ playerId, displayName: playerId, latencyMsByRegion: {} });

/** Redis that is away. */
class BrokenTicketStore extends MemoryTicketStore {
  isAway = false;

  override async ofPlayer(playerId: string): Promise<TicketRecord | null> {
    if (this.isAway) throw new GameError('DIRECTORY_UNAVAILABLE');
    return await super.ofPlayer(playerId);
  }
}

function open() {
  const store = new BrokenTicketStore({ clock });
  const parties = new MemoryPartyStore({ clock });
  const eviction = new PlayerEviction({ store, parties, log: pino({ level: 'silent' }) });
  const enter = (record: TicketRecord) => store.enter(record, { mostWaiting: 10 });
  const stateOf = async (playerId: string) => (await store.ofPlayer(playerId))?.state;
  return { store, parties, eviction, enter, stateOf };
}

const banned = { playerId: 'ada', ticketsUntilMs: null, leavesParty: true };
const signedOut = { playerId: 'ada', ticketsUntilMs: 5_000, leavesParty: false };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('[TK-16] his ticket is cancelled, and nobody else’s', async () => {
  const { eviction, enter, stateOf } = open();
  await enter(ticketOf('ada'));
  await enter(ticketOf('bob'));
  eviction.evict(signedOut);
  await vi.advanceTimersByTimeAsync(10);
  expect(await stateOf('ada')).toEqual(CANCELLED);
  expect(await stateOf('bob')).toEqual(SEARCHING);
});

test('[TK-16] what he enters after he has signed in again stays', async () => {
  const { eviction, enter, stateOf } = open();
  await enter(ticketOf('ada', 5_001));
  eviction.evict(signedOut);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(await stateOf('ada')).toEqual(SEARCHING);
});

test('[TK-16] a request that was under way comes too late', async () => {
  const { eviction, enter, stateOf } = open();
  eviction.evict(banned);
  await vi.advanceTimersByTimeAsync(10);
  await enter(ticketOf('ada', 9_000));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await stateOf('ada')).toEqual(CANCELLED);
});

test('[TK-16] one that is being matched is cancelled when it searches on', async () => {
  const { store, eviction, enter, stateOf } = open();
  await enter(ticketOf('ada'));
  await store.claim({ matchId: 'm1', regionId: 'here', untilMs: Date.now() + 8_000 }, ['t_ada']);
  eviction.evict(banned);
  await vi.advanceTimersByTimeAsync(4_500);
  expect(await stateOf('ada')).toMatchObject({ kind: 'claimed' });
  await store.release('m1', ['t_ada']);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await stateOf('ada')).toEqual(CANCELLED);
});

test('[TK-16] it goes on until Redis answers', async () => {
  const { store, eviction, enter, stateOf } = open();
  await enter(ticketOf('ada'));
  store.isAway = true;
  eviction.evict(banned);
  await vi.advanceTimersByTimeAsync(4_500);
  store.isAway = false;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await stateOf('ada')).toEqual(CANCELLED);
});

test('[TK-16] a banned player leaves his party; one who is signed out does not', async () => {
  const { parties, eviction } = open();
  await parties.create({ partyId: 'p1', code: 'ABC', members: [member('bob')] });
  await parties.join('ABC', member('ada'));
  eviction.evict(signedOut);
  await vi.advanceTimersByTimeAsync(3_000);
  expect((await parties.ofPlayer('bob'))?.members).toHaveLength(2);
  eviction.evict(banned);
  await vi.advanceTimersByTimeAsync(3_000);
  expect((await parties.ofPlayer('bob'))?.members).toEqual([member('bob')]);
  expect(await parties.ofPlayer('ada')).toBeNull();
});

test('[TK-16] the end of the node ends it', async () => {
  const { store, eviction, enter, stateOf } = open();
  await enter(ticketOf('ada'));
  store.isAway = true;
  eviction.evict(banned);
  await vi.advanceTimersByTimeAsync(10);
  eviction.close();
  store.isAway = false;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(await stateOf('ada')).toEqual(SEARCHING);
});
