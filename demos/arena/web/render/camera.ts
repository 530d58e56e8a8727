import type { Container } from 'pixi.js';
import type { ArenaMap } from '../../shared/arena-map.ts';

/** World area that is always visible, in square units: a phone and a desk see the same amount of arena. */
const VISIBLE_AREA = 1_230 * 770;
const MAX_VISIBLE = 1_500;
/** How much of the outside may show at the border, in units: the corners must not hide under the status and the map. */
const MARGIN = 190;
const FOLLOW_MS = 90;

/** Follows the player, looks a little ahead, and shakes. */
export class Camera {
  #map: ArenaMap;
  readonly #isCalm: boolean;
  #x: number;
  #y: number;
  #trauma = 0;
  #timeMs = 0;
  #width = 1;
  #height = 1;
  scale = 1;

  /** @param isCalm - the visitor asked for reduced motion: no shaking */
  constructor(map: ArenaMap, isCalm: boolean) {
    this.#map = map;
    this.#isCalm = isCalm;
    this.#x = map.width / 2;
    this.#y = map.height / 2;
  }

  /** Another world to look at, from its middle. */
  setMap(map: ArenaMap): void {
    this.#map = map;
    this.jumpTo(map.width / 2, map.height / 2);
  }

  /** Size of the screen in CSS pixels. */
  resize(width: number, height: number): void {
    this.#width = width;
    this.#height = height;
    const byArea = Math.sqrt((width * height) / VISIBLE_AREA);
    this.scale = Math.max(byArea, width / MAX_VISIBLE, height / MAX_VISIBLE);
  }

  /** @param strength - 0.1 a shot, 0.5 a hit, 1 a death */
  shake(strength: number): void {
    if (!this.#isCalm) this.#trauma = Math.min(1, this.#trauma + strength);
  }

  jumpTo(x: number, y: number): void {
    this.#x = x;
    this.#y = y;
  }

  follow(x: number, y: number, elapsedMs: number): void {
    const part = 1 - Math.exp(-elapsedMs / FOLLOW_MS);
    this.#x += (x - this.#x) * part;
    this.#y += (y - this.#y) * part;
    this.#trauma = Math.max(0, this.#trauma - elapsedMs / 500);
    this.#timeMs += elapsedMs;
  }

  /** @param pixelRatio - pixels of the canvas per pixel of CSS: the world stands on whole ones, so its ground is copied as it is */
  applyTo(world: Container, pixelRatio: number): void {
    const { x, y } = this.#view();
    const shake = this.#trauma ** 2 * 16;
    const shakeX = Math.sin(this.#timeMs * 0.071) * shake;
    const shakeY = Math.cos(this.#timeMs * 0.083) * shake;
    world.scale.set(this.scale);
    const whole = (at: number) => Math.round(at * pixelRatio) / pixelRatio;
    world.position.set(
      whole(this.#width / 2 - x * this.scale + shakeX),
      whole(this.#height / 2 - y * this.scale + shakeY),
    );
  }

  /** From the screen (CSS pixels) to the world. */
  toWorld(screenX: number, screenY: number): { x: number; y: number } {
    const { x, y } = this.#view();
    return {
      x: x + (screenX - this.#width / 2) / this.scale,
      y: y + (screenY - this.#height / 2) / this.scale,
    };
  }

  /** What the screen shows, in world units. */
  visible(): { x: number; y: number; width: number; height: number } {
    const { x, y } = this.#view();
    const width = this.#width / this.scale;
    const height = this.#height / this.scale;
    return { x: x - width / 2, y: y - height / 2, width, height };
  }

  /** Whether a point is on the screen, or nearer to it than `margin`, in units. */
  sees(x: number, y: number, margin: number): boolean {
    const view = this.#view();
    return (
      Math.abs(x - view.x) < this.#width / this.scale / 2 + margin &&
      Math.abs(y - view.y) < this.#height / this.scale / 2 + margin
    );
  }

  #view(): { x: number; y: number } {
    return {
      x: keepInside(this.#x, this.#width / this.scale, this.#map.width),
      y: keepInside(this.#y, this.#height / this.scale, this.#map.height),
    };
  }
}

function keepInside(centre: number, visible: number, size: number): number {
  const least = visible / 2 - MARGIN;
  const most = size - visible / 2 + MARGIN;
  return least > most ? size / 2 : Math.min(most, Math.max(least, centre));
}
