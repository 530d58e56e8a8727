import { describe, expect, test } from 'vitest';
import {
  decodeDeferredWrite,
  encodeDeferredWrite,
  isSameWrite,
  MOST_BYTES,
  onlyAdds,
} from './deferred-write.ts';

const ANN = 'p_annannannannannannan';
const operation = { operationId: 'match:1', reason: 'won', currencies: { gold: 1 } };

describe('[PR-61] what may wait', () => {
  test.each([
    ['a reward', { currencies: { gold: 1, gems: 0 }, items: { sword: 1 } }, true],
    ['statistics, also those that sink', { statistics: { rating: -3 } }, true],
    ['a price', { currencies: { gold: -1 } }, false],
    ['an item that is used', { currencies: { gold: 1 }, items: { potion: -1 } }, false],
  ])('%s', (_name, amounts, mayWait) => {
    expect(onlyAdds({ operationId: 'o', reason: 'r', ...amounts })).toBe(mayWait);
  });

  test('is read as it was written, and nothing else is read', () => {
    const write = { playerId: ANN, operation };
    const stored = JSON.parse(JSON.stringify(encodeDeferredWrite(write))) as object;
    expect(decodeDeferredWrite(stored)).toEqual(write);
    expect(decodeDeferredWrite({ ...stored, format: 2 })).toBeNull();
    expect(decodeDeferredWrite('torn')).toBeNull();
    expect(encodeDeferredWrite({ playerId: 'p/of/others', operation })).toBeNull();
  });

  test('is bounded', () => {
    const names = (first: number) =>
      Object.fromEntries(
        Array.from({ length: 64 }, (_, n) => [`a${first + n}`.padEnd(64, 'x'), 1]),
      );
    const large = { ...operation, currencies: names(0), items: names(64), statistics: names(128) };
    const stored = encodeDeferredWrite({ playerId: ANN, operation: large });
    // The bounds of operations keep even the largest within those of the queue.
    expect(stored).not.toBeNull();
    expect(JSON.stringify(stored).length).toBeLessThan(MOST_BYTES);
  });

  test('[PR-63] is the same when it changes the same', () => {
    const write = { playerId: ANN, operation };
    const same = { ...write, operation: { ...operation, reason: 'other words', items: {} } };
    expect(isSameWrite(write, same)).toBe(true);
    const more = { ...write, operation: { ...operation, currencies: { gold: 2 } } };
    expect(isSameWrite(write, more)).toBe(false);
    const other = { ...write, operation: { ...operation, items: { sword: 1 } } };
    expect(isSameWrite(write, other)).toBe(false);
  });
});
