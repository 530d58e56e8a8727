import { BUTTON } from '../../shared/rules.ts';
import type { Gamepads } from './gamepads.ts';
import type { KeyboardMouse } from './keyboard-mouse.ts';
import type { TouchSticks } from './touch-sticks.ts';

/** What the player wants right now, whatever it is said with. */
export interface Wish {
  /** -1 … 1, right. */
  readonly moveX: number;
  /** -1 … 1, down. */
  readonly moveY: number;
  /** Radians; null to keep the aim. */
  readonly aim: number | null;
  /** Bits of `BUTTON`. */
  readonly buttons: number;
}

/** One way to say it. `read` is called once per simulation step. */
export interface WishSource {
  /** When the player last used it, `performance.now()` ms. */
  readonly usedAtMs: number;
  read(aimOrigin: { x: number; y: number }): Wish;
}

/** Keyboard and mouse, touch and gamepad; the one used last counts. */
export class Controls {
  readonly #sources: readonly WishSource[];

  constructor(keyboardMouse: KeyboardMouse, touch: TouchSticks, gamepads: Gamepads) {
    this.#sources = [keyboardMouse, touch, gamepads];
  }

  /** @param aimOrigin - where the player's fighter is on the screen, CSS pixels */
  read(aimOrigin: { x: number; y: number }): Wish {
    let wish: Wish = { moveX: 0, moveY: 0, aim: null, buttons: 0 };
    let usedAtMs = Number.NEGATIVE_INFINITY;
    for (const source of this.#sources) {
      const said = source.read(aimOrigin);
      if (source.usedAtMs > usedAtMs) {
        usedAtMs = source.usedAtMs;
        wish = said;
      }
    }
    return wish;
  }
}

/** Puts `fire` and `dash` into the bits of an input. */
export function buttonBits(fires: boolean, dashes: boolean): number {
  return (fires ? BUTTON.fire : 0) | (dashes ? BUTTON.dash : 0);
}
