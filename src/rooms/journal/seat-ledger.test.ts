import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JournalEntry } from './journal-entry.ts';
import { foldMeta } from './journal-meta.ts';
import { SeatLedger } from './seat-ledger.ts';

class Connection {
  readonly sessionId: string;
  readonly reconnectionToken: string;
  readonly auth = { playerId: 'p' };
  userData: unknown;
  _inputBuffer = { ackSeq: 0 };

  constructor(sessionId: string, reconnectionToken: string) {
    this.sessionId = sessionId;
    this.reconnectionToken = reconnectionToken;
  }
}

function checkpoint(ledger: SeatLedger): JournalEntry {
  const meta = {
    roomName: 'r',
    schema: 's',
    options: {},
    listing: { locked: false, private: false, unlisted: false, maxClients: null },
    ...ledger.snapshot(),
    timers: {},
  };
  return entry('checkpoint', meta);
}

function entry(kind: JournalEntry['kind'], meta: Record<string, unknown>): JournalEntry {
  // As it comes back from the store.
  const stored = JSON.parse(JSON.stringify(meta)) as Record<string, unknown>;
  return { kind, atMs: 0, elapsedMs: 0, nextRefId: 0, meta: stored, state: new Uint8Array() };
}

describe('[SV-39] a session is counted over its connections', () => {
  test('messages and inputs go on where they were', () => {
    const ledger = new SeatLedger();
    const first = new Connection('ada', 't1');
    ledger.take(first);
    ledger.countMessage('ada');
    first._inputBuffer.ackSeq = 7;
    expect(ledger.processedOf('ada')).toEqual({ messages: 1, inputs: 7 });
    ledger.connectionEnded(first);
    const second = new Connection('ada', 't2');
    ledger.take(second);
    second._inputBuffer.ackSeq = 2;
    ledger.countMessage('ada');
    expect(ledger.processedOf('ada')).toEqual({ messages: 2, inputs: 9 });
  });

  test('an old connection that ends late is not counted again', () => {
    const ledger = new SeatLedger();
    const old = new Connection('ada', 't1');
    old._inputBuffer.ackSeq = 5;
    ledger.take(old);
    ledger.connectionEnded(old);
    const fresh = new Connection('ada', 't2');
    ledger.take(fresh);
    ledger.connectionEnded(old);
    expect(ledger.processedOf('ada').inputs).toBe(5);
  });

  test('after a revival it goes on from what was written', () => {
    const ledger = new SeatLedger();
    const seat = { sessionId: 'ada', slot: 3, token: 't1', messages: 4, inputs: 40 };
    ledger.load([seat], []);
    const back = new Connection('ada', 't2');
    ledger.take(back);
    back._inputBuffer.ackSeq = 1;
    expect(ledger.processedOf('ada')).toEqual({ messages: 4, inputs: 41 });
    ledger.take(new Connection('new', 't3'));
    expect(ledger.snapshot().seats.map(({ slot }) => slot)).toEqual([3, 4]);
  });
});

test('a held seat without an end is JSON', () => {
  const ledger = new SeatLedger();
  ledger.take(new Connection('ada', 't'));
  ledger.hold('ada', Number.POSITIVE_INFINITY);
  const [seat] = foldMeta([checkpoint(ledger)]).seats;
  expect(seat?.heldUntilMs).toBeGreaterThan(Date.now());
});

test('[SV-21] whatever happens to seats, checkpoint and changes add up to what is', () => {
  const sessionIds = fc.constantFrom('a', 'b', 'c');
  const action = fc.oneof(
    fc.record({ kind: fc.constant('take' as const), id: sessionIds }),
    fc.record({ kind: fc.constant('drop' as const), id: sessionIds }),
    fc.record({ kind: fc.constant('free' as const), id: sessionIds }),
    fc.record({ kind: fc.constant('message' as const), id: sessionIds }),
    fc.record({ kind: fc.constant('inputs' as const), id: sessionIds }),
    fc.record({ kind: fc.constant('reserve' as const), id: sessionIds }),
    fc.constant({ kind: 'write' as const, id: '' }),
    fc.constant({ kind: 'checkpoint' as const, id: '' }),
  );
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60, size: 'max' }), (actions) => {
      const ledger = new SeatLedger();
      const connected = new Map<string, Connection>();
      let tokens = 0;
      let entries = [checkpoint(ledger)];
      const write = () => {
        const changes = ledger.changes({ isWithState: true });
        if (changes !== null) entries.push(entry('patch', changes));
      };
      for (const { kind, id } of actions) {
        const connection = connected.get(id);
        if (kind === 'take') {
          if (connection !== undefined) ledger.connectionEnded(connection);
          const fresh = new Connection(id, `t${tokens++}`);
          connected.set(id, fresh);
          ledger.take(fresh);
        } else if (kind === 'drop' && connection !== undefined) {
          ledger.connectionEnded(connection);
          connected.delete(id);
          ledger.hold(id, 1_000);
        } else if (kind === 'free') {
          connected.delete(id);
          ledger.free(id);
        } else if (kind === 'message') ledger.countMessage(id);
        else if (kind === 'inputs' && connection !== undefined) connection._inputBuffer.ackSeq += 3;
        else if (kind === 'reserve' && !ledger.has(id)) {
          ledger.reserve({ sessionId: id, options: null, untilMs: 5 });
        } else if (kind === 'write') write();
        else if (kind === 'checkpoint') entries = [checkpoint(ledger)];
      }
      write();
      const folded = foldMeta(entries);
      const truth = foldMeta([checkpoint(ledger)]);
      const bySlot = (a: { slot: number }, b: { slot: number }) => a.slot - b.slot;
      expect([...folded.seats].sort(bySlot)).toEqual([...truth.seats].sort(bySlot));
      expect(folded.reservations).toEqual(truth.reservations);
    }),
  );
});

test('[SV-39] an entry without state counts nothing: what was processed since is in no entry yet', () => {
  const ledger = new SeatLedger();
  const first = new Connection('ada', 't1');
  ledger.take(first);
  const entries = [checkpoint(ledger)];
  ledger.countMessage('ada');
  first._inputBuffer.ackSeq = 3;
  ledger.connectionEnded(first);
  ledger.take(new Connection('ada', 't2'));
  entries.push(entry('patch', { ...ledger.changes({ isWithState: false }) }));
  expect(foldMeta(entries).seats).toMatchObject([{ token: 't2', messages: 0, inputs: 0 }]);
  entries.push(entry('patch', { ...ledger.changes({ isWithState: true }) }));
  expect(foldMeta(entries).seats).toMatchObject([{ token: 't2', messages: 1, inputs: 3 }]);
});
