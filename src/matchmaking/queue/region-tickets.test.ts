import { expect, test } from 'vitest';
import type { LinkKind, RegionLink } from '../../regions/contract.ts';
import { systemClock } from '../../shared/clock.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Ticket } from '../pool/ticket.ts';
import { waitedMs } from '../pool/ticket.ts';
import { MemoryTicketStore } from '../tickets/ticket-store-memory.ts';
import type { Visitor } from './link-kinds.ts';
import { RegionTickets } from './region-tickets.ts';

const MINUTES_MS = 3 * 60_000;
const silent = { warn: () => {}, debug: () => {} } as unknown as Logger;

type Handler = (message: { readonly body: unknown }) => unknown;

/** Two regions whose links carry at once; what is said goes through JSON, as it does on the way. */
function setUp(aheadMs: number) {
  const handlers = { a: new Map<string, Handler>(), b: new Map<string, Handler>() };
  const region = (own: 'a' | 'b', peer: 'a' | 'b', offsetMs: number) => {
    const clock = { ...systemClock, wallMs: () => systemClock.wallMs() + offsetMs };
    const link = {
      ...{ regionId: own, peers: [peer] },
      onMessage: (_peer: string, kind: LinkKind<unknown>, handler: Handler) =>
        handlers[own].set(kind.name, handler),
      send: async (_peer: string, { kind, body }: { kind: LinkKind<unknown>; body: unknown }) => {
        await handlers[peer].get(kind.name)?.({
          body: kind.body.parse(JSON.parse(JSON.stringify(body))),
        });
        return { ok: true, id: 'x' };
      },
    } as unknown as RegionLink;
    const store = new MemoryTicketStore({ clock });
    return { clock, store, tickets: new RegionTickets({ link, store, clock, log: silent }) };
  };
  return { a: region('a', 'b', 0), b: region('b', 'a', aheadMs) };
}

function ticket(createdAtMs: number): Ticket {
  const player = { playerId: 'p', rating: { mu: 1_500, sigma: 100 } };
  return { ticketId: 't', players: [player], latencyMsByRegion: { a: 20, b: 60 }, createdAtMs };
}

test.each([
  ['ahead', MINUTES_MS],
  ['behind', -MINUTES_MS],
])(
  '[TK-44] a ticket is as old in a region whose clock is minutes %s as it is at home',
  async (_, aheadMs) => {
    const { a, b } = setUp(aheadMs);
    const visitors: Visitor[] = [];
    b.tickets.watch('duel', { arrived: (it) => visitors.push(it), left: () => {} });
    const offered = ticket(a.clock.wallMs() - 5_000);
    const tickets = [{ ticket: offered, displayNames: { p: 'Ada' } }];
    await a.tickets.offer('b', 'duel', { tickets, withdrawn: [] });
    const [visitor] = visitors;
    expect(visitor?.ticket).toMatchObject({ ticketId: 't', players: offered.players });
    const ageMs = waitedMs(visitor?.ticket as Ticket, b.clock.wallMs());
    expect(ageMs).toBeGreaterThanOrEqual(4_999);
    expect(ageMs).toBeLessThan(7_000);
  },
);

test.each([
  ['ahead', MINUTES_MS],
  ['behind', -MINUTES_MS],
])(
  '[TK-44] a claim by a region whose clock is minutes %s holds as long as it shall, at home',
  async (_, aheadMs) => {
    const { a, b } = setUp(aheadMs);
    const record = {
      ...{ ticket: ticket(a.clock.wallMs()), queue: 'duel', partyId: null, displayNames: {} },
      state: { kind: 'searching' as const },
    };
    await a.store.enter(record, { mostWaiting: 10 });
    const claim = { queue: 'duel', matchId: 'm', ticketIds: ['t'], forMs: 8_000 };
    expect(await b.tickets.claim('a', claim)).toEqual([]);
    const held = await a.store.read('t');
    expect(held?.state).toMatchObject({ kind: 'claimed', regionId: 'b' });
    expect(await a.store.releaseOverdue('duel', a.clock.wallMs() + 7_000)).toEqual([]);
    expect(await a.store.releaseOverdue('duel', a.clock.wallMs() + 9_000)).toEqual(['t']);
  },
);
