/** Where the player wants to go, from -127 to 127 on each axis. */
export interface Direction {
  readonly x: number;
  readonly y: number;
}

const FULL = 127;
const KEYS: Readonly<Record<string, Direction>> = {
  ArrowLeft: { x: -FULL, y: 0 },
  KeyA: { x: -FULL, y: 0 },
  ArrowRight: { x: FULL, y: 0 },
  KeyD: { x: FULL, y: 0 },
  ArrowUp: { x: 0, y: -FULL },
  KeyW: { x: 0, y: -FULL },
  ArrowDown: { x: 0, y: FULL },
  KeyS: { x: 0, y: FULL },
};
/** A finger that is dragged so far asks for full speed, in CSS pixels. */
const FULL_DRAG_PX = 40;

/** Keys, and a pointer that is pressed and dragged; whichever says something. */
export function steering(area: HTMLElement): () => Direction {
  const held = new Set<string>();
  let drag: { readonly fromX: number; readonly fromY: number; x: number; y: number } | null = null;

  addEventListener('keydown', (event) => {
    if (!(event.code in KEYS)) return;
    held.add(event.code);
    event.preventDefault();
  });
  addEventListener('keyup', (event) => held.delete(event.code));
  // A key that is let go in another window is not told here.
  addEventListener('blur', () => held.clear());

  area.addEventListener('pointerdown', (event) => {
    area.setPointerCapture(event.pointerId);
    drag = { fromX: event.clientX, fromY: event.clientY, x: 0, y: 0 };
  });
  area.addEventListener('pointermove', (event) => {
    if (drag === null) return;
    drag.x = scaled(event.clientX - drag.fromX);
    drag.y = scaled(event.clientY - drag.fromY);
  });
  const release = () => {
    drag = null;
  };
  area.addEventListener('pointerup', release);
  area.addEventListener('pointercancel', release);

  return () => {
    const directions = [...held].map((code) => KEYS[code]).concat(drag ?? []);
    const sum = (axis: 'x' | 'y') =>
      directions.reduce((total, direction) => total + (direction?.[axis] ?? 0), 0);
    return { x: bounded(sum('x')), y: bounded(sum('y')) };
  };
}

function scaled(distancePx: number): number {
  return Math.round((distancePx / FULL_DRAG_PX) * FULL);
}

function bounded(value: number): number {
  return Math.max(-FULL, Math.min(FULL, value));
}
