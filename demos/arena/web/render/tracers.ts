import { Container, Sprite } from 'pixi.js';
import { MUZZLE_OFFSET } from '../../shared/rules.ts';
import type { TextureBook } from './textures.ts';

/** How fast the light of a shot travels on the screen, units per second. The shot itself is instant. */
const BOLT_SPEED = 5_200;
const BOLT_LENGTH = 150;

interface Tracer {
  readonly sprite: Sprite;
  fromX: number;
  fromY: number;
  angle: number;
  distance: number;
  flown: number;
  onArrival: () => void;
}

/** The streaks of shots in flight. */
export class Tracers {
  readonly layer = new Container();
  readonly #textures: TextureBook;
  readonly #flying: Tracer[] = [];
  readonly #free: Sprite[] = [];

  constructor(textures: TextureBook) {
    this.#textures = textures;
  }

  /** @param distance - from the fighter's centre to where the shot ends, in units */
  fire(
    from: { readonly x: number; readonly y: number },
    angle: number,
    distance: number,
    colour: string,
    onArrival: () => void,
  ): void {
    const sprite = this.#free.pop() ?? this.#create();
    sprite.visible = true;
    sprite.tint = colour;
    sprite.rotation = angle;
    const tracer = {
      sprite,
      fromX: from.x,
      fromY: from.y,
      angle,
      distance: Math.max(MUZZLE_OFFSET + 1, distance),
      flown: MUZZLE_OFFSET,
      onArrival,
    };
    this.#place(tracer);
    this.#flying.push(tracer);
  }

  update(elapsedMs: number): void {
    for (let i = this.#flying.length - 1; i >= 0; i -= 1) {
      const tracer = this.#flying[i];
      if (tracer === undefined) continue;
      const wasFlying = tracer.flown < tracer.distance;
      tracer.flown += (BOLT_SPEED * elapsedMs) / 1_000;
      if (wasFlying && tracer.flown >= tracer.distance) tracer.onArrival();
      // The tail arrives a moment after the head.
      if (tracer.flown - BOLT_LENGTH * 0.5 >= tracer.distance) {
        tracer.sprite.visible = false;
        this.#free.push(tracer.sprite);
        this.#flying.splice(i, 1);
        continue;
      }
      this.#place(tracer);
    }
  }

  #place(tracer: Tracer): void {
    const head = Math.min(tracer.flown, tracer.distance);
    const tail = Math.max(MUZZLE_OFFSET, tracer.flown - BOLT_LENGTH);
    tracer.sprite.position.set(
      tracer.fromX + Math.cos(tracer.angle) * head,
      tracer.fromY + Math.sin(tracer.angle) * head,
    );
    tracer.sprite.scale.set(Math.max(0.02, (head - tail) / 256), 0.75);
  }

  #create(): Sprite {
    const sprite = new Sprite(this.#textures.bolt);
    sprite.anchor.set(1, 0.5);
    sprite.blendMode = 'add';
    this.layer.addChild(sprite);
    return sprite;
  }
}
