import { Texture } from 'pixi.js';
import { PICKUP_KIND } from '../../shared/rules.ts';
import { PALETTE, pickupColour, shade, withAlpha } from './palette.ts';

/** Pixels per world unit in baked sprites: sharp on a 2x screen at the usual zoom. */
export const BAKE_SCALE = 3;

type Draw = (context: CanvasRenderingContext2D) => void;

/** Draws once on a canvas, with (0, 0) in the middle and world units, and makes a texture of it. */
export function bake(halfSize: number, draw: Draw, scale = BAKE_SCALE): Texture {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = Math.ceil(halfSize * 2 * scale);
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('this browser has no 2D canvas');
  context.translate(canvas.width / 2, canvas.height / 2);
  context.scale(scale, scale);
  draw(context);
  return Texture.from(canvas);
}

/** Every sprite of the game, drawn by code and kept for the life of the stage. */
export class TextureBook {
  readonly glow = bake(64, drawGlow, 1);
  readonly spark = bake(8, drawSpark, 4);
  readonly shadow = bake(40, drawShadow, 1);
  readonly ring = bake(40, drawRing);
  readonly shield = bake(40, drawShield);
  readonly bolt = bakeBolt();
  readonly sight = bakeSight();
  readonly flash = bake(28, drawFlash);
  readonly arrow = bake(16, drawArrow);
  readonly #bodies = new Map<string, Texture>();
  readonly #pickups = new Map<number, Texture>();

  body(colour: string, shape: 'round' | 'hexagon', isBot: boolean): Texture {
    const key = `${colour}/${shape}/${isBot}`;
    let texture = this.#bodies.get(key);
    if (texture === undefined) {
      texture = bake(36, (context) => drawBody(context, colour, shape, isBot));
      this.#bodies.set(key, texture);
    }
    return texture;
  }

  pickup(kind: number): Texture {
    let texture = this.#pickups.get(kind);
    if (texture === undefined) {
      texture = bake(24, (context) => drawPickup(context, kind));
      this.#pickups.set(kind, texture);
    }
    return texture;
  }
}

function drawGlow(context: CanvasRenderingContext2D): void {
  const gradient = context.createRadialGradient(0, 0, 0, 0, 0, 64);
  gradient.addColorStop(0, 'rgba(255,255,255,0.9)');
  gradient.addColorStop(0.25, 'rgba(255,255,255,0.35)');
  gradient.addColorStop(0.6, 'rgba(255,255,255,0.08)');
  gradient.addColorStop(1, 'rgba(255,255,255,0)');
  context.fillStyle = gradient;
  context.fillRect(-64, -64, 128, 128);
}

function drawSpark(context: CanvasRenderingContext2D): void {
  const gradient = context.createRadialGradient(0, 0, 0, 0, 0, 8);
  gradient.addColorStop(0, 'rgba(255,255,255,1)');
  gradient.addColorStop(0.35, 'rgba(255,255,255,0.7)');
  gradient.addColorStop(1, 'rgba(255,255,255,0)');
  context.fillStyle = gradient;
  context.fillRect(-8, -8, 16, 16);
}

function drawShadow(context: CanvasRenderingContext2D): void {
  const gradient = context.createRadialGradient(0, 0, 8, 0, 0, 36);
  gradient.addColorStop(0, 'rgba(0,0,0,0.55)');
  gradient.addColorStop(1, 'rgba(0,0,0,0)');
  context.fillStyle = gradient;
  context.fillRect(-40, -40, 80, 80);
}

function drawRing(context: CanvasRenderingContext2D): void {
  context.lineWidth = 2.5;
  context.strokeStyle = '#ffffff';
  context.beginPath();
  context.arc(0, 0, 36, 0, Math.PI * 2);
  context.stroke();
}

function drawShield(context: CanvasRenderingContext2D): void {
  const gradient = context.createRadialGradient(0, 0, 20, 0, 0, 34);
  gradient.addColorStop(0, 'rgba(255,255,255,0)');
  gradient.addColorStop(0.8, 'rgba(255,255,255,0.22)');
  gradient.addColorStop(1, 'rgba(255,255,255,0)');
  context.fillStyle = gradient;
  context.beginPath();
  context.arc(0, 0, 36, 0, Math.PI * 2);
  context.fill();
  context.lineWidth = 1.5;
  context.strokeStyle = 'rgba(255,255,255,0.9)';
  for (let part = 0; part < 6; part += 1) {
    context.beginPath();
    context.arc(0, 0, 30, part * (Math.PI / 3) + 0.12, (part + 1) * (Math.PI / 3) - 0.12);
    context.stroke();
  }
}

/** A streak of light, head at the right end; its anchor is the head. */
function bakeBolt(): Texture {
  const canvas = document.createElement('canvas');
  canvas.width = 256;
  canvas.height = 24;
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('this browser has no 2D canvas');
  const along = context.createLinearGradient(0, 0, 256, 0);
  along.addColorStop(0, 'rgba(255,255,255,0)');
  along.addColorStop(0.7, 'rgba(255,255,255,0.5)');
  along.addColorStop(1, 'rgba(255,255,255,1)');
  context.fillStyle = along;
  for (const [half, alpha] of [
    [11, 0.14],
    [7, 0.25],
    [3.5, 0.6],
    [1.8, 1],
  ] as const) {
    context.globalAlpha = alpha;
    context.beginPath();
    context.moveTo(0, 12);
    context.lineTo(246, 12 - half);
    context.arc(246, 12, half, -Math.PI / 2, Math.PI / 2);
    context.closePath();
    context.fill();
  }
  return Texture.from(canvas);
}

/** A line that fades away from its left end. */
function bakeSight(): Texture {
  const canvas = document.createElement('canvas');
  canvas.width = 256;
  canvas.height = 4;
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('this browser has no 2D canvas');
  const along = context.createLinearGradient(0, 0, 256, 0);
  along.addColorStop(0, 'rgba(255,255,255,0.9)');
  along.addColorStop(1, 'rgba(255,255,255,0)');
  context.fillStyle = along;
  context.fillRect(0, 0, 256, 4);
  return Texture.from(canvas);
}

function drawFlash(context: CanvasRenderingContext2D): void {
  context.fillStyle = '#ffffff';
  context.shadowColor = '#ffffff';
  context.shadowBlur = 24;
  context.beginPath();
  for (const [x, y] of [
    [-6, 0],
    [2, -6],
    [6, -14],
    [9, -4],
    [26, 0],
    [9, 4],
    [6, 14],
    [2, 6],
  ] as const) {
    context.lineTo(x, y);
  }
  context.closePath();
  context.fill();
}

function drawArrow(context: CanvasRenderingContext2D): void {
  context.fillStyle = '#ffffff';
  context.beginPath();
  context.moveTo(12, 0);
  context.lineTo(-8, -9);
  context.lineTo(-3, 0);
  context.lineTo(-8, 9);
  context.closePath();
  context.fill();
}

function drawBody(
  context: CanvasRenderingContext2D,
  colour: string,
  shape: 'round' | 'hexagon',
  isBot: boolean,
): void {
  const outline = (radius: number) => {
    context.beginPath();
    if (shape === 'round') {
      context.arc(0, 0, radius, 0, Math.PI * 2);
      return;
    }
    for (let corner = 0; corner < 6; corner += 1) {
      const angle = (corner * Math.PI) / 3;
      context.lineTo(Math.cos(angle) * radius * 1.08, Math.sin(angle) * radius * 1.08);
    }
    context.closePath();
  };
  // engines
  context.fillStyle = shade(colour, -0.65);
  for (const side of [-1, 1]) {
    context.beginPath();
    context.roundRect(-24, side * 11 - 4.5, 12, 9, 3);
    context.fill();
  }
  // barrel
  const barrel = context.createLinearGradient(0, -5, 0, 5);
  barrel.addColorStop(0, shade(colour, 0.45));
  barrel.addColorStop(0.5, shade(colour, -0.25));
  barrel.addColorStop(1, shade(colour, -0.7));
  context.fillStyle = barrel;
  context.beginPath();
  context.roundRect(8, -5, 22, 10, 3);
  context.fill();
  context.fillStyle = shade(colour, 0.75);
  context.fillRect(27, -3, 3, 6);
  // hull, lit from above left
  const hull = context.createRadialGradient(-7, -8, 2, 0, 0, 23);
  hull.addColorStop(0, shade(colour, 0.55));
  hull.addColorStop(0.55, colour);
  hull.addColorStop(1, shade(colour, -0.5));
  context.fillStyle = hull;
  outline(20);
  context.fill();
  context.lineWidth = 1.4;
  context.strokeStyle = shade(colour, 0.6);
  context.stroke();
  // plate
  const plate = context.createRadialGradient(-3, -4, 1, 0, 0, 15);
  plate.addColorStop(0, '#26324f');
  plate.addColorStop(1, '#0a1020');
  context.fillStyle = plate;
  outline(13.5);
  context.fill();
  // visor
  context.lineCap = 'round';
  context.lineWidth = 3.6;
  context.strokeStyle = shade(colour, 0.7);
  context.shadowColor = colour;
  context.shadowBlur = 14;
  context.beginPath();
  context.arc(0, 0, 9.2, -0.85, 0.85);
  context.stroke();
  // core: a dot for people, an open square for bots
  context.lineWidth = 2;
  if (isBot) context.strokeRect(-6.5, -2.5, 5, 5);
  else {
    context.fillStyle = shade(colour, 0.7);
    context.beginPath();
    context.arc(-4, 0, 3, 0, Math.PI * 2);
    context.fill();
  }
}

function drawPickup(context: CanvasRenderingContext2D, kind: number): void {
  const colour = pickupColour(kind);
  context.fillStyle = withAlpha('#0a1122', 0.92);
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.shadowColor = colour;
  context.shadowBlur = 20;
  context.beginPath();
  context.roundRect(-15, -15, 30, 30, 9);
  context.fill();
  context.stroke();
  context.shadowBlur = 8;
  context.fillStyle = colour;
  context.lineCap = 'round';
  context.lineJoin = 'round';
  if (kind === PICKUP_KIND.health) {
    context.fillRect(-2.8, -9, 5.6, 18);
    context.fillRect(-9, -2.8, 18, 5.6);
  } else if (kind === PICKUP_KIND.haste) {
    context.lineWidth = 3.4;
    for (const x of [-6, 1]) {
      context.beginPath();
      context.moveTo(x, -7);
      context.lineTo(x + 6, 0);
      context.lineTo(x, 7);
      context.stroke();
    }
  } else {
    context.lineWidth = 3;
    context.strokeStyle = PALETTE.triple;
    for (const angle of [-0.6, 0, 0.6]) {
      context.beginPath();
      context.moveTo(-7, 0);
      context.lineTo(-7 + Math.cos(angle) * 15, Math.sin(angle) * 13);
      context.stroke();
    }
  }
}
