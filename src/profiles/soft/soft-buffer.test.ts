import { describe, expect, test } from 'vitest';
import { SoftBuffer } from './soft-buffer.ts';
import type { SoftValue } from './soft-shelf.ts';

const value = (n: number, playerId = 'p_ann'): SoftValue => ({
  ...{ playerId, section: 'position' },
  value: { n },
});

/** Whoever takes batches, at a pace and with failures of the test's making. */
function taker() {
  const batches: number[][] = [];
  let gate: Promise<void> = Promise.resolve();
  let failures = 0;
  const buffer = new SoftBuffer(
    {
      send: async (values) => {
        await gate;
        if (failures > 0) {
          failures -= 1;
          throw new Error('away');
        }
        batches.push(values.map((it) => Number(it.value['n'])));
      },
    },
    { everyMs: 1, mostTogether: 3 },
  );
  return {
    ...{ buffer, batches },
    hold: (until: Promise<void>) => {
      gate = until;
    },
    fail: (times: number) => {
      failures = times;
    },
  };
}

describe('SoftBuffer', () => {
  test('[PR-70] while a batch is on its way only the newest value is kept for the next', async () => {
    const { buffer, batches, hold } = taker();
    const gate = Promise.withResolvers<void>();
    hold(gate.promise);
    buffer.put(value(1));
    await new Promise(setImmediate);
    for (let n = 2; n <= 50; n += 1) buffer.put(value(n));
    expect(buffer.newest('p_ann', 'position')).toEqual({ n: 50 });
    gate.resolve();
    await buffer.drain();
    expect(batches).toEqual([[1], [50]]);
    expect(buffer.newest('p_ann', 'position')).toBeUndefined();
  });

  test('[PR-77] what did not arrive is sent again, unless something newer was put', async () => {
    const { buffer, batches, hold, fail } = taker();
    // Once for the batch that goes by itself, once for the one that is asked for.
    fail(2);
    buffer.put(value(1));
    buffer.put(value(7, 'p_bob'));
    await expect(buffer.drain()).rejects.toThrow('away');
    const gate = Promise.withResolvers<void>();
    hold(gate.promise);
    fail(1);
    const failing = buffer.drain();
    await new Promise(setImmediate);
    // While the old one is on its way, which will not arrive.
    buffer.put(value(2));
    gate.resolve();
    await failing.catch(() => {});
    await expect.poll(() => batches.flat().sort()).toEqual([2, 7]);
  });

  test('no batch is larger than it may be', async () => {
    const { buffer, batches } = taker();
    for (let n = 1; n <= 7; n += 1) buffer.put(value(n, `p_${n}`));
    await buffer.drain();
    expect(batches.map((batch) => batch.length)).toEqual([3, 3, 1]);
  });
});
