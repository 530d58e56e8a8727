import { BUTTON } from '../../shared/rules.ts';

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
  read(from: WishOrigin): Wish;
}

/** The player's fighter as it is drawn now. */
export interface WishOrigin {
  /** CSS pixels. */
  readonly x: number;
  readonly y: number;
  /** Radians. */
  readonly aim: number;
}

/** Puts `fire` and `dash` into the bits of an input. */
export function buttonBits(fires: boolean, dashes: boolean): number {
  return (fires ? BUTTON.fire : 0) | (dashes ? BUTTON.dash : 0);
}
