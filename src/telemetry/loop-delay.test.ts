import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import { watchRecentLoopDelay } from './loop-delay.ts';

afterEach(() => vi.useRealTimers());

test('[OB-4] a loop that was late is told of for a window, and not for ever', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const delay = watchRecentLoopDelay();
  try {
    // Looks are what there is to count: some before it, one that is late, one after it.
    await sleep(30);
    block(300);
    await sleep(30);
    expect(delay.percentileMs(99)).toBeGreaterThan(250);

    vi.advanceTimersByTime(15_000);
    expect(delay.percentileMs(99)).toBeGreaterThan(250);

    await sleep(30);
    vi.advanceTimersByTime(15_000);
    expect(delay.percentileMs(99)).toBeLessThan(250);
  } finally {
    delay.stop();
  }
});

function block(ms: number): void {
  const untilMs = performance.now() + ms;
  while (performance.now() < untilMs);
}
