import { Container, Graphics, Sprite } from 'pixi.js';
import type { Pickup } from '../../shared/arena-state.ts';
import { PICKUP_RETURN_MS, type PickupKind } from '../../shared/rules.ts';
import { pickupColour } from './palette.ts';
import { BAKE_SCALE, type TextureBook } from './textures.ts';

/** A pickup: floats while it is there, a closing ring while it is on its way back. */
export class PickupSprite {
  readonly root = new Container();
  readonly #icon: Sprite;
  readonly #glow: Sprite;
  readonly #ring = new Graphics();
  readonly #colour: string;
  #timeMs = Math.random() * 1_000;
  #drawnPart = -1;

  constructor(pickup: Pickup, textures: TextureBook) {
    this.#colour = pickupColour(pickup.kind);
    this.#glow = new Sprite(textures.glow);
    this.#glow.anchor.set(0.5);
    this.#glow.tint = this.#colour;
    this.#glow.blendMode = 'add';
    this.#icon = new Sprite(textures.pickup(pickup.kind));
    this.#icon.anchor.set(0.5);
    this.root.position.set(pickup.x, pickup.y);
    this.root.addChild(this.#glow, this.#ring, this.#icon);
  }

  update(pickup: Pickup, roomNowMs: number, elapsedMs: number): void {
    this.#timeMs += elapsedMs;
    const isThere = pickup.returnsAtMs === 0;
    this.#icon.visible = isThere;
    this.#glow.visible = isThere;
    this.#ring.visible = !isThere;
    if (isThere) {
      const breath = Math.sin(this.#timeMs / 420);
      this.#icon.scale.set((1 + breath * 0.05) / BAKE_SCALE);
      this.#icon.y = breath * 2.5;
      this.#glow.scale.set(0.9 + breath * 0.12);
      this.#glow.alpha = 0.55;
      return;
    }
    const total = PICKUP_RETURN_MS[pickup.kind as PickupKind];
    const left = Math.min(1, Math.max(0, (pickup.returnsAtMs - roomNowMs) / total));
    this.#drawRing(Math.round((1 - left) * 60) / 60);
  }

  destroy(): void {
    this.root.destroy({ children: true });
  }

  #drawRing(part: number): void {
    if (part === this.#drawnPart) return;
    this.#drawnPart = part;
    this.#ring.clear();
    this.#ring.circle(0, 0, 17).stroke({ color: this.#colour, width: 2, alpha: 0.18 });
    if (part <= 0) return;
    this.#ring
      .arc(0, 0, 17, -Math.PI / 2, -Math.PI / 2 + part * Math.PI * 2)
      .stroke({ color: this.#colour, width: 3, alpha: 0.65 });
  }
}
