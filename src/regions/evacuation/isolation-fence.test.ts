import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CLAIM_MARGIN_MS } from './evacuator.ts';
import { IsolationFence } from './isolation-fence.ts';
import { heardForSafety, silentForDown } from './majority.ts';

const FENCE_MS = 3_000;

function fenceOf(regions: number) {
  const time = { nowMs: 1_000 };
  const clock = { monotonicMs: () => time.nowMs, wallMs: () => 0 };
  const fence = new IsolationFence(
    { clock },
    { needed: heardForSafety(regions), silentAfterMs: FENCE_MS },
  );
  return { fence, time };
}

describe('[EV-4] the fence of a region', () => {
  test('is closed until others hear it and its buddy was asked', () => {
    const { fence } = fenceOf(3);
    expect(fence.open(fence.term)).toBe(false);
    fence.look([null, 100]);
    expect([fence.isHeard, fence.isOpen]).toEqual([true, false]);
    expect(fence.open(fence.term)).toBe(true);
  });

  test('closes to the millisecond, with nobody looking', () => {
    const { fence, time } = fenceOf(3);
    fence.look([null, 100]);
    fence.open(fence.term);
    time.nowMs += FENCE_MS - 101;
    expect(fence.mayPlay('room')).toBe(true);
    time.nowMs += 1;
    expect(fence.mayPlay('room')).toBe(false);
  });

  test('counts the other regions that are needed, the ones heard last', () => {
    const { fence } = fenceOf(5);
    fence.look([0, null, null, FENCE_MS]);
    expect(fence.isHeard).toBe(false);
    fence.look([0, null, null, FENCE_MS - 1]);
    expect(fence.isHeard).toBe(true);
  });

  test('that closed while the process slept stays closed, whatever is heard after it', () => {
    const { fence, time } = fenceOf(3);
    fence.look([0, 0]);
    const { term } = fence;
    fence.open(term);
    time.nowMs += 60_000;
    fence.look([0, 0]);
    expect([fence.isHeard, fence.isOpen]).toEqual([true, false]);
    expect(fence.open(term), 'what the buddy said before counts no more').toBe(false);
    expect(fence.open(fence.term)).toBe(true);
  });

  test('[EV-8] does not hold for a room of which no copy was made, and no copy is made behind it', () => {
    const { fence, time } = fenceOf(3);
    fence.unshare('new');
    expect(fence.mayPlay('new')).toBe(true);
    expect(fence.share('new'), 'others may think us down').toBe(false);
    fence.look([0, 0]);
    fence.open(fence.term);
    expect(fence.share('new')).toBe(true);
    time.nowMs += FENCE_MS;
    expect(fence.mayPlay('new')).toBe(false);
  });
});

test('[EV-4] when a majority has heard nothing for fence and margin, the fence is closed: any order of messages, any sleep', () => {
  const step = fc.record({
    afterMs: fc.integer({ min: 0, max: 4_000 }),
    /** Which other regions it reaches then. */
    reaches: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
    looks: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.integer({ min: 3, max: 5 }), fc.array(step), (regions, steps) => {
      const { fence, time } = fenceOf(regions);
      const heardAtMs = Array.from({ length: regions - 1 }, () => time.nowMs);
      const agesMs = () => heardAtMs.map((atMs) => time.nowMs - atMs);
      fence.look(agesMs());
      fence.open(fence.term);
      for (const { afterMs, reaches, looks } of steps) {
        time.nowMs += afterMs;
        const silent = agesMs().filter((ms) => ms >= FENCE_MS + CLAIM_MARGIN_MS).length;
        if (silent >= silentForDown(regions)) expect(fence.mayPlay('room')).toBe(false);
        for (const at of heardAtMs.keys()) if (reaches[at] === true) heardAtMs[at] = time.nowMs;
        if (looks) fence.look(agesMs());
      }
    }),
  );
});
