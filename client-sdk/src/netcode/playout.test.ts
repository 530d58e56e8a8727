import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Playout } from './playout.ts';

const FRAME_MS = 16;

/** A link, patch by patch: how long after the one before it was made, and how long it took. */
const links = fc.array(
  fc.record({
    gapMs: fc.constantFrom(16, 33, 50, 50, 50, 400),
    transitMs: fc.oneof(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 900 })),
  }),
  { minLength: 5, maxLength: 120 },
);

/** Plays a link, and tells of each frame. */
function play(
  playout: Playout,
  link: readonly { readonly gapMs: number; readonly transitMs: number }[],
  onFrame: (elapsedMs: number) => void,
): void {
  let [nowMs, madeAtMs] = [1_000, 0];
  for (const { gapMs, transitMs } of link) {
    madeAtMs += gapMs;
    // TCP keeps the order.
    const arrivedAtMs = Math.max(nowMs, 1_000 + madeAtMs + transitMs);
    while (nowMs + FRAME_MS < arrivedAtMs) {
      nowMs += FRAME_MS;
      playout.frame(nowMs);
      onFrame(FRAME_MS);
    }
    playout.onPatch(arrivedAtMs, madeAtMs);
  }
}

test('[NC-3] whatever the link does, time never runs back, and never faster than it may', () => {
  fc.assert(
    fc.property(links, (link) => {
      const playout = new Playout();
      let last = Number.NEGATIVE_INFINITY;
      play(playout, link, (elapsedMs) => {
        const playedMs = playout.playheadRoomMs - last;
        last = playout.playheadRoomMs;
        if (!Number.isFinite(playedMs)) return;
        expect(playedMs).toBeGreaterThanOrEqual(0);
        expect(playedMs).toBeLessThan(500 + 1_000 + 1.03 * elapsedMs);
      });
    }),
  );
});

test('[NC-1] the delay stays between 1.2 intervals and 450 ms', () => {
  const playout = new Playout();
  const delays: number[] = [];
  const link = Array.from({ length: 1_200 }, (_, i) => ({
    gapMs: 50,
    // Ten seconds of a bad minute in three, late by up to a second.
    transitMs: i % 600 < 200 && i % 40 === 0 ? 900 : 10,
  }));
  play(playout, link, () => delays.push(playout.figures.delayMs));
  expect(Math.max(...delays)).toBeLessThanOrEqual(450 + 1e-6);
  expect(Math.min(...delays)).toBeGreaterThanOrEqual(60 - 1e-6);
  expect(Math.max(...delays)).toBeGreaterThan(440);
});

test('[NC-1] patches that come seldom are waited for, though that takes more than 450 ms', () => {
  const playout = new Playout();
  const link = Array.from({ length: 40 }, () => ({ gapMs: 400, transitMs: 5 }));
  play(playout, link, () => undefined);
  expect(playout.figures.delayMs).toBeCloseTo(480, 0);
});

test('[NC-3] [NC-4] a way that has become longer for good is followed, and time stands rather than runs back', () => {
  const playout = new Playout();
  const link = Array.from({ length: 300 }, (_, i) => ({
    gapMs: 50,
    transitMs: i < 100 ? 10 : 810,
  }));
  let lateFrames = 0;
  let frames = 0;
  let last = Number.NEGATIVE_INFINITY;
  play(playout, link, () => {
    frames += 1;
    if (frames > 1) expect(playout.playheadRoomMs).toBeGreaterThanOrEqual(last);
    last = playout.playheadRoomMs;
    if (frames > 560 && playout.playheadRoomMs > playout.newestRoomMs) lateFrames += 1;
  });
  // Two seconds of it are needed to believe it, and some to be led there.
  expect(frames).toBeGreaterThan(700);
  expect(lateFrames).toBeLessThan(20);
});

test('[NC-4] the clock of another node is taken over at once, though it goes back', () => {
  const playout = new Playout();
  const steady = Array.from({ length: 60 }, () => ({ gapMs: 50, transitMs: 10 }));
  play(playout, steady, () => undefined);
  const nowMs = 10_000;
  playout.reset();
  playout.frame(nowMs);
  const before = playout.playheadRoomMs;
  playout.onPatch(nowMs + 20, 500);
  playout.frame(nowMs + 30);
  expect(before).toBeGreaterThan(2_500);
  expect(playout.playheadRoomMs).toBeGreaterThan(500 - 200);
  expect(playout.playheadRoomMs).toBeLessThan(500);
});

test('[NC-7] what happens while nobody looks teaches nothing, and is not played back', () => {
  const playout = new Playout();
  const steady = Array.from({ length: 200 }, () => ({ gapMs: 50, transitMs: 10 }));
  play(playout, steady, () => undefined);
  const { delayMs, stalledMs } = playout.figures;
  playout.pause();
  // Hidden pages get what has come in bunches, and draw nothing.
  for (let i = 1; i <= 200; i += 1) {
    const madeAtMs = 10_000 + i * 50;
    playout.onPatch(1_010 + Math.ceil(madeAtMs / 1_000) * 1_000, madeAtMs);
  }
  playout.resume();
  playout.frame(21_010);
  expect(playout.figures.delayMs).toBeCloseTo(delayMs, 0);
  expect(playout.figures.stalledMs).toBe(stalledMs);
  expect(playout.playheadRoomMs).toBeCloseTo(20_000 - delayMs, -1);
});

test('[NC-8] without stamps patches count as made when they come, and rest is not lateness', () => {
  const playout = new Playout();
  for (let nowMs = 0; nowMs < 20_000; nowMs += 50) {
    // Nothing changes for half of each four seconds, and nothing is sent then.
    if (nowMs % 4_000 < 2_000) playout.onUntimedPatch(nowMs + (nowMs % 100 === 0 ? 12 : 0));
    playout.frame(nowMs);
  }
  expect(playout.isTimed).toBe(false);
  expect(playout.figures.delayMs).toBeGreaterThan(60);
  expect(playout.figures.delayMs).toBeLessThan(90);
  expect(playout.figures.underruns).toBe(0);
});
