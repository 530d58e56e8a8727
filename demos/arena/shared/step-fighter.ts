import type { ArenaMap } from './arena-map.ts';
import { circleOverlapsBox, type Point, pushCircleOutOfBox } from './geometry.ts';
import {
  ARENA_TEMPO,
  BUTTON,
  DASH_SPEED,
  EFFECT,
  FIGHTER_RADIUS,
  HASTE_SPEED,
  STANCE,
  type Tempo,
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

const MAX_PUSHES = 4;

/**
 * Advances one fighter by one input. The room and the predicting browser run this same function on the same quantised
 * input; that is what makes prediction exact.
 */
export function stepFighter(
  body: FighterBody,
  intent: MoveIntent,
  tempo: Tempo,
  map: ArenaMap,
): void {
  const length = Math.sqrt(intent.moveX * intent.moveX + intent.moveY * intent.moveY);
  const isMoving = length > 0 && body.stance === STANCE.fighting;
  const wantsDash = (intent.buttons & BUTTON.dash) !== 0;
  if (body.dashClock > 0) body.dashClock -= 1;
  if (wantsDash && isMoving && body.dashClock === 0) body.dashClock = tempo.dashCycleSteps;
  if (!isMoving) return;

  // A stick pushed half way walks at half speed; a diagonal is never faster than straight on. A dash is all or nothing.
  const speed = isDashing(body.dashClock, tempo)
    ? DASH_SPEED
    : ((body.effects & EFFECT.haste) !== 0 ? HASTE_SPEED : WALK_SPEED) * Math.min(1, length / 127);
  slide(
    body,
    (intent.moveX / length) * speed * tempo.stepSeconds,
    (intent.moveY / length) * speed * tempo.stepSeconds,
    map,
  );
}

/** Whether a fighter with this clock is in the fast part of a dash. */
export function isDashing(dashClock: number, tempo: Tempo = ARENA_TEMPO): boolean {
  return dashClock > tempo.dashCycleSteps - tempo.dashActiveSteps;
}

/** Whether a fighter may stand there: within the map and clear of walls. */
export function isFree(x: number, y: number, map: ArenaMap): boolean {
  return (
    x >= 0 &&
    y >= 0 &&
    x <= map.width &&
    y <= map.height &&
    !map.wallGrid.near(x, y).some((wall) => circleOverlapsBox(x, y, FIGHTER_RADIUS, wall))
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
  const x = snapToGrid(at.x, map);
  const y = snapToGrid(at.y, map);
  // A crevice narrower than a fighter would leave no way out; then it does not go in.
  if (!isFree(x, y, map)) return;
  body.x = x;
  body.y = y;
}

function pushOutOfWalls(at: Point, map: ArenaMap): void {
  // Kept to every wall, so that rounding to the grid (at most 0.71 of it) never ends inside one.
  const reach = FIGHTER_RADIUS + map.positionGrid;
  for (let push = 0; push < MAX_PUSHES; push += 1) {
    let moved = false;
    for (const wall of map.wallGrid.near(at.x, at.y)) {
      if (pushCircleOutOfBox(at, reach, wall)) moved = true;
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

function snapToGrid(value: number, { positionGrid }: ArenaMap): number {
  return Math.round(value / positionGrid) * positionGrid;
}
