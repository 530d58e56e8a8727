import { describe, expect, test } from 'vitest';
import { GameError } from '../../errors/game-error.ts';
import { SoftBuffer } from './soft-buffer.ts';
import type { SoftValue } from './soft-shelf.ts';

const value = (n: number, playerId = 'p_ann'): SoftValue => ({
  ...{ playerId, section: 'position' },
  value: { n },
});

/** Whoever takes batches, at a pace and with failures of the test's making. */
function taker({ mostBytes = 1_000 } = {}) {
  const batches: number[][] = [];
  const lost: number[] = [];
  const refused = new Set<unknown>();
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
        if (values.some((it) => refused.has(it.value['n']))) throw new GameError('BAD_REQUEST');
        batches.push(values.map((it) => Number(it.value['n'])));
      },
      lost: (values) => void lost.push(...values.map((it) => Number(it.value['n']))),
    },
    { everyMs: 1, mostTogether: 3, mostBytes },
  );
  return {
    ...{ buffer, batches, lost, refused },
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

  test('nor has it more bytes, unless it is one value', async () => {
    const { buffer, batches } = taker({ mostBytes: 15 });
    // {"n":1} has 7 bytes, {"n":1234567890} 16.
    for (const n of [1, 2, 3, 1_234_567_890, 4]) buffer.put(value(n, `p_${n}`));
    await buffer.drain();
    expect(batches).toEqual([[1, 2], [3], [1_234_567_890], [4]]);
  });

  test('[PR-78] what is refused for what it is goes, and keeps nothing else back', async () => {
    const { buffer, batches, lost, refused } = taker();
    refused.add(2);
    for (let n = 1; n <= 4; n += 1) buffer.put(value(n, `p_${n}`));
    await expect.poll(() => batches).toEqual([[4]]);
    expect(lost).toEqual([1, 2, 3]);
    buffer.put(value(2));
    await buffer.drain();
    expect(lost).toEqual([1, 2, 3, 2]);
    expect(buffer.newest('p_ann', 'position')).toBeUndefined();
  });

  test('[PR-71] a drain ends when all is sent that was put until then, however much comes meanwhile', async () => {
    const sent: number[] = [];
    const buffer: SoftBuffer = new SoftBuffer(
      {
        send: async (values) => {
          sent.push(...values.map((it) => Number(it.value['n'])));
          // Rooms write faster than batches go.
          const n = sent.length + 100;
          if (sent.length < 1_000) for (const by of ['a', 'b', 'c']) buffer.put(value(n, by + n));
        },
        lost: () => {},
      },
      { everyMs: 60_000, mostTogether: 3 },
    );
    for (let n = 1; n <= 7; n += 1) buffer.put(value(n, `p_${n}`));
    await buffer.drain();
    expect(sent.slice(0, 7)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(sent.length).toBeLessThan(13);
  });
});
