import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type {
  Placement,
  TicketEnd,
  TicketRecord,
} from '../../src/matchmaking/tickets/ticket-record.ts';
import type { TicketStore } from '../../src/matchmaking/tickets/ticket-store.ts';
import { eventually } from '../support/eventually.ts';

/** A store without tickets, and the same one as another node of the region has it. */
export interface OpenTicketStore extends AsyncDisposable {
  readonly store: TicketStore;
  readonly elsewhere: TicketStore;
}

const MANY = { mostWaiting: 1_000 };
const PASSED_ON = { kind: 'cancelled', by: 'player' } as const;
let made = 0;

/** A ticket that searches, with everything that a store might lose on its way. */
export function record(of: {
  readonly ticketId?: string;
  readonly players?: readonly string[];
  readonly queue?: string;
  readonly createdAtMs?: number;
}): TicketRecord {
  made += 1;
  const { ticketId = `t${made}`, players = [`p${made}`], queue = 'ranked' } = of;
  return {
    ticket: {
      ticketId,
      players: players.map((playerId) => ({
        playerId,
        rating: { mu: 1_500.25, sigma: 1e-9 },
        avoids: [],
        roles: ['tänk "1"'],
      })),
      latencyMsByRegion: {},
      createdAtMs: of.createdAtMs ?? 1_700_000_000_000 + made,
    },
    queue,
    partyId: null,
    displayNames: {},
    state: { kind: 'searching' },
  };
}

export function claimed(matchId: string, untilMs = 2_000_000_000_000) {
  return { kind: 'claimed', matchId, regionId: 'europe', untilMs } as const;
}

function claim(matchId: string, untilMs = 2_000_000_000_000) {
  return { matchId, regionId: 'europe', untilMs };
}

function placement(matchId: string): Placement {
  return { matchId, regionId: 'europe', seats: [] };
}

async function enterAll(store: TicketStore, records: readonly TicketRecord[]): Promise<void> {
  for (const one of records) expect(await store.enter(one, MANY)).toEqual({ kind: 'entered' });
}

async function stateOf(store: TicketStore, { ticket }: TicketRecord) {
  return (await store.read(ticket.ticketId))?.state;
}

const idOf = ({ ticket }: TicketRecord) => ticket.ticketId;

interface ClaimMade {
  readonly matchId: string;
  readonly ids: readonly string[];
  readonly refused: readonly string[];
}

/** Which match has each ticket, of claims that were granted or not; fails when two have the same. */
function holdersOf(claims: readonly ClaimMade[]): ReadonlyMap<string, string> {
  const holders = new Map<string, string>();
  for (const { matchId, ids, refused } of claims) {
    expect(ids).toEqual(expect.arrayContaining([...refused]));
    if (refused.length > 0) continue;
    for (const id of ids) {
      expect(holders.get(id) ?? matchId).toBe(matchId);
      holders.set(id, matchId);
    }
  }
  return holders;
}

/** What every `TicketStore` promises. */
export function ticketStoreContract(name: string, open: () => Promise<OpenTicketStore>): void {
  describe(`TicketStore: ${name}`, () => {
    test('a ticket is kept as it came, found by its id, its players and its queue', async () => {
      await using opened = await open();
      const { store, elsewhere } = opened;
      const pair = record({ players: ['ada', 'bob'] });
      await enterAll(store, [pair]);
      expect(await elsewhere.read(idOf(pair))).toEqual(pair);
      expect(await elsewhere.ofPlayer('bob')).toEqual(pair);
      expect(await elsewhere.waiting('ranked')).toEqual([pair]);
      expect(await store.waiting('casual')).toEqual([]);
      expect(await store.read('nothing')).toBeNull();
      expect(await store.ofPlayer('nobody')).toBeNull();
    });

    test('those that wait are told by age, whatever the order in which they came', async () => {
      await using opened = await open();
      const ages = [5, 3, 1_700_000_000_000, 9, 1];
      await enterAll(
        opened.store,
        ages.map((createdAtMs) => record({ createdAtMs })),
      );
      const waiting = await opened.store.waiting('ranked');
      expect(waiting.map(({ ticket }) => ticket.createdAtMs)).toEqual([
        1, 3, 5, 9, 1_700_000_000_000,
      ]);
    });

    test('a player waits once, in whatever queue and party; of two at once one gets in', async () => {
      await using opened = await open();
      const { store, elsewhere } = opened;
      const first = record({ players: ['ada', 'bob'] });
      await enterAll(store, [first]);
      const busy = (playerId: string) => ({
        kind: 'player-busy',
        playerId,
        ticketId: idOf(first),
      });
      const second = record({ players: ['eve', 'bob'], queue: 'casual' });
      expect(await elsewhere.enter(second, MANY)).toEqual(busy('bob'));
      expect(await store.read(idOf(second))).toBeNull();
      expect(await store.ofPlayer('eve')).toBeNull();
      expect(await store.enter(first, MANY)).toEqual(busy('ada'));
      const sameId = record({ ticketId: idOf(first), players: ['zoe'] });
      expect(await store.enter(sameId, MANY)).toEqual(busy('zoe'));
      await store.claim(claim('m1'), [idOf(first)]);
      expect(await store.enter(second, MANY)).toEqual(busy('bob'));
      const entered = await Promise.all(
        Array.from({ length: 10 }, (_, i) =>
          (i % 2 === 0 ? store : elsewhere).enter(
            record({ players: [`x${i}`, 'zoe'], queue: `q${i}` }),
            MANY,
          ),
        ),
      );
      expect(entered.filter(({ kind }) => kind === 'entered')).toHaveLength(1);
      expect(entered.filter(({ kind }) => kind === 'player-busy')).toHaveLength(9);
    });

    test('a queue takes as many as it may, claimed ones included', async () => {
      await using opened = await open();
      const { store } = opened;
      const two = [record({}), record({})] as const;
      await enterAll(store, two);
      await store.claim(claim('m1'), [idOf(two[0])]);
      const full = { kind: 'queue-full', waiting: 2 };
      const third = record({ players: ['ada'] });
      expect(await store.enter(third, { mostWaiting: 2 })).toEqual(full);
      expect(await store.ofPlayer('ada')).toBeNull();
      await store.settle(new Map([[idOf(two[0]), placement('m1')]]));
      expect(await store.enter(third, { mostWaiting: 2 })).toEqual({ kind: 'entered' });
    });

    test('all tickets of a match are claimed, or none', async () => {
      await using opened = await open();
      const { store, elsewhere } = opened;
      const [a, b, c, d] = [record({}), record({}), record({}), record({})] as const;
      await enterAll(store, [a, b, c, d]);
      expect(await store.claim(claim('m1'), [idOf(a), idOf(b)])).toEqual([]);
      expect(await stateOf(elsewhere, a)).toEqual(claimed('m1'));
      await store.end(idOf(d), PASSED_ON);
      const refused = await elsewhere.claim(claim('m2'), ['none', idOf(c), idOf(b), idOf(d)]);
      expect(refused.toSorted()).toEqual(['none', idOf(b), idOf(d)].toSorted());
      expect(await stateOf(store, c)).toEqual({ kind: 'searching' });
      expect(await stateOf(store, b)).toEqual(claimed('m1'));
      expect(await store.claim(claim('m1', 2_000_000_000_001), [idOf(a), idOf(c)])).toEqual([]);
      expect(await stateOf(store, a)).toEqual(claimed('m1', 2_000_000_000_001));
      await store.settle(new Map([[idOf(a), placement('m1')]]));
      expect(await store.claim(claim('m1'), [idOf(a)])).toEqual([idOf(a)]);
      expect((await store.waiting('ranked')).map(idOf)).toEqual([idOf(b), idOf(c)]);
    });

    test('no ticket is in two matches, however many claim at once', async () => {
      const wish = fc.record({
        matchId: fc.constantFrom('m1', 'm2'),
        isElsewhere: fc.boolean(),
        wanted: fc.uniqueArray(fc.nat(7), { minLength: 1, maxLength: 4 }),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(wish, { minLength: 2, maxLength: 12 }), async (wishes) => {
          await using opened = await open();
          const { store, elsewhere } = opened;
          const records = Array.from({ length: 8 }, () => record({}));
          await enterAll(store, records);
          const claims = wishes.map(async ({ matchId, isElsewhere, wanted }) => {
            const ids = wanted.map((at) => idOf(records[at] as TicketRecord));
            const refused = await (isElsewhere ? elsewhere : store).claim(claim(matchId), ids);
            return { matchId, ids, refused };
          });
          const holders = holdersOf(await Promise.all(claims));
          for (const one of records) {
            const matchId = holders.get(idOf(one));
            expect(await stateOf(store, one)).toEqual(
              matchId === undefined ? { kind: 'searching' } : claimed(matchId),
            );
          }
        }),
        { numRuns: 25 },
      );
    });

    test('what a match has claimed it can let go, nothing else', async () => {
      await using opened = await open();
      const { store, elsewhere } = opened;
      const [a, b, c] = [record({}), record({}), record({})] as const;
      await enterAll(store, [a, b, c]);
      await store.claim(claim('m1'), [idOf(a)]);
      await store.claim(claim('m2'), [idOf(b)]);
      const all = [a, b, c].map(idOf);
      expect(await elsewhere.release('m1', [...all, 'none'])).toEqual([idOf(a)]);
      expect(await elsewhere.release('m1', all)).toEqual([]);
      expect(await store.read(idOf(a))).toEqual(a);
      expect(await stateOf(store, b)).toEqual(claimed('m2'));
      expect(await store.claim(claim('m2'), [idOf(a)])).toEqual([]);
    });

    test('a claim that is over is let go, in its queue, not before', async () => {
      await using opened = await open();
      const { store, elsewhere } = opened;
      const [a, b] = [record({}), record({})] as const;
      const other = record({ queue: 'casual' });
      await enterAll(store, [a, b, other]);
      await store.claim(claim('m1', 1_000), [idOf(a), idOf(other)]);
      await store.claim(claim('m2', 2_000), [idOf(b)]);
      expect(await elsewhere.releaseOverdue('ranked', 999)).toEqual([]);
      expect(await elsewhere.releaseOverdue('ranked', 1_000)).toEqual([idOf(a)]);
      expect(await elsewhere.releaseOverdue('ranked', 1_000)).toEqual([]);
      expect(await stateOf(store, a)).toEqual({ kind: 'searching' });
      expect(await stateOf(store, b)).toEqual(claimed('m2', 2_000));
      expect(await store.settle(new Map([[idOf(a), placement('m1')]]))).toEqual([]);
      await store.claim(claim('m3', 9_000), [idOf(a)]);
      expect(await store.releaseOverdue('ranked', 5_000)).toEqual([idOf(b)]);
      expect(await store.releaseOverdue('casual', 5_000)).toEqual([idOf(other)]);
    });

    test('only who holds a ticket settles it, as often as he likes', async () => {
      await using opened = await open();
      const { store, elsewhere } = opened;
      const [a, b, c] = [record({ players: ['ada'] }), record({}), record({})] as const;
      await enterAll(store, [a, b, c]);
      await store.claim(claim('m1'), [idOf(a)]);
      await store.claim(claim('m2'), [idOf(b)]);
      const ids = [a, b, c].map(idOf);
      const all = new Map([...ids, 'none'].map((id) => [id, placement('m1')]));
      expect(await elsewhere.settle(all)).toEqual([idOf(a)]);
      const matched = { kind: 'matched', placement: placement('m1') };
      expect(await store.ofPlayer('ada')).toEqual({ ...a, state: matched });
      expect(await stateOf(store, b)).toEqual(claimed('m2'));
      expect(await stateOf(store, c)).toEqual({ kind: 'searching' });
      expect((await store.waiting('ranked')).map(idOf)).toEqual([idOf(b), idOf(c)]);
      expect(await store.settle(all)).toEqual([idOf(a)]);
      expect(await store.settle(new Map([[idOf(a), placement('m2')]]))).toEqual([]);
      expect(await store.release('m1', ids)).toEqual([]);
      expect(await store.releaseOverdue('ranked', 1_900_000_000_000)).toEqual([]);
      expect(await stateOf(store, a)).toEqual(matched);
    });

    test('a ticket that is being matched does not end; one that has ended ends once', async () => {
      await using opened = await open();
      const { store, elsewhere } = opened;
      const ada = record({ players: ['ada'] });
      await enterAll(store, [ada]);
      await store.claim(claim('m1'), [idOf(ada)]);
      expect(await elsewhere.end(idOf(ada), PASSED_ON)).toBe('claimed');
      expect(await stateOf(store, ada)).toEqual(claimed('m1'));
      await store.release('m1', [idOf(ada)]);
      const expired: TicketEnd = { kind: 'expired', reasons: [], bestOffer: null };
      expect(await elsewhere.end(idOf(ada), expired)).toBe('ended');
      expect(await elsewhere.end(idOf(ada), PASSED_ON)).toBe('unknown');
      expect(await store.end('none', PASSED_ON)).toBe('unknown');
      expect(await store.ofPlayer('ada')).toEqual({
        ...ada,
        state: { kind: 'ended', end: expired },
      });
      expect(await store.waiting('ranked')).toEqual([]);
      const next = record({ players: ['ada'], queue: 'casual' });
      await enterAll(store, [next]);
      expect(await store.ofPlayer('ada')).toEqual(next);
    });

    test('what is there is not put back, nor whose players wait on others', async () => {
      await using opened = await open();
      const { store, elsewhere } = opened;
      const [kept, lost, held] = [record({}), record({}), record({})] as const;
      const other = record({ players: ['ada'] });
      await enterAll(store, [kept, other]);
      await store.claim(claim('m1'), [idOf(kept)]);
      const heldBy = { ...held, state: claimed('m2', 1_000) };
      const busy = record({ players: ['ada', 'bob'] });
      await elsewhere.restore([kept, busy, lost, heldBy]);
      await elsewhere.restore([lost]);
      expect(await stateOf(store, kept)).toEqual(claimed('m1'));
      expect(await store.read(idOf(busy))).toBeNull();
      expect(await store.ofPlayer('bob')).toBeNull();
      expect(await store.read(idOf(lost))).toEqual(lost);
      expect(await store.releaseOverdue('ranked', 1_000)).toEqual([idOf(held)]);
      expect((await store.waiting('ranked')).map(idOf).toSorted()).toEqual(
        [kept, other, lost, held].map(idOf).toSorted(),
      );
    });

    test('a match is reported first by one', async () => {
      await using opened = await open();
      const { store, elsewhere } = opened;
      const answers = await Promise.all(
        [store, elsewhere, store].map((one) => one.isFirstReport('m1')),
      );
      expect(answers.filter((isFirst) => isFirst)).toHaveLength(1);
      expect(await elsewhere.isFirstReport('m2')).toBe(true);
      expect(await store.isFirstReport('m2')).toBe(false);
    });

    test('every change is heard, on every node, in order, whole', async () => {
      await using opened = await open();
      const { store, elsewhere } = opened;
      const here: TicketRecord[] = [];
      const there: TicketRecord[] = [];
      const dropped: TicketRecord[] = [];
      store.onChange((one) => here.push(one));
      elsewhere.onChange((one) => there.push(one));
      const stop = elsewhere.onChange((one) => dropped.push(one));
      stop();
      const [a, b, c] = [record({}), record({}), record({})] as const;
      await enterAll(store, [a, b]);
      await elsewhere.claim(claim('m1', 1_000), [idOf(a), idOf(b)]);
      await elsewhere.claim(claim('m1', 1_000), [idOf(a), idOf(b)]);
      await store.claim(claim('m2'), [idOf(a)]);
      await store.release('m1', [idOf(b)]);
      await store.releaseOverdue('ranked', 1_000);
      await store.claim(claim('m3'), [idOf(a)]);
      await store.settle(new Map([[idOf(a), placement('m3')]]));
      await store.settle(new Map([[idOf(a), placement('m3')]]));
      await store.end(idOf(b), PASSED_ON);
      await store.restore([c]);
      const changes: TicketRecord[] = [
        a,
        b,
        { ...a, state: claimed('m1', 1_000) },
        { ...b, state: claimed('m1', 1_000) },
        b,
        a,
        { ...a, state: claimed('m3') },
        { ...a, state: { kind: 'matched', placement: placement('m3') } },
        { ...b, state: { kind: 'ended', end: PASSED_ON } },
        c,
      ];
      await eventually(() => here.length >= changes.length && there.length >= changes.length, {
        withinMs: 5_000,
      });
      expect(here).toEqual(changes);
      expect(there).toEqual(changes);
      expect(dropped).toEqual([]);
    });
  });
}
