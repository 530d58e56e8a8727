import { expect, test, vi } from 'vitest';
import { LoadMeter } from './load-meter.ts';

test('[CL-14] the load is of the last five seconds', () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const clock = { nowMs: 0, monotonicMs: () => clock.nowMs, wallMs: () => 0 };
  const meter = new LoadMeter(clock);
  const second = (ranSeconds: number) => {
    meter.ran(ranSeconds);
    clock.nowMs += 1_000;
    vi.advanceTimersByTime(1_000);
    return meter.load({ rooms: 1, seats: 2 });
  };
  try {
    expect(meter.load({ rooms: 1, seats: 2 }).tickUse).toBe(0);
    expect(second(1)).toMatchObject({ rooms: 1, seats: 2, tickUse: 1, cpuUse: expect.any(Number) });
    for (let i = 0; i < 4; i++) second(0);
    expect(meter.load({ rooms: 0, seats: 0 }).tickUse).toBeCloseTo(0.2);
    expect(second(0).tickUse).toBe(0);
  } finally {
    meter.close();
    vi.useRealTimers();
  }
});
