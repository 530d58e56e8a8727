import { Container, Text } from 'pixi.js';
import { PALETTE } from './palette.ts';

const LIFE_MS = 620;

/** Small numbers that rise where my shots hurt somebody. */
export class DamageNumbers {
  readonly layer = new Container();
  readonly #live: { text: Text; ageMs: number }[] = [];
  readonly #free: Text[] = [];

  show(x: number, y: number, damage: number, isKill: boolean): void {
    const text = this.#free.pop() ?? this.#create();
    text.text = isKill ? '✕' : String(damage);
    text.style.fill = isKill ? PALETTE.me : PALETTE.white;
    text.visible = true;
    text.position.set(x + (Math.random() - 0.5) * 22, y - 26);
    this.#live.push({ text, ageMs: 0 });
  }

  update(elapsedMs: number): void {
    for (let i = this.#live.length - 1; i >= 0; i -= 1) {
      const item = this.#live[i];
      if (item === undefined) continue;
      item.ageMs += elapsedMs;
      const part = item.ageMs / LIFE_MS;
      item.text.y -= elapsedMs * 0.05;
      item.text.alpha = 1 - part ** 2;
      item.text.scale.set(1 + 0.5 * Math.max(0, 1 - part * 6));
      if (part < 1) continue;
      item.text.visible = false;
      this.#free.push(item.text);
      this.#live.splice(i, 1);
    }
  }

  #create(): Text {
    const text = new Text({
      text: '',
      style: {
        fontFamily: 'system-ui, sans-serif',
        fontSize: 16,
        fontWeight: '800',
        fill: PALETTE.white,
        stroke: { color: '#05080f', width: 4 },
      },
      resolution: 2,
    });
    text.anchor.set(0.5);
    this.layer.addChild(text);
    return text;
  }
}
