import type { CDPSession, Page } from 'playwright-core';
import type { ArenaWindow } from '../../../demos/arena/web/arena-window.ts';

/** What a pilot wants its hands to do until the next look. */
export interface Aims {
  /** -1, 0 or 1 each. */
  readonly walk: { readonly x: number; readonly y: number };
  /** Whom to aim at, in units; null to look where one walks. */
  readonly target: { readonly x: number; readonly y: number } | null;
  readonly fires: boolean;
}

/** One way to play, by the events a person would cause. */
export interface Hands {
  hold(view: ArenaWindow, aims: Aims): Promise<void>;
  letGo(): Promise<void>;
}

/** Keys that are held down, changed one by one. */
class HeldKeys {
  readonly #page: Page;
  #held = new Set<string>();

  constructor(page: Page) {
    this.#page = page;
  }

  async hold(wanted: ReadonlySet<string>): Promise<void> {
    for (const key of this.#held) {
      if (!wanted.has(key)) await this.#page.keyboard.up(key);
    }
    for (const key of wanted) {
      if (!this.#held.has(key)) await this.#page.keyboard.down(key);
    }
    this.#held = new Set(wanted);
  }
}

/** WASD and the mouse. */
export class MouseAndKeys implements Hands {
  readonly #page: Page;
  readonly #keys: HeldKeys;
  #isButtonDown = false;

  constructor(page: Page) {
    this.#page = page;
    this.#keys = new HeldKeys(page);
  }

  async hold({ view }: ArenaWindow, { walk, target, fires }: Aims): Promise<void> {
    await this.#keys.hold(walkingKeys(walk, ['KeyW', 'KeyA', 'KeyS', 'KeyD']));
    const size = this.#page.viewportSize();
    if (target !== null && size !== null) {
      const x = ((target.x - view.x) / view.width) * size.width;
      const y = ((target.y - view.y) / view.height) * size.height;
      await this.#page.mouse.move(within(x, size.width), within(y, size.height));
    }
    if (fires !== this.#isButtonDown) {
      this.#isButtonDown = fires;
      await (fires ? this.#page.mouse.down() : this.#page.mouse.up());
    }
  }

  async letGo(): Promise<void> {
    await this.#keys.hold(new Set());
    if (this.#isButtonDown) await this.#page.mouse.up();
    this.#isButtonDown = false;
  }
}

/** Steps of `KeyAim`: a held Q or E turns finely first, then faster. */
const FIRST_TURN = 0.03;
const TURN_GROWTH = 1.12;
const STEP_MS = 1_000 / 30;

/** Arrows, space, Q and E; no mouse anywhere. */
export class KeysOnly implements Hands {
  readonly #page: Page;
  readonly #keys: HeldKeys;

  constructor(page: Page) {
    this.#page = page;
    this.#keys = new HeldKeys(page);
  }

  async hold({ me }: ArenaWindow, { walk, target, fires }: Aims): Promise<void> {
    const keys = walkingKeys(walk, ['ArrowUp', 'ArrowLeft', 'ArrowDown', 'ArrowRight']);
    if (fires) keys.add('Space');
    await this.#keys.hold(keys);
    if (me === null || target === null || !fires) return;
    const turn = wrapped(Math.atan2(target.y - me.y, target.x - me.x) - me.aim);
    if (Math.abs(turn) < FIRST_TURN) return;
    const steps =
      Math.log(1 + (Math.abs(turn) * (TURN_GROWTH - 1)) / FIRST_TURN) / Math.log(TURN_GROWTH);
    // As long as a person would press it for this much of a turn.
    await this.#page.keyboard.press(turn > 0 ? 'KeyE' : 'KeyQ', {
      delay: Math.max(1, (steps - 1) * STEP_MS),
    });
  }

  async letGo(): Promise<void> {
    await this.#keys.hold(new Set());
  }
}

/** Two thumbs. */
export class Thumbs implements Hands {
  readonly #devTools: CDPSession;
  readonly #left: { readonly x: number; readonly y: number };
  readonly #right: { readonly x: number; readonly y: number };
  readonly #reach = 50;
  #isDown = false;

  static async open(page: Page): Promise<Thumbs> {
    return new Thumbs(
      await page.context().newCDPSession(page),
      page.viewportSize() ?? { width: 390, height: 844 },
    );
  }

  private constructor(devTools: CDPSession, screen: { width: number; height: number }) {
    this.#devTools = devTools;
    this.#left = { x: screen.width * 0.25, y: screen.height * 0.79 };
    this.#right = { x: screen.width * 0.75, y: screen.height * 0.79 };
  }

  async hold({ me }: ArenaWindow, { walk, target, fires }: Aims): Promise<void> {
    if (!this.#isDown) await this.#touch('touchStart', this.#left, this.#right);
    this.#isDown = true;
    const walks = walk.x !== 0 || walk.y !== 0;
    const left = walks ? this.#pushed(this.#left, Math.atan2(walk.y, walk.x)) : this.#left;
    const right =
      fires && me !== null && target !== null
        ? this.#pushed(this.#right, Math.atan2(target.y - me.y, target.x - me.x))
        : this.#right;
    await this.#touch('touchMove', left, right);
  }

  async letGo(): Promise<void> {
    if (this.#isDown) await this.#touch('touchEnd');
    this.#isDown = false;
  }

  #pushed(from: { x: number; y: number }, angle: number): { x: number; y: number } {
    return {
      x: from.x + Math.cos(angle) * this.#reach,
      y: from.y + Math.sin(angle) * this.#reach,
    };
  }

  async #touch(
    type: 'touchStart' | 'touchMove' | 'touchEnd',
    ...points: readonly { readonly x: number; readonly y: number }[]
  ): Promise<void> {
    await this.#devTools.send('Input.dispatchTouchEvent', {
      type,
      touchPoints: points.map(({ x, y }, id) => ({ x, y, id })),
    });
  }
}

function walkingKeys(
  walk: { readonly x: number; readonly y: number },
  [up, left, down, right]: readonly [string, string, string, string],
): Set<string> {
  const keys = new Set<string>();
  if (walk.x !== 0) keys.add(walk.x < 0 ? left : right);
  if (walk.y !== 0) keys.add(walk.y < 0 ? up : down);
  return keys;
}

function within(value: number, size: number): number {
  return Math.min(size - 2, Math.max(2, value));
}

function wrapped(angle: number): number {
  return Math.atan2(Math.sin(angle), Math.cos(angle));
}
