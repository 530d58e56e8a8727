import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { GameError } from '../../errors/game-error.ts';
import type { MatchmakingPush } from '../../protocol/matchmaking.ts';
import { systemClock as clock } from '../../shared/clock.ts';
import { MemoryPartyStore } from '../parties/party-store-memory.ts';
import { parseRuleSet } from '../pool/rule-set.ts';
import { TicketFeed } from './ticket-feed.ts';
import type { TicketRecord } from './ticket-record.ts';
import { MemoryTicketStore } from './ticket-store-memory.ts';
import { viewTicket } from './ticket-view.ts';

const rules = parseRuleSet({
  teams: { count: 2, playersPerTeam: 1 },
  latency: { capMs: { value: 80 } },
});

/** A store that can be out of reach, and that says so when it listens again. */
class BrokenTicketStore extends MemoryTicketStore {
  isAway = false;
  gap: () => void = () => {};

  override async ofPlayer(playerId: string): Promise<TicketRecord | null> {
    if (this.isAway) throw new GameError('DIRECTORY_UNAVAILABLE');
    return await super.ofPlayer(playerId);
  }

  override onGap(listener: () => void): () => void {
    this.gap = listener;
    return () => {};
  }
}

const record: TicketRecord = {
  ticket: {
    ticketId: 't1',
    players: [{ playerId: 'ada', rating: { mu: 1_500, sigma: 80 } }],
    latencyMsByRegion: { here: 20 },
    createdAtMs: Date.now(),
  },
  queue: 'duel',
  partyId: null,
  displayNames: { ada: 'Ada' },
  state: { kind: 'searching' },
};

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('[TK-11, TK-43] who could not be told what he has after a break is told when the store is there again, and of his match', async () => {
  const store = new BrokenTicketStore({ clock });
  const feed = new TicketFeed({
    ...{ regionId: 'here', store, parties: new MemoryPartyStore({ clock }), clock },
    view: async (of, playerId) =>
      viewTicket(of, playerId, { rules, nowMs: Date.now(), medianWaitMs: null, urlOf: () => null }),
  });
  const frames: MatchmakingPush[] = [];
  const socket = {
    push: (frame: unknown) => void frames.push(frame as MatchmakingPush),
    onClose: () => {},
  };
  await feed.watch('ada', socket);
  await store.enter(record, { mostWaiting: 10 });
  store.isAway = true;
  store.gap();
  await vi.advanceTimersByTimeAsync(2_500);
  store.isAway = false;
  await vi.advanceTimersByTimeAsync(1_500);
  expect(frames.at(-1)).toMatchObject({ ticket: { ticketId: 't1', state: 'searching' } });

  await store.claim({ matchId: 'm1', regionId: 'here', untilMs: Date.now() + 8_000 }, ['t1']);
  await store.settle(new Map([['t1', { matchId: 'm1', regionId: 'here', seats: [] }]]));
  await vi.advanceTimersByTimeAsync(10);
  expect(frames.at(-1)).toMatchObject({ ticket: { ticketId: 't1', state: 'matched' } });
  feed.close();
});
