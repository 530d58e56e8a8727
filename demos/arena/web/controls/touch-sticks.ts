import { buttonBits, type Wish, type WishSource } from './wish.ts';

/** How far a thumb moves from rest to full deflection, CSS pixels. */
const STICK_REACH = 56;
/** Deflection below which a stick says nothing. */
const DEAD_ZONE = 0.16;
/** The right stick shoots once it is pushed this far; less only aims. */
const FIRE_FROM = 0.42;

interface Stick {
  pointerId: number | null;
  originX: number;
  originY: number;
  x: number;
  y: number;
  readonly base: HTMLElement;
  readonly thumb: HTMLElement;
}

/** Two sticks that appear under the thumbs: left half moves, right half aims and shoots; a button dashes. */
export class TouchSticks implements WishSource {
  usedAtMs = Number.NEGATIVE_INFINITY;
  readonly #left: Stick;
  readonly #right: Stick;
  readonly #surface: HTMLElement;
  readonly #abort = new AbortController();
  #dashes = false;
  #aim: number | null = null;

  constructor(surface: HTMLElement, dashButton: HTMLElement) {
    this.#surface = surface;
    this.#left = createStick(surface, 'left');
    this.#right = createStick(surface, 'right');
    const { signal } = this.#abort;
    surface.addEventListener('pointerdown', (event) => this.#down(event), { signal });
    window.addEventListener('pointermove', (event) => this.#move(event), { signal });
    window.addEventListener('pointerup', (event) => this.#up(event), { signal });
    window.addEventListener('pointercancel', (event) => this.#up(event), { signal });
    dashButton.addEventListener(
      'pointerdown',
      (event) => {
        event.preventDefault();
        this.#dashes = true;
        this.#use();
      },
      { signal },
    );
    window.addEventListener('blur', () => this.#releaseAll(), { signal });
  }

  read(): Wish {
    const move = deflection(this.#left);
    const aim = deflection(this.#right);
    if (aim.length > DEAD_ZONE) this.#aim = Math.atan2(aim.y, aim.x);
    else if (move.length > DEAD_ZONE && this.#right.pointerId === null) {
      // Without the right thumb one looks where one walks.
      this.#aim = Math.atan2(move.y, move.x);
    }
    const dashes = this.#dashes;
    this.#dashes = false;
    return {
      moveX: move.length > DEAD_ZONE ? move.x : 0,
      moveY: move.length > DEAD_ZONE ? move.y : 0,
      aim: this.#aim,
      buttons: buttonBits(aim.length > FIRE_FROM, dashes),
    };
  }

  close(): void {
    this.#abort.abort();
    this.#left.base.remove();
    this.#right.base.remove();
  }

  #down(event: PointerEvent): void {
    if (event.pointerType === 'mouse') return;
    event.preventDefault();
    const stick = event.clientX < window.innerWidth / 2 ? this.#left : this.#right;
    if (stick.pointerId !== null) return;
    stick.pointerId = event.pointerId;
    stick.originX = event.clientX;
    stick.originY = event.clientY;
    stick.x = 0;
    stick.y = 0;
    show(stick);
    this.#surface.dataset['touch'] = 'true';
    this.#use();
  }

  #move(event: PointerEvent): void {
    const stick = this.#stickOf(event);
    if (stick === null) return;
    let dx = event.clientX - stick.originX;
    let dy = event.clientY - stick.originY;
    const length = Math.hypot(dx, dy);
    // The base follows a thumb that wanders off, so full deflection is never out of reach.
    if (length > STICK_REACH) {
      stick.originX += dx * (1 - STICK_REACH / length);
      stick.originY += dy * (1 - STICK_REACH / length);
      dx *= STICK_REACH / length;
      dy *= STICK_REACH / length;
    }
    stick.x = dx / STICK_REACH;
    stick.y = dy / STICK_REACH;
    show(stick);
    this.#use();
  }

  #up(event: PointerEvent): void {
    const stick = this.#stickOf(event);
    if (stick !== null) release(stick);
  }

  #releaseAll(): void {
    release(this.#left);
    release(this.#right);
  }

  #stickOf(event: PointerEvent): Stick | null {
    if (event.pointerId === this.#left.pointerId) return this.#left;
    return event.pointerId === this.#right.pointerId ? this.#right : null;
  }

  #use(): void {
    this.usedAtMs = performance.now();
  }
}

function createStick(surface: HTMLElement, side: 'left' | 'right'): Stick {
  const base = document.createElement('div');
  base.className = `stick stick-${side}`;
  base.setAttribute('aria-hidden', 'true');
  const thumb = document.createElement('div');
  thumb.className = 'stick-thumb';
  base.append(thumb);
  surface.append(base);
  return { pointerId: null, originX: 0, originY: 0, x: 0, y: 0, base, thumb };
}

function show(stick: Stick): void {
  stick.base.classList.add('stick-held');
  stick.base.style.transform = `translate(${stick.originX}px, ${stick.originY}px)`;
  stick.thumb.style.transform = `translate(${stick.x * STICK_REACH}px, ${stick.y * STICK_REACH}px)`;
}

function release(stick: Stick): void {
  stick.pointerId = null;
  stick.x = 0;
  stick.y = 0;
  stick.base.classList.remove('stick-held');
}

function deflection(stick: Stick): { x: number; y: number; length: number } {
  return { x: stick.x, y: stick.y, length: Math.hypot(stick.x, stick.y) };
}
