import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ARENA_MAP } from './arena-map.ts';
import {
  BUTTON,
  EFFECT,
  FIGHTER_RADIUS,
  SHOT_INTERVAL_STEPS,
  SHOT_RANGE,
  STANCE,
} from './rules.ts';
import { hasLineOfSight, shotAngles, Trigger, traceShot } from './weapon.ts';

const seed = Date.now() % 2_147_483_647;

describe(`traceShot (seed ${seed})`, () => {
  test('hits the nearest of two in line, at its rim', () => {
    const result = traceShot({ x: 120, y: 120 }, 0, ARENA_MAP, [
      { target: 'far', x: 420, y: 120 },
      { target: 'near', x: 300, y: 120 },
    ]);
    expect(result).toEqual({ target: 'near', distance: 180 - FIGHTER_RADIUS });
  });

  test('does not pass through walls', () => {
    const wall = { x: 430, y: 290 };
    const shot = traceShot({ x: 600, y: 200 }, Math.PI / 2, ARENA_MAP, [
      { target: 'behind', x: 600, y: 420 },
    ]);
    expect(shot.target).toBeNull();
    expect(shot.distance).toBeCloseTo(wall.y - 200, 6);
  });

  test('ends within its range and never inside a wall', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ARENA_MAP.spawns),
        fc.double({ min: -10, max: 10, noNaN: true }),
        (spawn, angle) => {
          const { distance } = traceShot(spawn, angle, ARENA_MAP, []);
          expect(distance).toBeLessThanOrEqual(SHOT_RANGE);
          const end = {
            x: spawn.x + Math.cos(angle) * (distance - 0.01),
            y: spawn.y + Math.sin(angle) * (distance - 0.01),
          };
          expect(hasLineOfSight(spawn.x, spawn.y, end, ARENA_MAP)).toBe(true);
        },
      ),
      { seed },
    );
  });
});

describe('Trigger', () => {
  test('a held trigger fires once per interval, however long it is held', () => {
    const trigger = new Trigger();
    const shots = Array.from({ length: 100 }, () => trigger.pull(BUTTON.fire, STANCE.fighting));
    expect(shots.filter(Boolean)).toHaveLength(100 / SHOT_INTERVAL_STEPS);
  });

  test('hammering the trigger is no faster than holding it', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 200 }), (presses) => {
        const trigger = new Trigger();
        const fired = presses.filter((isDown) => trigger.pull(isDown ? BUTTON.fire : 0, 1)).length;
        expect(fired).toBeLessThanOrEqual(Math.ceil(presses.length / SHOT_INTERVAL_STEPS));
      }),
      { seed },
    );
  });

  test('the dead do not shoot', () => {
    expect(new Trigger().pull(BUTTON.fire, STANCE.dead)).toBe(false);
  });
});

test('the triple shot spreads around the aim', () => {
  expect(shotAngles(1, 0)).toEqual([1]);
  const angles = shotAngles(1, EFFECT.triple);
  expect(angles).toHaveLength(3);
  expect((Math.min(...angles) + Math.max(...angles)) / 2).toBeCloseTo(1, 9);
});
