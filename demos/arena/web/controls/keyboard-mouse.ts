import { KeyAim } from './key-aim.ts';
import { KeyState } from './key-state.ts';
import { buttonBits, type Wish, type WishOrigin, type WishSource } from './wish.ts';

/** By physical key, so that WASD is a cross on every keyboard layout. */
const MOVES: Readonly<Record<string, readonly [number, number]>> = {
  KeyW: [0, -1],
  ArrowUp: [0, -1],
  KeyS: [0, 1],
  ArrowDown: [0, 1],
  KeyA: [-1, 0],
  ArrowLeft: [-1, 0],
  KeyD: [1, 0],
  ArrowRight: [1, 0],
};

/**
 * WASD or arrows to move, mouse to aim, left button or space to shoot, right button or shift to dash. Without a mouse one
 * aims where one walks, and Q and E turn the aim.
 */
export class KeyboardMouse implements WishSource {
  usedAtMs = 0;
  readonly #keys = new KeyState();
  readonly #keyAim = new KeyAim();
  readonly #closers: (() => void)[] = [];
  #mouse: { x: number; y: number } | null = null;
  #fires = false;
  #dashes = false;

  constructor(surface: HTMLElement) {
    this.#on(window, 'keydown', (event) => {
      if (isTyping(event.target)) return;
      if (event.code in MOVES || event.code === 'Space') event.preventDefault();
      this.#keys.press(event.code);
      // Whoever turns the aim by key has put the mouse aside.
      if (KeyAim.isTurnKey(event.code)) this.#mouse = null;
      this.#use();
    });
    this.#on(window, 'keyup', (event) => this.#keys.release(event.code));
    // A key released while another window has the focus is never reported.
    this.#on(window, 'blur', () => this.#releaseAll());
    this.#on(window, 'pointermove', (event) => {
      if (event.pointerType !== 'mouse') return;
      this.#mouse = { x: event.clientX, y: event.clientY };
      this.#use();
    });
    this.#on(surface, 'pointerdown', (event) => {
      if (event.pointerType !== 'mouse') return;
      if (event.button === 0) this.#fires = true;
      if (event.button === 2) this.#dashes = true;
      this.#mouse = { x: event.clientX, y: event.clientY };
      this.#use();
    });
    this.#on(window, 'pointerup', (event) => {
      if (event.pointerType !== 'mouse') return;
      if (event.button === 0) this.#fires = false;
      if (event.button === 2) this.#dashes = false;
    });
    this.#on(surface, 'contextmenu', (event) => event.preventDefault());
  }

  /** Where the pointer is, CSS pixels; null while the keys aim. */
  get pointer(): { readonly x: number; readonly y: number } | null {
    return this.#mouse;
  }

  read(from: WishOrigin): Wish {
    const keys = this.#keys.step();
    let moveX = 0;
    let moveY = 0;
    for (const code of keys) {
      const move = MOVES[code];
      if (move === undefined) continue;
      moveX += move[0];
      moveY += move[1];
    }
    const fires = this.#fires || keys.has('Space');
    const dashes = this.#dashes || keys.has('ShiftLeft') || keys.has('ShiftRight');
    return {
      moveX: Math.sign(moveX),
      moveY: Math.sign(moveY),
      aim:
        this.#mouse === null
          ? this.#keyAim.step({ keys, aim: from.aim, moveX, moveY, fires })
          : Math.atan2(this.#mouse.y - from.y, this.#mouse.x - from.x),
      buttons: buttonBits(fires, dashes),
    };
  }

  close(): void {
    for (const close of this.#closers) close();
  }

  #releaseAll(): void {
    this.#keys.releaseAll();
    this.#fires = false;
    this.#dashes = false;
  }

  #use(): void {
    this.usedAtMs = performance.now();
  }

  #on<K extends keyof HTMLElementEventMap>(
    target: Window | HTMLElement,
    type: K,
    listener: (event: HTMLElementEventMap[K]) => void,
  ): void {
    target.addEventListener(type, listener as EventListener);
    this.#closers.push(() => target.removeEventListener(type, listener as EventListener));
  }
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement || target instanceof HTMLButtonElement;
}
