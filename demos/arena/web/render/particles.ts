import { Container, Sprite, type Texture } from 'pixi.js';
import type { TextureBook } from './textures.ts';

interface Particle {
  readonly sprite: Sprite;
  velocityX: number;
  velocityY: number;
  drag: number;
  ageMs: number;
  lifeMs: number;
  startScale: number;
  endScale: number;
  alpha: number;
}

interface Burst {
  readonly x: number;
  readonly y: number;
  readonly colour: string;
  readonly count: number;
  /** Units per second. */
  readonly speed: number;
  readonly lifeMs: number;
  readonly scale?: number;
  /** Radians; all around when absent. */
  readonly direction?: number;
  readonly spread?: number;
}

const MAX_PARTICLES = 700;

/** Sparks, smoke-less explosions, trails and rings: additive sprites from one pool. Looks only; nothing depends on them. */
export class Particles {
  readonly layer = new Container();
  readonly #textures: TextureBook;
  readonly #live: Particle[] = [];
  readonly #free: Particle[] = [];

  constructor(textures: TextureBook) {
    this.#textures = textures;
  }

  burst(options: Burst): void {
    const spread = options.spread ?? Math.PI * 2;
    for (let i = 0; i < options.count; i += 1) {
      const angle = (options.direction ?? 0) + (Math.random() - 0.5) * spread;
      const speed = options.speed * (0.3 + Math.random() * 0.7);
      this.#emit(this.#textures.spark, {
        x: options.x,
        y: options.y,
        colour: options.colour,
        velocityX: Math.cos(angle) * speed,
        velocityY: Math.sin(angle) * speed,
        drag: 4,
        lifeMs: options.lifeMs * (0.6 + Math.random() * 0.4),
        startScale: (options.scale ?? 0.3) * (0.6 + Math.random() * 0.6),
        endScale: 0.02,
        alpha: 1,
      });
    }
  }

  /** A glow that stays where it is and fades: one bead of a trail. */
  bead(x: number, y: number, colour: string, scale: number, lifeMs: number, alpha = 0.5): void {
    this.#emit(this.#textures.glow, {
      x,
      y,
      colour,
      velocityX: 0,
      velocityY: 0,
      drag: 0,
      lifeMs,
      startScale: scale,
      endScale: scale * 0.2,
      alpha,
    });
  }

  /** A ring that opens. */
  ring(x: number, y: number, colour: string, scale: number, lifeMs: number): void {
    this.#emit(this.#textures.ring, {
      x,
      y,
      colour,
      velocityX: 0,
      velocityY: 0,
      drag: 0,
      lifeMs,
      startScale: 0.1,
      endScale: scale / 3,
      alpha: 0.9,
    });
  }

  flash(x: number, y: number, angle: number, colour: string): void {
    this.#emit(this.#textures.flash, {
      x,
      y,
      colour,
      velocityX: 0,
      velocityY: 0,
      drag: 0,
      lifeMs: 70,
      startScale: (0.8 + Math.random() * 0.4) / 3,
      endScale: 0.1,
      alpha: 1,
      rotation: angle,
    });
  }

  update(elapsedMs: number): void {
    const seconds = elapsedMs / 1_000;
    for (let i = this.#live.length - 1; i >= 0; i -= 1) {
      const particle = this.#live[i];
      if (particle === undefined) continue;
      particle.ageMs += elapsedMs;
      const part = particle.ageMs / particle.lifeMs;
      if (part >= 1) {
        particle.sprite.visible = false;
        this.#free.push(particle);
        this.#live[i] = this.#live[this.#live.length - 1] as Particle;
        this.#live.pop();
        continue;
      }
      const keep = Math.exp(-particle.drag * seconds);
      particle.velocityX *= keep;
      particle.velocityY *= keep;
      const { sprite } = particle;
      sprite.x += particle.velocityX * seconds;
      sprite.y += particle.velocityY * seconds;
      sprite.scale.set(particle.startScale + (particle.endScale - particle.startScale) * part);
      sprite.alpha = particle.alpha * (1 - part) ** 1.4;
    }
  }

  #emit(
    texture: Texture,
    options: {
      x: number;
      y: number;
      colour: string;
      velocityX: number;
      velocityY: number;
      drag: number;
      lifeMs: number;
      startScale: number;
      endScale: number;
      alpha: number;
      rotation?: number;
    },
  ): void {
    const particle = this.#free.pop() ?? this.#create();
    if (particle === null) return;
    const { sprite } = particle;
    sprite.texture = texture;
    sprite.visible = true;
    sprite.position.set(options.x, options.y);
    sprite.rotation = options.rotation ?? 0;
    sprite.tint = options.colour;
    sprite.alpha = options.alpha;
    sprite.scale.set(options.startScale);
    particle.velocityX = options.velocityX;
    particle.velocityY = options.velocityY;
    particle.drag = options.drag;
    particle.ageMs = 0;
    particle.lifeMs = options.lifeMs;
    particle.startScale = options.startScale;
    particle.endScale = options.endScale;
    particle.alpha = options.alpha;
    this.#live.push(particle);
  }

  /** @returns null when the screen is full of them already: a few sparks less are not missed */
  #create(): Particle | null {
    if (this.#live.length >= MAX_PARTICLES) return null;
    const sprite = new Sprite(this.#textures.spark);
    sprite.anchor.set(0.5);
    sprite.blendMode = 'add';
    this.layer.addChild(sprite);
    return {
      sprite,
      velocityX: 0,
      velocityY: 0,
      drag: 0,
      ageMs: 0,
      lifeMs: 1,
      startScale: 1,
      endScale: 0,
      alpha: 1,
    };
  }
}
