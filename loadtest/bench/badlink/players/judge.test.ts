import { describe, expect, test } from 'vitest';
import { STEP_MS } from '../badlink-game.ts';
import { MoverPath } from '../mover-path.ts';
import type { Timeline } from '../wire.ts';
import { GameClock, judgePlayers } from './judge.ts';
import { PlayerLog } from './player-log.ts';

const SEED = 7;
const FRAME_MS = 1_000 / 60;
const FRAMES = 300;
/** The room's clock is 1000 ms ahead of the game's steps, the machine's another 5000. */
const TIMELINE: Timeline = {
  firstStep: 1,
  roomMs: Array.from({ length: 200 }, (_, at) => 1_000 + (at + 1) * STEP_MS),
  machineAheadMs: 5_000,
};

interface Wrong {
  readonly delayMs: number;
  /** From this frame on nothing new comes, and what is drawn stands still. */
  readonly stallsAtFrame?: number;
}

/** A player who draws the truth of a while ago. */
function drawn({ delayMs, stallsAtFrame = FRAMES }: Wrong): PlayerLog {
  const log = new PlayerLog(1);
  const path = new MoverPath(SEED, 0);
  log.start();
  log.arrived(6_520, 500);
  for (let frame = 0; frame < FRAMES; frame++) {
    const roomMs = 2_000 + frame * FRAME_MS;
    const playheadMs = roomMs - delayMs;
    const seenMs = Math.min(playheadMs, 2_000 + stallsAtFrame * FRAME_MS - delayMs);
    const { x, y } = path.at(seenMs - 1_000);
    log.frame(roomMs + 5_000 + 1_020, playheadMs);
    log.drawn(0, x, y, frame < stallsAtFrame ? playheadMs + 40 : seenMs);
  }
  return log;
}

describe('players are judged', () => {
  test('who draws the truth, late, makes no error, and is that late', () => {
    const judged = judgePlayers([drawn({ delayMs: 100 })], [], TIMELINE, SEED);
    expect(judged.frames).toBe(FRAMES);
    expect(judged.drawnErrorPx.max).toBeLessThan(0.001);
    expect(judged.stalledRatio).toBe(0);
    expect(judged.frozenRatio).toBe(0);
    // The quickest patch took 20 ms, which is nobody's delay: clocks 6000 ms apart, stamps 6020.
    expect(judged.delayMs.mean).toBeCloseTo(100, 3);
    expect(judged.rateDeviation.max).toBeLessThan(0.001);
  });

  test('what stands still when samples are missing is stalled, frozen and wrong', () => {
    const log = drawn({ delayMs: 100, stallsAtFrame: 290 });
    const judged = judgePlayers([log], [], TIMELINE, SEED);
    expect(judged.stalledRatio).toBeCloseTo(9 / FRAMES, 5);
    expect(judged.frozenRatio).toBeCloseTo(9 / FRAMES, 5);
    // 9 frames of 5 px each.
    expect(judged.drawnErrorPx.max).toBeGreaterThan(40);
    expect(judged.drawnErrorPx.max).toBeLessThan(46);
  });

  test('a correction of a pixel and less is none', () => {
    const log = drawn({ delayMs: 100 });
    for (const px of [0, 0.5, 1, 1.5]) log.corrected(px);
    expect(judgePlayers([log], [], TIMELINE, SEED).mispredictedRatio).toBe(0.25);
  });
});

test('the clock of the game goes from step to step, and knows nothing outside of them', () => {
  const clock = new GameClock({ firstStep: 4, roomMs: [1_000, 1_050, 1_200], machineAheadMs: 0 });
  expect(clock.gameMs(999)).toBeNull();
  expect(clock.gameMs(1_000)).toBe(4 * STEP_MS);
  expect(clock.gameMs(1_125)).toBe(5.5 * STEP_MS);
  expect(clock.gameMs(1_025)).toBe(4.5 * STEP_MS);
  expect(clock.gameMs(1_200)).toBeNull();
});
