import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BLEND_MS, DrawnEntity } from './drawn-entity.ts';

const INTERVAL_MS = 50;
const FRAME_MS = 10;
const FIELDS = { names: ['x'], isAngle: [false], snap: 0 };

/** A room that sends a patch each 50 ms, drawn `delayMs` behind; who moves is said by the caller, patch by patch. */
class Screen {
  readonly entity: DrawnEntity;
  readonly #delayMs: number;
  slowestIntervalMs = INTERVAL_MS;
  newestRoomMs = 0;
  previousRoomMs = -INTERVAL_MS;
  readonly intervalMs = INTERVAL_MS;
  nowMs = 0;
  readonly drawn: number[] = [];

  constructor(options: {
    readonly delayMs: number;
    readonly snap?: number;
    readonly angle?: true;
  }) {
    const { delayMs, snap = 0, angle = false } = options;
    this.#delayMs = delayMs;
    this.entity = new DrawnEntity({ ...FIELDS, snap, isAngle: [angle] });
  }

  /** One patch, and the frames until the next. @param x - null: it says nothing of the entity */
  patch(x: number | null): void {
    this.previousRoomMs = this.newestRoomMs;
    this.newestRoomMs += INTERVAL_MS;
    if (x !== null) this.entity.push(this.newestRoomMs, [x], this);
    this.frames(INTERVAL_MS);
  }

  /** Frames without a patch. */
  frames(forMs: number): void {
    const endMs = this.nowMs + forMs;
    for (; this.nowMs < endMs; this.nowMs += FRAME_MS) {
      // Patches take no time here: the newest one is of this very moment.
      this.entity.frame(this.nowMs, this.nowMs + INTERVAL_MS - this.#delayMs, this);
      this.drawn.push(this.entity.drawn[0] as number);
    }
  }

  get x(): number {
    return this.drawn.at(-1) as number;
  }

  /** How far it is drawn from one frame to the next. */
  get steps(): number[] {
    return this.drawn.slice(1).map((x, i) => x - (this.drawn[i] as number));
  }
}

test('[NC-3] between two patches it is where it was', () => {
  const screen = new Screen({ delayMs: 100 });
  for (let i = 1; i <= 10; i += 1) screen.patch(i * 50);
  // The last frame: 40 ms after the newest patch, drawn 100 ms behind.
  expect(screen.x).toBeCloseTo(500 + 40 - 100, 6);
});

test('[NC-5] without news it goes on for 250 ms, and then it stands', () => {
  const screen = new Screen({ delayMs: 60 });
  for (let i = 1; i <= 10; i += 1) screen.patch(i * 50);
  screen.frames(1_000);
  expect(Math.max(...screen.drawn)).toBeCloseTo(500 + 250, 6);
});

test('[NC-5] who is left out of a patch has stopped: nobody runs on', () => {
  const screen = new Screen({ delayMs: 60 });
  for (let i = 1; i <= 10; i += 1) screen.patch(i * 50);
  for (let i = 0; i < 10; i += 1) screen.patch(null);
  expect(Math.max(...screen.drawn)).toBeCloseTo(500, 6);
  expect(screen.x).toBe(500);
});

test('[NC-5] what a guess was wrong about melts away within 100 ms', () => {
  const screen = new Screen({ delayMs: 60 });
  for (let i = 1; i <= 10; i += 1) screen.patch(i * 50);
  // 150 ms of silence, in which it went back.
  screen.frames(150);
  const guessed = screen.x;
  for (let i = 0; i < 3; i += 1) {
    screen.newestRoomMs += INTERVAL_MS;
    screen.entity.push(screen.newestRoomMs, [500 - (i + 1) * 50], screen);
  }
  const drawnBefore = screen.drawn.length;
  screen.frames(BLEND_MS + FRAME_MS);
  const steps = screen.steps.slice(drawnBefore - 1);
  expect(guessed).toBeGreaterThan(580);
  // No frame of it shows more than its part, and the way it really goes.
  expect(Math.max(...steps.map(Math.abs))).toBeLessThan(40);
  expect(screen.x).toBeLessThan(520);
  expect(steps.every((step) => step <= 0)).toBe(true);
});

test('[NC-6] who rests and starts again does not creep before', () => {
  const screen = new Screen({ delayMs: 100 });
  for (let i = 1; i <= 10; i += 1) screen.patch(i * 50);
  for (let i = 0; i < 20; i += 1) screen.patch(null);
  const resting = screen.drawn.length;
  screen.patch(550);
  screen.patch(600);
  screen.patch(650);
  // Drawn 100 ms behind: for the first 50 ms it still stands, then it goes at its speed.
  expect(screen.drawn.slice(resting, resting + 5).every((x) => x === 500)).toBe(true);
  expect(Math.max(...screen.steps.slice(resting))).toBeLessThan(FRAME_MS + 1e-6);
});

test.each([2, 4, 8])(
  '[NC-6] who comes with every %i. patch only walks as steadily as the others',
  (every) => {
    const screen = new Screen({ delayMs: 100 });
    screen.slowestIntervalMs = 8 * INTERVAL_MS;
    for (let i = 1; i <= 160; i += 1) screen.patch(i % every === 0 ? i * 50 : null);
    const settled = screen.steps.slice(screen.steps.length / 2);
    expect(Math.min(...settled)).toBeGreaterThan(FRAME_MS * 0.85);
    expect(Math.max(...settled)).toBeLessThan(FRAME_MS * 1.15);
  },
);

test('[NC-6] who is served less often from now on neither stands nor runs', () => {
  const screen = new Screen({ delayMs: 100 });
  screen.slowestIntervalMs = 8 * INTERVAL_MS;
  for (let i = 1; i <= 60; i += 1) screen.patch(i * 50);
  const near = screen.drawn.length;
  for (let i = 61; i <= 140; i += 1) screen.patch(i % 4 === 0 ? i * 50 : null);
  const settled = screen.steps.slice(near + 100);
  expect(Math.min(...screen.steps.slice(near))).toBeGreaterThanOrEqual(0);
  expect(Math.min(...settled)).toBeGreaterThan(FRAME_MS * 0.85);
  expect(Math.max(...settled)).toBeLessThan(FRAME_MS * 1.15);
});

test('[NC-6] a slower pace is told from rest though he slowed down at the same time', () => {
  const screen = new Screen({ delayMs: 100 });
  screen.slowestIntervalMs = 8 * INTERVAL_MS;
  for (let i = 1; i <= 60; i += 1) screen.patch(i * 50);
  for (let i = 61; i <= 160; i += 1) screen.patch(i % 4 === 0 ? 3_000 + (i - 60) * 12.5 : null);
  const settled = screen.steps.slice(-400);
  expect(Math.min(...settled)).toBeGreaterThan(2.5 * 0.85);
  expect(Math.max(...settled)).toBeLessThan(2.5 * 1.15);
});

test('[NC-6] a patch that nobody got makes nobody stand and run', () => {
  const screen = new Screen({ delayMs: 400 });
  for (let i = 1; i <= 20; i += 1) screen.patch(i * 50);
  // Three patches were left out for a full link.
  screen.newestRoomMs += 3 * INTERVAL_MS;
  screen.frames(3 * INTERVAL_MS);
  for (let i = 24; i <= 40; i += 1) {
    screen.previousRoomMs = i === 24 ? 20 * INTERVAL_MS : screen.newestRoomMs;
    screen.newestRoomMs = i * INTERVAL_MS;
    screen.entity.push(screen.newestRoomMs, [i * 50], screen);
    screen.frames(INTERVAL_MS);
  }
  const settled = screen.steps.slice(60);
  expect(Math.min(...settled)).toBeGreaterThan(FRAME_MS - 1e-6);
  expect(Math.max(...settled)).toBeLessThan(FRAME_MS + 1e-6);
});

test('[NC-9] a teleport is no flight', () => {
  const screen = new Screen({ delayMs: 100, snap: 200 });
  for (let i = 1; i <= 10; i += 1) screen.patch(i * 50);
  screen.patch(5_000);
  screen.patch(5_050);
  screen.patch(5_100);
  screen.patch(5_150);
  const between = screen.drawn.filter((x) => x > 500 && x < 5_000);
  expect(between).toEqual([]);
  expect(screen.x).toBeGreaterThan(5_000);
});

test('[NC-9] angles turn the short way', () => {
  const screen = new Screen({ delayMs: 100, angle: true });
  for (let i = 0; i < 40; i += 1) screen.patch(Math.atan2(Math.sin(i * 0.4), Math.cos(i * 0.4)));
  const settled = screen.steps.slice(20);
  expect(Math.min(...settled)).toBeCloseTo(0.4 / 5, 6);
  expect(Math.max(...settled)).toBeCloseTo(0.4 / 5, 6);
});

test('[NC-7] nobody is led to where he went while nobody looked', () => {
  const screen = new Screen({ delayMs: 60 });
  for (let i = 1; i <= 10; i += 1) screen.patch(i * 50);
  screen.frames(200);
  for (let i = 1; i <= 100; i += 1) {
    screen.previousRoomMs = screen.newestRoomMs;
    screen.newestRoomMs += INTERVAL_MS;
    screen.entity.push(screen.newestRoomMs, [500 - i * 50], screen);
  }
  screen.nowMs = screen.newestRoomMs - INTERVAL_MS;
  screen.entity.settle();
  screen.frames(FRAME_MS);
  expect(screen.x).toBeCloseTo(-4_500 + 60, 6);
});

test('[NC-7] who was out of the picture is drawn where he is, without a way there', () => {
  const screen = new Screen({ delayMs: 60 });
  for (let i = 1; i <= 10; i += 1) screen.patch(i * 50);
  screen.frames(200);
  // He comes back to where he was 400 ms ago; nobody asks for it meanwhile.
  for (let i = 1; i <= 8; i += 1) {
    screen.previousRoomMs = screen.newestRoomMs;
    screen.newestRoomMs += INTERVAL_MS;
    screen.entity.push(screen.newestRoomMs, [500 - i * 50], screen);
  }
  screen.nowMs = screen.newestRoomMs + 100;
  screen.newestRoomMs = screen.nowMs + INTERVAL_MS;
  screen.frames(FRAME_MS);
  expect(screen.x).toBeCloseTo(100, 6);
});

test('[NC-5] nobody is ever drawn beyond where 250 ms at his fastest lead', () => {
  const walks = fc.array(
    fc.record({
      step: fc.integer({ min: -100, max: 100 }),
      /** Patches that say nothing of it. */
      rests: fc.integer({ min: 0, max: 5 }),
      silenceMs: fc.constantFrom(0, 0, 0, 120, 400),
    }),
    { minLength: 3, maxLength: 30 },
  );
  fc.assert(
    fc.property(
      walks,
      fc.constantFrom(60, 100, 300),
      fc.constantFrom(1, 8),
      (walk, delayMs, pace) => {
        const screen = new Screen({ delayMs });
        screen.slowestIntervalMs = pace * INTERVAL_MS;
        const places = [0];
        screen.patch(0);
        for (const { step, rests, silenceMs } of walk) {
          for (let i = 0; i < rests; i += 1) screen.patch(null);
          screen.frames(silenceMs);
          places.push((places.at(-1) as number) + step);
          screen.patch(places.at(-1) as number);
        }
        const farthest = (100 / INTERVAL_MS) * 250;
        expect(Math.max(...screen.drawn)).toBeLessThanOrEqual(Math.max(...places) + 2 * farthest);
        expect(Math.min(...screen.drawn)).toBeGreaterThanOrEqual(
          Math.min(...places) - 2 * farthest,
        );
        // At rest it is where it is.
        for (let i = 0; i < 20; i += 1) screen.patch(null);
        expect(screen.x).toBeCloseTo(places.at(-1) as number, 6);
      },
    ),
  );
});
