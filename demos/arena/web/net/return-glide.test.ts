import { expect, test } from 'vitest';
import { ReturnGlide } from './return-glide.ts';

const FRAME_MS = 16;
const START = { x: 0, y: 0, aim: 0 };
const ELSEWHERE = { x: 130, y: 0, aim: 1 };

function backAt(nowMs: number): ReturnGlide {
  const glide = new ReturnGlide(300);
  glide.frame(nowMs, true);
  return glide;
}

test('leads a fighter to where it is, in small steps that end there', () => {
  const glide = backAt(1_000);
  let drawn = START;
  const steps: number[] = [];
  for (let nowMs = 1_000 + FRAME_MS; nowMs <= 1_500; nowMs += FRAME_MS) {
    glide.frame(nowMs, false);
    const next = glide.drawn(drawn, ELSEWHERE);
    steps.push(next.x - drawn.x);
    drawn = next;
  }
  expect(drawn).toEqual(ELSEWHERE);
  expect(Math.min(...steps)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...steps)).toBeLessThan(30);
});

test.each([
  ['long after the return', 2_000, ELSEWHERE],
  ['a respawn', 1_016, { ...ELSEWHERE, x: 400 }],
])('%s, it is drawn where it is', (_, nowMs, real) => {
  const glide = backAt(1_000);
  glide.frame(nowMs, false);
  expect(glide.drawn(START, real)).toEqual(real);
});
