import { Encoder, Reflection } from '@colyseus/schema';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ARENA_MAP } from './arena-map.ts';
import { ArenaState, Fighter } from './arena-state.ts';
import { circleOverlapsBox } from './geometry.ts';
import { MoveInput } from './move-input.ts';
import {
  ARENA_TEMPO,
  BUTTON,
  DASH_SPEED,
  EFFECT,
  FIGHTER_RADIUS,
  HASTE_SPEED,
  STANCE,
  STEP_SECONDS,
  WALK_SPEED,
} from './rules.ts';
import { type FighterBody, isDashing, type MoveIntent, stepFighter } from './step-fighter.ts';

const seed = Date.now() % 2_147_483_647;
const runs = { seed, numRuns: 300 };

/** Rounding to the grid may add this to one step, per axis half a sixteenth; twice: once off a wall. */
const GRID_SLACK = ARENA_MAP.positionGrid * 2;

const anIntent = fc.record({
  moveX: fc.integer({ min: -128, max: 127 }),
  moveY: fc.integer({ min: -128, max: 127 }),
  buttons: fc.integer({ min: 0, max: 3 }),
});
const intents = fc.array(fc.tuple(anIntent, fc.integer({ min: 1, max: 25 })), {
  minLength: 1,
  maxLength: 40,
});
const aSpawn = fc.constantFrom(...ARENA_MAP.spawns);
const effects = fc.constantFrom(0, EFFECT.haste);

function bodyAt(spawn: { x: number; y: number }, bodyEffects = 0): FighterBody {
  return { ...spawn, dashClock: 0, effects: bodyEffects, stance: STANCE.fighting };
}

describe(`stepFighter (seed ${seed})`, () => {
  test('never ends inside a wall, nor outside the arena', () => {
    fc.assert(
      fc.property(aSpawn, effects, intents, (spawn, bodyEffects, plan) => {
        const body = bodyAt(spawn, bodyEffects);
        for (const [intent, times] of plan) {
          for (let i = 0; i < times; i += 1) {
            stepFighter(body, intent, ARENA_TEMPO, ARENA_MAP);
            const walls = ARENA_MAP.walls.filter((wall) =>
              circleOverlapsBox(body.x, body.y, FIGHTER_RADIUS, wall),
            );
            expect(walls).toEqual([]);
            expect(body.x > 0 && body.x < ARENA_MAP.width).toBe(true);
            expect(body.y > 0 && body.y < ARENA_MAP.height).toBe(true);
          }
        }
      }),
      runs,
    );
  });

  test('never moves faster than the rules allow, in any direction and along any wall', () => {
    const stepOnce = (body: FighterBody, intent: MoveIntent) => {
      const before = { ...body };
      stepFighter(body, intent, ARENA_TEMPO, ARENA_MAP);
      const walking = body.effects === EFFECT.haste ? HASTE_SPEED : WALK_SPEED;
      const top = isDashing(body.dashClock) ? DASH_SPEED : walking;
      const moved = Math.hypot(body.x - before.x, body.y - before.y);
      expect(moved).toBeLessThanOrEqual(top * STEP_SECONDS + GRID_SLACK);
    };
    fc.assert(
      fc.property(aSpawn, effects, intents, (spawn, bodyEffects, plan) => {
        const body = bodyAt(spawn, bodyEffects);
        for (const [intent, times] of plan) {
          for (let i = 0; i < times; i += 1) stepOnce(body, intent);
        }
      }),
      runs,
    );
  });

  test('the room and a client that decoded its state take the same step, bit for bit', () => {
    fc.assert(
      fc.property(aSpawn, effects, intents, (spawn, bodyEffects, plan) => {
        // The room's side: the synchronised object itself.
        const state = new ArenaState();
        const fighter = new Fighter();
        Object.assign(fighter, bodyAt(spawn, bodyEffects));
        state.fighters.set('me', fighter);
        const encoder = new Encoder(state);
        const decoder = Reflection.decode<ArenaState>(Reflection.encode(encoder));
        decoder.decode(encoder.encodeAll());
        encoder.discardChanges();
        // The client's side: a plain copy of the decoded state, stepped with the quantised input.
        const received = decoder.state.fighters.get('me') as Fighter;
        const predicted: FighterBody = {
          x: received.x,
          y: received.y,
          dashClock: received.dashClock,
          effects: received.effects,
          stance: received.stance,
        };
        for (const [intent] of plan) {
          const input = new MoveInput();
          Object.assign(input, intent);
          stepFighter(fighter, input, ARENA_TEMPO, ARENA_MAP);
          stepFighter(predicted, input, ARENA_TEMPO, ARENA_MAP);
          decoder.decode(encoder.encode());
          encoder.discardChanges();
          expect(Object.is(received.x, predicted.x) && Object.is(received.y, predicted.y)).toBe(
            true,
          );
          expect([fighter.x, fighter.y, fighter.dashClock]).toEqual([
            predicted.x,
            predicted.y,
            predicted.dashClock,
          ]);
        }
      }),
      { ...runs, numRuns: 100 },
    );
  });

  test('the dead and the frozen stay where they are', () => {
    for (const stance of [STANCE.dead, STANCE.frozen]) {
      const body = { ...bodyAt({ x: 200, y: 120 }), stance };
      stepFighter(body, { moveX: 127, moveY: 0, buttons: BUTTON.dash }, ARENA_TEMPO, ARENA_MAP);
      expect(body).toMatchObject({ x: 200, y: 120 });
    }
  });

  test('slides along a wall instead of sticking to it', () => {
    const body = bodyAt({ x: 120, y: 61 });
    for (let i = 0; i < 30; i += 1) {
      stepFighter(body, { moveX: 127, moveY: -127, buttons: 0 }, ARENA_TEMPO, ARENA_MAP);
    }
    expect(body.y).toBeLessThan(61.1);
    expect(body.x).toBeGreaterThan(120 + 0.95 * WALK_SPEED * Math.SQRT1_2);
  });

  test('a dash is fast, short, and waits for its next turn', () => {
    const body = bodyAt({ x: 120, y: 560 });
    const distances = Array.from({ length: 62 }, () => {
      const before = body.y;
      const moveY = body.y > 700 ? -127 : 127;
      stepFighter(body, { moveX: 0, moveY, buttons: BUTTON.dash }, ARENA_TEMPO, ARENA_MAP);
      return Math.abs(body.y - before);
    });
    const fast = distances.map((distance) => distance > 15);
    expect(fast.slice(0, 5)).toEqual([true, true, true, true, true]);
    expect(fast.slice(5, 60)).not.toContain(true);
    expect(fast[60]).toBe(true);
  });
});

describe('the arena', () => {
  test('every spawn and pickup is free ground', () => {
    for (const spot of [...ARENA_MAP.spawns, ...ARENA_MAP.pickups]) {
      const walls = ARENA_MAP.walls.filter((wall) => circleOverlapsBox(spot.x, spot.y, 26, wall));
      expect({ spot, walls }).toEqual({ spot, walls: [] });
    }
  });

  test('is the same from all four corners', () => {
    const has = (x: number, y: number, width: number, height: number) =>
      ARENA_MAP.walls.some(
        (wall) => wall.x === x && wall.y === y && wall.width === width && wall.height === height,
      );
    for (const { x, y, width, height } of ARENA_MAP.walls) {
      expect(has(ARENA_MAP.width - x - width, y, width, height)).toBe(true);
      expect(has(x, ARENA_MAP.height - y - height, width, height)).toBe(true);
    }
  });
});
