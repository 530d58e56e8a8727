import type { ArenaMap } from './arena-map.ts';
import { rayEntersCircle } from './geometry.ts';
import {
  ARENA_TEMPO,
  BUTTON,
  EFFECT,
  FIGHTER_RADIUS,
  SHOT_RANGE,
  STANCE,
  type Tempo,
  TRIPLE_SPREAD,
} from './rules.ts';

/** Something a shot can hit, where the shooter saw it. */
export interface ShotTarget<T> {
  readonly target: T;
  readonly x: number;
  readonly y: number;
}

export interface ShotResult<T> {
  /** Null when the shot ended at a wall or at the end of its range. */
  readonly target: T | null;
  /** How far the shot flew, in units. */
  readonly distance: number;
}

/**
 * The trigger of one fighter, counted in its own inputs: the room and the client's own display agree on every shot without
 * a word about it on the wire. How many inputs a client may have applied is limited by the room's input budget.
 */
export class Trigger {
  readonly #intervalSteps: number;
  #stepsToReady = 0;

  constructor(tempo: Tempo = ARENA_TEMPO) {
    this.#intervalSteps = tempo.shotIntervalSteps;
  }

  /** Call once for each input. @returns whether this input fires a shot */
  pull(buttons: number, stance: number): boolean {
    if (this.#stepsToReady > 0) this.#stepsToReady -= 1;
    const fires =
      (buttons & BUTTON.fire) !== 0 && stance === STANCE.fighting && this.#stepsToReady === 0;
    if (fires) this.#stepsToReady = this.#intervalSteps;
    return fires;
  }
}

/** The directions of one pull of the trigger, in radians. */
export function shotAngles(aim: number, effects: number): readonly number[] {
  return (effects & EFFECT.triple) !== 0 ? [aim, aim - TRIPLE_SPREAD, aim + TRIPLE_SPREAD] : [aim];
}

/** Follows one shot from the fighter's centre until a wall, a fighter or the end of its range. */
export function traceShot<T>(
  from: { readonly x: number; readonly y: number },
  angle: number,
  map: ArenaMap,
  targets: Iterable<ShotTarget<T>>,
): ShotResult<T> {
  const dirX = Math.cos(angle);
  const dirY = Math.sin(angle);
  let distance = Math.min(
    SHOT_RANGE,
    map.wallGrid.firstAlong(from.x, from.y, dirX, dirY, SHOT_RANGE),
  );
  let hit: T | null = null;
  for (const { target, x, y } of targets) {
    const enters = rayEntersCircle(from.x, from.y, dirX, dirY, { x, y, radius: FIGHTER_RADIUS });
    if (enters < distance) {
      distance = enters;
      hit = target;
    }
  }
  return { target: hit, distance };
}

/** Whether nothing but air is between two points. */
export function hasLineOfSight(
  fromX: number,
  fromY: number,
  to: { readonly x: number; readonly y: number },
  map: ArenaMap,
): boolean {
  const dx = to.x - fromX;
  const dy = to.y - fromY;
  const distance = Math.sqrt(dx * dx + dy * dy);
  if (distance === 0) return true;
  const first = map.wallGrid.firstAlong(fromX, fromY, dx / distance, dy / distance, distance);
  return first > distance;
}
