const LEFT = 'KeyQ';
const RIGHT = 'KeyE';
/** A tap turns by this much, in radians: half a fighter's width at middle range. */
const FINEST_TURN = 0.03;
const FASTEST_TURN = 0.16;
/** Each step that the key is held turns faster by this factor: fine at first, a half turn within a second. */
const TURN_GROWTH = 1.12;
const STILL = '0 0';

interface KeyAimStep {
  readonly keys: ReadonlySet<string>;
  /** Radians, before this step. */
  readonly aim: number;
  readonly moveX: number;
  readonly moveY: number;
  readonly fires: boolean;
}

/** Aiming without a mouse: where one walks, unless one shoots; Q and E turn. */
export class KeyAim {
  #turn = FINEST_TURN;
  /** Walking would undo what was turned; the aim stays put until one walks elsewhere. */
  #keptFor: string | null = null;

  static isTurnKey(code: string): boolean {
    return code === LEFT || code === RIGHT;
  }

  /** @returns the aim after one step, in radians */
  step({ keys, aim, moveX, moveY, fires }: KeyAimStep): number {
    const walk = `${Math.sign(moveX)} ${Math.sign(moveY)}`;
    const side = (keys.has(RIGHT) ? 1 : 0) - (keys.has(LEFT) ? 1 : 0);
    if (side !== 0) {
      const turned = aim + side * this.#turn;
      this.#turn = Math.min(FASTEST_TURN, this.#turn * TURN_GROWTH);
      this.#keptFor = walk;
      return Math.atan2(Math.sin(turned), Math.cos(turned));
    }
    this.#turn = FINEST_TURN;
    if (fires) {
      // Who shoots side-steps without losing the target.
      this.#keptFor = walk;
      return aim;
    }
    if (walk === this.#keptFor && walk !== STILL) return aim;
    this.#keptFor = null;
    if (walk === STILL) return aim;
    return Math.atan2(Math.sign(moveY), Math.sign(moveX));
  }
}
