import type { Gamepads } from './gamepads.ts';
import type { KeyboardMouse } from './keyboard-mouse.ts';
import type { TouchSticks } from './touch-sticks.ts';
import type { Wish, WishOrigin, WishSource } from './wish.ts';

/** Keyboard and mouse, touch and gamepad; the one used last counts. */
export class Controls {
  readonly #sources: readonly WishSource[];

  constructor(keyboardMouse: KeyboardMouse, touch: TouchSticks, gamepads: Gamepads) {
    this.#sources = [keyboardMouse, touch, gamepads];
  }

  read(from: WishOrigin): Wish {
    let wish: Wish = { moveX: 0, moveY: 0, aim: null, buttons: 0 };
    let usedAtMs = Number.NEGATIVE_INFINITY;
    for (const source of this.#sources) {
      const said = source.read(from);
      if (source.usedAtMs > usedAtMs) {
        usedAtMs = source.usedAtMs;
        wish = said;
      }
    }
    return wish;
  }
}
