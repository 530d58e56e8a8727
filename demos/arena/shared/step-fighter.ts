import type { ArenaMap } from './arena-map.ts';
import { circleOverlapsBox, type Point, pushCircleOutOfBox } from './geometry.ts';
import {
  BUTTON,
  DASH_ACTIVE_STEPS,
  DASH_CYCLE_STEPS,
  DASH_SPEED,
  EFFECT,
  FIGHTER_RADIUS,
  HASTE_SPEED,
  STANCE,
  WALK_SPEED,
} from './rules.ts';

/** What the movement of a fighter depends on; all of it is in the synchronised state, so a client can replay it. */
export interface FighterBody {
  /** World units, on the position grid. */
  x: number;
  y: number;
  /** Steps until the next dash may start, counted down from `DASH_CYCLE_STEPS`. */
  dashClock: number;
  /** Bits of `EFFECT`. */
  readonly effects: number;
  /** One of `STANCE`. */
  readonly stance: number;
}

/** The part of an input that moves. */
export interface MoveIntent {
  /** -127 … 127, left to right. */
  readonly moveX: number;
  /** -127 … 127, top to bottom. */
  readonly moveY: number;
  /** Bits of `BUTTON`. */
  readonly buttons: number;
}

/**
 * Positions are whole sixteenths of a unit: exactly what 16 bits carry over the wire for a 4096-unit world, so the position
 * a client receives is the position the room has, bit for bit, and a correct prediction is never "corrected".
 */
export const POSITION_GRID = 1 / 16;
/** Kept to every wall, so that rounding to the grid (at most 0.045 units) never ends inside one. */
const WALL_GAP = POSITION_GRID;
const MAX_PUSHES = 4;

/**
 * Advances one fighter by one input. The room and the predicting browser run this same function on the same quantised
 * input; that is what makes prediction exact.
 */
export function stepFighter(
  body: FighterBody,
  intent: MoveIntent,
  dtSeconds: number,
  map: ArenaMap,
): void {
  const length = Math.sqrt(intent.moveX * intent.moveX + intent.moveY * intent.moveY);
  const isMoving = length > 0 && body.stance === STANCE.fighting;
  const wantsDash = (intent.buttons & BUTTON.dash) !== 0;
  if (body.dashClock > 0) body.dashClock -= 1;
  if (wantsDash && isMoving && body.dashClock === 0) body.dashClock = DASH_CYCLE_STEPS;
  if (!isMoving) return;

  // A stick pushed half way walks at half speed; a diagonal is never faster than straight on. A dash is all or nothing.
  const speed = isDashing(body.dashClock)
    ? DASH_SPEED
    : ((body.effects & EFFECT.haste) !== 0 ? HASTE_SPEED : WALK_SPEED) * Math.min(1, length / 127);
  slide(
    body,
    (intent.moveX / length) * speed * dtSeconds,
    (intent.moveY / length) * speed * dtSeconds,
    map,
  );
}

/** Whether a fighter with this clock is in the fast part of a dash. */
export function isDashing(dashClock: number): boolean {
  return dashClock > DASH_CYCLE_STEPS - DASH_ACTIVE_STEPS;
}

/** Whether a fighter may stand there: within the map and clear of walls. */
export function isFree(x: number, y: number, map: ArenaMap): boolean {
  return (
    x >= 0 &&
    y >= 0 &&
    x <= map.width &&
    y <= map.height &&
    !map.walls.some((wall) => circleOverlapsBox(x, y, FIGHTER_RADIUS, wall))
  );
}

function slide(body: FighterBody, moveX: number, moveY: number, map: ArenaMap): void {
  // Parts shorter than half a radius: the centre never enters a wall, so it is always pushed out on the side it came from.
  const distance = Math.sqrt(moveX * moveX + moveY * moveY);
  const parts = Math.max(1, Math.ceil(distance / (FIGHTER_RADIUS / 2)));
  const at = { x: body.x, y: body.y };
  for (let part = 0; part < parts; part += 1) {
    const fromX = at.x;
    const fromY = at.y;
    at.x += moveX / parts;
    at.y += moveY / parts;
    pushOutOfWalls(at, map);
    shortenTo(distance / parts, at, fromX, fromY);
    pushOutOfWalls(at, map);
  }
  const x = snapToGrid(at.x);
  const y = snapToGrid(at.y);
  // A crevice narrower than a fighter would leave no way out; then it does not go in.
  if (!isFree(x, y, map)) return;
  body.x = x;
  body.y = y;
}

function pushOutOfWalls(at: Point, map: ArenaMap): void {
  for (let push = 0; push < MAX_PUSHES; push += 1) {
    let moved = false;
    for (const wall of map.walls) {
      if (pushCircleOutOfBox(at, FIGHTER_RADIUS + WALL_GAP, wall)) moved = true;
    }
    if (!moved) return;
  }
}

/** Being pushed around a rounded corner can carry a fighter further than it walked: no gain in speed from corners. */
function shortenTo(distance: number, at: Point, fromX: number, fromY: number): void {
  const dx = at.x - fromX;
  const dy = at.y - fromY;
  const moved = Math.sqrt(dx * dx + dy * dy);
  if (moved <= distance) return;
  at.x = fromX + (dx / moved) * distance;
  at.y = fromY + (dy / moved) * distance;
}

function snapToGrid(value: number): number {
  return Math.round(value / POSITION_GRID) * POSITION_GRID;
}
