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

describe('[RM-25] a player on his way back is known by the token he came with and by the new one', () => {
  function comesBack(ledger: SeatLedger, token: string, earlierToken: string): Connection {
    const connection = new Connection('ada', token);
    ledger.comesBack(connection, earlierToken);
    ledger.take(connection);
    return connection;
  }

  test('until he answers', () => {
    const ledger = new SeatLedger();
    ledger.take(new Connection('ada', 't1'));
    const second = comesBack(ledger, 't2', 't1');
    expect(ledger.isUnanswered(second)).toBe(true);
    expect(['t1', 't2', 'x'].map((token) => ledger.currentToken(token))).toEqual(['t2', 't2', 'x']);
    ledger.answered(second);
    expect(ledger.isUnanswered(second)).toBe(false);
    expect(ledger.currentToken('t1')).toBe('t1');
  });

  test('and after his next try by that which he had', () => {
    const ledger = new SeatLedger();
    ledger.take(new Connection('ada', 't1'));
    const second = comesBack(ledger, 't2', 't1');
    comesBack(ledger, 't3', 't1');
    expect(ledger.isUnanswered(second)).toBe(false);
    expect(['t1', 't2'].map((token) => ledger.currentToken(token))).toEqual(['t3', 't2']);
  });

  test('also in a room that comes back', () => {
    const ledger = new SeatLedger();
    ledger.take(new Connection('ada', 't1'));
    const entries = [checkpoint(ledger)];
    ledger.comesBack(new Connection('ada', 't2'), 't1');
    entries.push(entry('patch', { ...ledger.changes({ isWithState: false }) }));
    const { seats } = foldMeta(entries);
    const revived = new SeatLedger();
    revived.load(seats, []);
    expect([seats[0]?.token, revived.currentToken('t1')]).toEqual(['t2', 't2']);
  });
});

test('a held seat without an end is JSON', () => {
  const ledger = new SeatLedger();
  ledger.take(new Connection('ada', 't'));
  ledger.hold('ada', Number.POSITIVE_INFINITY);
  const [seat] = foldMeta([checkpoint(ledger)]).seats;
  expect(seat?.heldUntilMs).toBeGreaterThan(Date.now());
});

/** A ledger with players who come and go, and a journal of it. */
class Play {
  readonly ledger = new SeatLedger();
  readonly #connected = new Map<string, Connection>();
  #tokens = 0;
  entries = [checkpoint(this.ledger)];

  take(id: string): void {
    const before = this.#connected.get(id);
    if (before !== undefined) this.ledger.connectionEnded(before);
    const fresh = new Connection(id, `t${this.#tokens++}`);
    this.#connected.set(id, fresh);
    this.ledger.take(fresh);
  }

  comeBack(id: string): void {
    const token = `t${this.#tokens++}`;
    this.ledger.comesBack(new Connection(id, token), 'earlier');
  }

  answer(id: string): void {
    const connection = this.#connected.get(id);
    if (connection !== undefined) this.ledger.answered(connection);
  }

  drop(id: string): void {
    const connection = this.#connected.get(id);
    if (connection === undefined) return;
    this.ledger.connectionEnded(connection);
    this.#connected.delete(id);
    this.ledger.hold(id, 1_000);
  }

  free(id: string): void {
    this.#connected.delete(id);
    this.ledger.free(id);
  }

  message(id: string): void {
    this.ledger.countMessage(id);
  }

  inputs(id: string): void {
    const connection = this.#connected.get(id);
    if (connection !== undefined) connection._inputBuffer.ackSeq += 3;
  }

  reserve(id: string): void {
    if (!this.ledger.has(id)) this.ledger.reserve({ sessionId: id, options: null, untilMs: 5 });
  }

  write(): void {
    const changes = this.ledger.changes({ isWithState: true });
    if (changes !== null) this.entries.push(entry('patch', changes));
  }

  checkpoint(): void {
    this.entries = [checkpoint(this.ledger)];
  }
}

test('[SV-21] whatever happens to seats, checkpoint and changes add up to what is', () => {
  const does = [
    'take',
    'comeBack',
    'answer',
    'drop',
    'free',
    'message',
    'inputs',
    'reserve',
    'write',
    'checkpoint',
  ] as const;
  const action = fc.tuple(fc.constantFrom(...does), fc.constantFrom('a', 'b', 'c'));
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60, size: 'max' }), (actions) => {
      const play = new Play();
      for (const [what, id] of actions) play[what](id);
      play.write();
      const folded = foldMeta(play.entries);
      const truth = foldMeta([checkpoint(play.ledger)]);
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
