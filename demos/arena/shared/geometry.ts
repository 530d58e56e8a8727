// Geometry of circles, axis-aligned boxes and rays. Only + - * / and Math.sqrt, which IEEE 754 rounds alike in every
// engine: a browser that predicts and the room that decides get the same bits (Math.hypot and Math.sin do not promise that).

/** An axis-aligned box, in world units. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Point {
  x: number;
  y: number;
}

/** Whether a circle and a box share any area. Touching does not count. */
export function circleOverlapsBox(x: number, y: number, radius: number, box: Box): boolean {
  const dx = x - clamp(x, box.x, box.x + box.width);
  const dy = y - clamp(y, box.y, box.y + box.height);
  return dx * dx + dy * dy < radius * radius;
}

/**
 * Moves `at` out of `box` along the shortest way, so that a circle of `radius` around it just touches.
 *
 * @returns whether anything had to move
 */
export function pushCircleOutOfBox(at: Point, radius: number, box: Box): boolean {
  const nearestX = clamp(at.x, box.x, box.x + box.width);
  const nearestY = clamp(at.y, box.y, box.y + box.height);
  const dx = at.x - nearestX;
  const dy = at.y - nearestY;
  const squared = dx * dx + dy * dy;
  if (squared >= radius * radius) return false;
  if (squared > 0) {
    const distance = Math.sqrt(squared);
    at.x = nearestX + (dx / distance) * radius;
    at.y = nearestY + (dy / distance) * radius;
    return true;
  }
  // The centre is inside the box: leave through the nearest face.
  const left = at.x - box.x;
  const right = box.x + box.width - at.x;
  const top = at.y - box.y;
  const bottom = box.y + box.height - at.y;
  const least = Math.min(left, right, top, bottom);
  if (least === left) at.x = box.x - radius;
  else if (least === right) at.x = box.x + box.width + radius;
  else if (least === top) at.y = box.y - radius;
  else at.y = box.y + box.height + radius;
  return true;
}

/**
 * Where a ray enters a box (slab method).
 *
 * @param dirX - with `dirY` a unit vector
 * @returns distance along the ray, 0 when it starts inside, Infinity when it misses
 */
export function rayEntersBox(x: number, y: number, dirX: number, dirY: number, box: Box): number {
  let near = 0;
  let far = Number.POSITIVE_INFINITY;
  if (dirX === 0) {
    if (x < box.x || x > box.x + box.width) return Number.POSITIVE_INFINITY;
  } else {
    const a = (box.x - x) / dirX;
    const b = (box.x + box.width - x) / dirX;
    near = Math.max(near, Math.min(a, b));
    far = Math.min(far, Math.max(a, b));
  }
  if (dirY === 0) {
    if (y < box.y || y > box.y + box.height) return Number.POSITIVE_INFINITY;
  } else {
    const a = (box.y - y) / dirY;
    const b = (box.y + box.height - y) / dirY;
    near = Math.max(near, Math.min(a, b));
    far = Math.min(far, Math.max(a, b));
  }
  return near <= far ? near : Number.POSITIVE_INFINITY;
}

/**
 * Where a ray enters a circle.
 *
 * @param dirX - with `dirY` a unit vector
 * @returns distance along the ray, 0 when it starts inside, Infinity when it misses
 */
export function rayEntersCircle(
  x: number,
  y: number,
  dirX: number,
  dirY: number,
  circle: { readonly x: number; readonly y: number; readonly radius: number },
): number {
  const toX = circle.x - x;
  const toY = circle.y - y;
  const squared = toX * toX + toY * toY;
  const reach = circle.radius * circle.radius;
  if (squared <= reach) return 0;
  const along = toX * dirX + toY * dirY;
  if (along <= 0) return Number.POSITIVE_INFINITY;
  const missSquared = squared - along * along;
  if (missSquared > reach) return Number.POSITIVE_INFINITY;
  return along - Math.sqrt(reach - missSquared);
}

export function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
