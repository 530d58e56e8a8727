import { buttonBits, type Wish, type WishSource } from './wish.ts';

const DEAD_ZONE = 0.2;
// Indices of the standard mapping (W3C Gamepad, section "Remapping").
const RIGHT_TRIGGER = 7;
const RIGHT_BUMPER = 5;
const LEFT_TRIGGER = 6;
const SOUTH = 0;

/** The first gamepad: left stick moves, right stick aims, right trigger shoots, left trigger or the south button dashes. */
export class Gamepads implements WishSource {
  usedAtMs = Number.NEGATIVE_INFINITY;
  #aim: number | null = null;

  read(): Wish {
    const pad = navigator.getGamepads?.().find((candidate) => candidate?.mapping === 'standard');
    if (pad === null || pad === undefined) return { moveX: 0, moveY: 0, aim: null, buttons: 0 };
    const [moveX, moveY] = stick(pad.axes[0] ?? 0, pad.axes[1] ?? 0);
    const [aimX, aimY] = stick(pad.axes[2] ?? 0, pad.axes[3] ?? 0);
    const isDown = (button: number) => pad.buttons[button]?.pressed === true;
    const fires = isDown(RIGHT_TRIGGER) || isDown(RIGHT_BUMPER);
    const dashes = isDown(LEFT_TRIGGER) || isDown(SOUTH);
    if (aimX !== 0 || aimY !== 0) this.#aim = Math.atan2(aimY, aimX);
    const isUsed = fires || dashes || moveX !== 0 || moveY !== 0 || aimX !== 0 || aimY !== 0;
    if (isUsed) this.usedAtMs = performance.now();
    return { moveX, moveY, aim: this.#aim, buttons: buttonBits(fires, dashes) };
  }
}

function stick(x: number, y: number): [number, number] {
  return Math.hypot(x, y) < DEAD_ZONE ? [0, 0] : [x, y];
}
