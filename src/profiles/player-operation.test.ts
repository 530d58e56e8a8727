import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PlayerOperation } from './contract.ts';
import { applyOperation, ECONOMY_LIMITS, MOST_CARRIED } from './player-operation.ts';
import { newProfileRecord, type ProfileRecord } from './profile-record.ts';

const fresh = newProfileRecord({ playerId: 'p_ann', homeRegion: 'eu', displayName: 'Ann' }, 0);
const rich: ProfileRecord = { ...fresh, wallet: { gold: 100 }, inventory: { sword: 2 } };
const at = { nowMs: 7, clearedBelow: 0 };

const operation = (change: Partial<PlayerOperation>): PlayerOperation => ({
  operationId: 'op-1',
  reason: 'test',
  ...change,
});

/** Applies many, as if the ledger never knew one of them. */
function applyAll(start: ProfileRecord, operations: readonly PlayerOperation[]): ProfileRecord {
  return operations.reduce(
    (record, each) => applyOperation(record, each, { nowMs: 0, clearedBelow: Infinity }).record,
    start,
  );
}

describe('[PR-10] an operation', () => {
  test('changes what it names, and leaves an entry that says what was left', () => {
    const { record, result } = applyOperation(
      rich,
      operation({
        currencies: { gold: -30, gems: 5 },
        items: { sword: -2, bow: 1 },
        statistics: { 'shop.visits': 1 },
      }),
      at,
    );
    expect(record).toMatchObject({
      wallet: { gold: 70, gems: 5 },
      statistics: { 'shop.visits': 1 },
      operationCount: 1,
    });
    expect(record.inventory).toEqual({ bow: 1 });
    expect(result).toMatchObject({
      kind: 'applied',
      entry: {
        sequence: 1,
        after: { currencies: { gold: 70, gems: 5 }, items: { sword: 0, bow: 1 } },
        atMs: 7,
      },
    });
    expect(record.operations).toEqual([result.kind === 'applied' ? result.entry : null]);
  });

  test.each([
    [
      'a currency',
      operation({ currencies: { gold: -101 } }),
      { name: 'gold', has: 100, needs: 101 },
    ],
    ['an item', operation({ items: { sword: -3 } }), { name: 'sword', has: 2, needs: 3 }],
    [
      'a name that every object has',
      operation({ items: { toString: -1 } }),
      { name: 'toString', has: 0, needs: 1 },
    ],
    ['what he never had', operation({ items: { bow: -1 } }), { name: 'bow', has: 0, needs: 1 }],
    [
      'one of several',
      operation({ currencies: { gold: 1 }, items: { sword: -3 } }),
      { name: 'sword', has: 2, needs: 3 },
    ],
  ])('takes nothing when there is too little of %s', (_, wanted, missing) => {
    const { record, result } = applyOperation(rich, wanted, at);
    expect(record).toBe(rich);
    expect(result).toEqual({ kind: 'refused', reason: 'insufficient', ...missing });
  });

  test.each([
    [
      'a balance that numbers cannot count',
      operation({ currencies: { gold: Number.MAX_SAFE_INTEGER } }),
    ],
    [
      'one currency too many',
      operation({
        currencies: Object.fromEntries(
          Array.from({ length: ECONOMY_LIMITS.currencies }, (_, i) => [`c${i}`, 1]),
        ),
      }),
    ],
  ])('refuses %s', (_, wanted) => {
    expect(() => applyOperation(rich, wanted, at)).toThrow(
      expect.objectContaining({ code: 'BAD_REQUEST' }),
    );
  });
});

describe('[PR-11] an operation that is asked for again', () => {
  const once = applyOperation(rich, operation({ currencies: { gold: -30 } }), at);

  test('changes nothing, and answers what it did', () => {
    const again = applyOperation(once.record, operation({ currencies: { gold: -30 } }), at);
    expect(again.record).toBe(once.record);
    expect(again.result).toMatchObject({ kind: 'repeated', entry: { sequence: 1 } });
  });

  test('is a conflict when it is another one', () => {
    for (const other of [
      { currencies: { gold: -31 } },
      { currencies: {} },
      { items: { bow: 1 } },
    ]) {
      expect(() => applyOperation(once.record, operation(other), at)).toThrow(
        expect.objectContaining({ code: 'OPERATION_CONFLICT' }),
      );
    }
  });

  test('is looked up in the ledger once the profile does not carry all of them', () => {
    const many = Array.from({ length: MOST_CARRIED }, (_, i) =>
      operation({ operationId: `op-${i}`, currencies: { gold: 1 } }),
    );
    const record = applyAll(rich, many);
    const oldest = record.operations[0]?.sequence ?? 0;
    expect(oldest).toBeGreaterThan(1);
    const wanted = operation({ operationId: 'new' });
    expect(applyOperation(record, wanted, at).result).toEqual({ kind: 'look-up', below: oldest });
    expect(applyOperation(record, wanted, { nowMs: 0, clearedBelow: oldest - 1 }).result).toEqual({
      kind: 'look-up',
      below: oldest,
    });
    expect(applyOperation(record, wanted, { nowMs: 0, clearedBelow: oldest }).result).toMatchObject(
      {
        kind: 'applied',
        entry: { sequence: MOST_CARRIED + 1 },
      },
    );
  });
});

test('[PR-12] balances are the sums of the entries, sequences have no holes, for any operations', () => {
  const change = fc.record({
    operationId: fc.stringMatching(/^[a-f]{1,2}$/),
    currencies: fc.dictionary(fc.constantFrom('gold', 'gems'), fc.integer({ min: -50, max: 50 })),
    items: fc.dictionary(fc.constantFrom('sword', 'bow'), fc.integer({ min: -2, max: 2 })),
  });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 120 }), (changes) => {
      const entries = new Map<number, Readonly<Record<string, number>>>();
      const seen = new Set<string>();
      let record = fresh;
      for (const each of changes) {
        if (seen.has(each.operationId)) continue;
        const step = applyOperation(
          record,
          { ...each, reason: '' },
          { nowMs: 0, clearedBelow: Infinity },
        );
        record = step.record;
        if (step.result.kind !== 'applied') continue;
        seen.add(each.operationId);
        entries.set(step.result.entry.sequence, each.currencies);
        expect(record.operations.length).toBeLessThan(MOST_CARRIED);
      }
      expect([...entries.keys()]).toEqual(
        Array.from({ length: record.operationCount }, (_, i) => i + 1),
      );
      for (const currency of ['gold', 'gems']) {
        const total = [...entries.values()].reduce((sum, each) => sum + (each[currency] ?? 0), 0);
        expect(record.wallet[currency] ?? 0).toBe(total);
        expect(total).toBeGreaterThanOrEqual(0);
      }
    }),
  );
});
