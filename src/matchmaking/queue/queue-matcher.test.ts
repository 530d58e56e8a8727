// What becomes of tickets when the Redis of their region loses everything while they are being matched.

import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually } from '../../../test/support/eventually.ts';
import { systemClock as clock } from '../../shared/clock.ts';
import { createLogger } from '../../telemetry/logger.ts';
import { parseRuleSet } from '../pool/rule-set.ts';
import type { TicketRecord } from '../tickets/ticket-record.ts';
import type { Claim, TicketStore } from '../tickets/ticket-store.ts';
import { MemoryTicketStore } from '../tickets/ticket-store-memory.ts';
import { MatchMaking } from './match-making.ts';
import { QueueMatcher } from './queue-matcher.ts';
import { RegionTickets } from './region-tickets.ts';

const SOON = { withinMs: 5_000 };
const log = createLogger({ level: 'silent' });
const definition = {
  room: 'duel',
  rules: parseRuleSet({
    teams: { count: 2, playersPerTeam: 1 },
    latency: { capMs: { value: 80 } },
  }),
};

/** A store that forgets everything at a moment of the test's choice, as a Redis without persistence does. */
class ForgetfulStore implements TicketStore {
  beforeClaim: () => void = () => {};
  #inner = new MemoryTicketStore({ clock });
  readonly #listeners = new Set<(record: TicketRecord) => void>();
  #gap: () => void = () => {};

  constructor() {
    this.#listenTo(this.#inner);
  }

  lose(): void {
    this.#inner = new MemoryTicketStore({ clock });
    this.#listenTo(this.#inner);
  }

  tellGap(): void {
    this.#gap();
  }

  enter = (...args: Parameters<TicketStore['enter']>) => this.#inner.enter(...args);
  read = (ticketId: string) => this.#inner.read(ticketId);
  ofPlayer = (playerId: string) => this.#inner.ofPlayer(playerId);
  waiting = (queue: string) => this.#inner.waiting(queue);
  claim = (claim: Claim, ticketIds: readonly string[]) => {
    this.beforeClaim();
    return this.#inner.claim(claim, ticketIds);
  };
  release = (...args: Parameters<TicketStore['release']>) => this.#inner.release(...args);
  releaseOverdue = (...args: Parameters<TicketStore['releaseOverdue']>) =>
    this.#inner.releaseOverdue(...args);
  settle = (...args: Parameters<TicketStore['settle']>) => this.#inner.settle(...args);
  end = (...args: Parameters<TicketStore['end']>) => this.#inner.end(...args);
  isFirstReport = (matchId: string) => this.#inner.isFirstReport(matchId);
  restore = (records: readonly TicketRecord[]) => this.#inner.restore(records);
  close = () => this.#inner.close();

  onChange(listener: (record: TicketRecord) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  onGap(listener: () => void): () => void {
    this.#gap = listener;
    return () => {};
  }

  #listenTo(inner: MemoryTicketStore): void {
    inner.onChange((changed) => {
      for (const listener of this.#listeners) listener(changed);
    });
  }
}

const searching = (playerId: string): TicketRecord => ({
  ticket: {
    ticketId: `ticket of ${playerId}`,
    players: [{ playerId, rating: { mu: 1_500, sigma: 80 } }],
    latencyMsByRegion: { here: 20 },
    createdAtMs: clock.wallMs() - 5_000,
  },
  queue: 'duel',
  partyId: null,
  displayNames: { [playerId]: playerId },
  state: { kind: 'searching' },
});

let store: ForgetfulStore;
let matcher: QueueMatcher;
let placed: number;
let whilePlacing: () => void;

beforeEach(async () => {
  store = new ForgetfulStore();
  placed = 0;
  whilePlacing = () => {};
  const tickets = new RegionTickets({ link: null, store, clock, log });
  const placer = {
    place: async () => {
      placed += 1;
      whilePlacing();
      return new Map();
    },
    join: async () => new Map(),
  };
  matcher = new QueueMatcher({
    ...{ regionId: 'here', queue: 'duel', definition, store, tickets, clock, log },
    making: new MatchMaking({ regionId: 'here', store, tickets, placer, clock, log }),
    isOurTurn: () => true,
    openRegions: () => new Set(['here']),
    onMatched: () => {},
  });
  for (const player of ['ada', 'bob']) await store.enter(searching(player), { mostWaiting: 10 });
});
afterEach(() => matcher.stop());

async function areMatched(): Promise<void> {
  await eventually(async () => {
    const records = await Promise.all(
      ['ada', 'bob'].map((player) => store.read(`ticket of ${player}`)),
    );
    return records.every((known) => known?.state.kind === 'matched');
  }, SOON);
}

test('[TK-43] tickets that are lost between their claim and their seats are put back, and matched', async () => {
  whilePlacing = () => {
    whilePlacing = () => {};
    store.lose();
    setTimeout(() => store.tellGap(), 10);
  };
  matcher.start();
  await areMatched();
  expect(placed).toBe(2);
});

test('[TK-43] tickets that a claim finds lost, before anybody has told of it, are put back, and matched', async () => {
  store.beforeClaim = () => {
    store.beforeClaim = () => {};
    store.lose();
  };
  matcher.start();
  await areMatched();
  expect(placed).toBe(1);
});

test('[TK-43] a lost ticket whose player has entered anew is not put back, and keeps nobody from a match', async () => {
  let again: TicketRecord | null = null;
  store.beforeClaim = () => {
    store.beforeClaim = () => {};
    store.lose();
    again = {
      ...searching('ada'),
      ticket: { ...searching('ada').ticket, ticketId: 'the new one' },
    };
    void store.enter(again, { mostWaiting: 10 });
  };
  matcher.start();
  await eventually(async () => {
    const records = await Promise.all(['the new one', 'ticket of bob'].map((id) => store.read(id)));
    return records.every((known) => known?.state.kind === 'matched');
  }, SOON);
  expect(await store.read('ticket of ada')).toBeNull();
});
